//! SyncGroup in every state of a group.

use super::check;

#[test]
fn followers_wait_for_the_leader_and_for_the_append() {
    check(
        "
config delay=1000
A: join g v=3
  + group g gen=0
B: join g v=3
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
hold
C: sync g c#2 1
D: sync g c#1 1 c#1=x c#2=y
describe g
  CompletingRebalance consumer c#1= c#2=
ok
  + group g gen=1 range leader=c#1 c#1=x c#2=y
  D synced range x
  C synced range y
describe g
  Stable consumer range c#1=x c#2=y
",
    );
}

#[test]
fn a_rebalance_while_the_assignment_is_stored_voids_it() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
hold
B: sync g c#1 1 c#1=x
C: join g v=3 c=d
  B error RebalanceInProgress
ok
  + group g gen=1 range leader=c#1 c#1=x
describe g
  PreparingRebalance consumer c#1= d#2=
D: join g c#1
  D joined c#1 gen=2 range leader=c#1 c#1 d#2
  C joined d#2 gen=2 range leader=c#1
",
    );
}

#[test]
fn refusals() {
    check(
        "
A: sync '' m 1
  A error InvalidGroupId
B: sync g m 1
  B error UnknownMemberId
C: join g
  C refused MemberIdRequired c#1
  + group g gen=0
D: sync g c#1 0
  D error UnknownMemberId
E: join g c#1
  E joined c#1 gen=1 range leader=c#1 c#1
F: sync g stranger 1
  F error UnknownMemberId
G: sync g c#1 2
  G error IllegalGeneration
H: sync g c#1 1 t=connect
  H error InconsistentGroupProtocol
I: sync g c#1 1 p=rr
  I error InconsistentGroupProtocol
J: sync g c#1 1 t=consumer p=range
  + group g gen=1 range leader=c#1 c#1=
  J synced range
K: join g v=3
L: sync g c#1 1
  L error RebalanceInProgress
",
    );
}

#[test]
fn a_sync_that_replaces_a_waiting_one_ends_it() {
    check(
        "
config delay=1000
A: join g v=3
  + group g gen=0
B: join g v=3
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
C: sync g c#2 1
D: sync g c#2 1
  C error RebalanceInProgress
",
    );
}

#[test]
fn members_that_never_sync_are_out_after_the_rebalance_timeout() {
    check(
        "
config delay=1000
A: join g v=3 r=5000 s=60000
  + group g gen=0
B: join g v=3 r=5000 s=60000
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
C: sync g c#1 1 c#1=x c#2=y
  + group g gen=1 range leader=c#1 c#1=x c#2=y
  C synced range x
at 6999
describe g
  Stable consumer range c#1=x c#2=y
at 7000
describe g
  PreparingRebalance consumer c#1=x
D: beat g c#2 1
  D error UnknownMemberId
",
    );
}

#[test]
fn a_lost_answer_is_given_again_in_a_stable_group() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1 c#1=x
  + group g gen=1 range leader=c#1 c#1=x
  B synced range x
C: sync g c#1 1 c#1=ignored
  C synced range x
",
    );
}
