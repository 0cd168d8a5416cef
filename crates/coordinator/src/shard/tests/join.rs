//! JoinGroup in every state of a group.

use super::check;

#[test]
fn a_new_member_is_sent_back_with_an_id_and_then_leads() {
    check(
        "
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
B: join g c#1
  B joined c#1 gen=1 range leader=c#1 c#1
describe g
  CompletingRebalance consumer c#1=
",
    );
}

#[test]
fn before_version_4_a_new_member_joins_at_once() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
",
    );
}

#[test]
fn the_initial_delay_is_extended_while_members_come() {
    check(
        "
config delay=3000
A: join g v=3 r=10000
  + group g gen=0
at 2000
B: join g v=3 r=10000
at 5000
C: join g v=3 r=10000
at 8999
at 9000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2 c#3
  B joined c#2 gen=1 range leader=c#1
  C joined c#3 gen=1 range leader=c#1
",
    );
}

#[test]
fn the_initial_delay_ends_with_the_rebalance_timeout() {
    check(
        "
config delay=3000
A: join g v=3 r=4000
  + group g gen=0
at 1000
B: join g v=3 r=4000
at 3500
C: join g v=3 r=4000
at 4000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2 c#3
  B joined c#2 gen=1 range leader=c#1
  C joined c#3 gen=1 range leader=c#1
",
    );
}

#[test]
fn a_second_member_makes_the_first_join_again() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1 c#1=all
  + group g gen=1 range leader=c#1 c#1=all
  B synced range all
C: join g v=3 c=d
D: beat g c#1 1
  D error RebalanceInProgress
E: join g c#1
  E joined c#1 gen=2 range leader=c#1 c#1 d#2
  C joined d#2 gen=2 range leader=c#1
",
    );
}

#[test]
fn members_that_do_not_join_again_are_out_and_another_leads() {
    check(
        "
A: join g v=3 r=5000
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
C: join g v=3 c=d r=5000
at 4999
at 5000
  C joined d#2 gen=2 range leader=d#2 d#2
D: beat g c#1 1
  D error UnknownMemberId
",
    );
}

#[test]
fn a_lost_answer_is_given_again_while_the_assignment_is_awaited() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: join g c#1
  B joined c#1 gen=1 range leader=c#1 c#1
C: join g c#1 p=range:other
  C joined c#1 gen=2 range leader=c#1 c#1
",
    );
}

#[test]
fn in_a_stable_group_only_a_leader_or_new_metadata_rebalances() {
    check(
        "
config delay=1000
A: join g v=3
  + group g gen=0
B: join g v=3
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
C: sync g c#1 1 c#1=x c#2=y
  + group g gen=1 range leader=c#1 c#1=x c#2=y
  C synced range x
D: sync g c#2 1
  D synced range y
E: join g c#2
  E joined c#2 gen=1 range leader=c#1
F: join g c#2 p=range:new
describe g
  PreparingRebalance consumer c#1=x c#2=y
G: join g c#1
  G joined c#1 gen=2 range leader=c#1 c#1 c#2
  F joined c#2 gen=2 range leader=c#1
H: sync g c#1 2
  + group g gen=2 range leader=c#1 c#1= c#2=
  H synced range
I: join g c#1
describe g
  PreparingRebalance consumer c#1= c#2=
",
    );
}

#[test]
fn a_join_that_replaces_a_waiting_one_ends_it() {
    check(
        "
config delay=1000
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
B: join g c#1
C: join g c#1
  B refused RebalanceInProgress c#1
at 1000
  C joined c#1 gen=1 range leader=c#1 c#1
",
    );
}

#[test]
fn refusals() {
    check(
        "
A: join ''
  A refused InvalidGroupId
B: join g s=5999
  B refused InvalidSessionTimeout
C: join g s=1800001
  C refused InvalidSessionTimeout
D: join g stranger
  D refused UnknownMemberId stranger
E: join g t= v=3
  E refused InconsistentGroupProtocol
F: join g p= v=3
  F refused InconsistentGroupProtocol
list
G: join g v=3
  G joined c#7 gen=1 range leader=c#7 c#7
  + group g gen=0
H: join g t=connect
  H refused InconsistentGroupProtocol
I: join g p=sticky
  I refused InconsistentGroupProtocol
J: join g stranger
  J refused UnknownMemberId stranger
K: join g c#7 i=inst
  K refused UnknownMemberId c#7
",
    );
}

#[test]
fn a_pending_member_cannot_become_static() {
    check(
        "
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
B: join g c#1 i=inst
  B refused UnknownServerError
",
    );
}

#[test]
fn a_pending_member_that_stays_away_is_forgotten_and_holds_up_nobody() {
    check(
        "
config delay=1000
A: join g s=6000
  A refused MemberIdRequired c#1
  + group g gen=0
B: join g v=3
at 1000
  B joined c#2 gen=1 range leader=c#2 c#2
C: join g c#2 p=range:x
at 6000
  C joined c#2 gen=2 range leader=c#2 c#2
D: join g c#1
  D refused UnknownMemberId c#1
",
    );
}

#[test]
fn a_full_group_takes_nobody() {
    check(
        "
config max=1 delay=1000
A: join g v=3
  + group g gen=0
B: join g v=3
  B refused GroupMaxSizeReached
at 1000
  A joined c#1 gen=1 range leader=c#1 c#1
C: join g
  C refused GroupMaxSizeReached
D: join g c#1
  D joined c#1 gen=1 range leader=c#1 c#1
",
    );
}

#[test]
fn the_protocol_that_most_members_prefer_is_selected() {
    check(
        "
config delay=1000
A: join g v=3 p=range,rr
  + group g gen=0
B: join g v=3 p=rr,range
C: join g v=3 p=rr,range,sticky
at 2000
  A joined c#1 gen=1 rr leader=c#1 c#1 c#2 c#3
  B joined c#2 gen=1 rr leader=c#1
  C joined c#3 gen=1 rr leader=c#1
",
    );
}

#[test]
fn a_new_member_that_waits_too_long_is_out() {
    check(
        "
A: join g v=3 r=600000
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
C: join g v=3 r=600000 s=400000 c=d
at 9000
D: beat g c#1 1
  D error RebalanceInProgress
E: join g c#1 r=600000 s=400000 p=range:x
  E joined c#1 gen=2 range leader=c#1 c#1 d#2
  C joined d#2 gen=2 range leader=c#1
F: join g c#1 r=600000 s=400000 p=range:y
G: join g v=3 r=600000
at 309000
  G refused UnknownMemberId
",
    );
}
