//! LeaveGroup.

use super::check;

#[test]
fn the_last_one_out_empties_the_group_and_is_answered_after_the_append() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
hold
C: leave g c#1
ok
  + group g gen=2
  C left c#1
describe g
  Empty consumer
",
    );
}

#[test]
fn the_others_join_again() {
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
D: leave g c#1 stranger
  C error RebalanceInProgress
  D left c#1 stranger:UnknownMemberId
describe g
  PreparingRebalance consumer c#2=
E: join g c#2
  E joined c#2 gen=2 range leader=c#2 c#2
",
    );
}

#[test]
fn whoever_waits_and_leaves_is_answered() {
    check(
        "
config delay=1000
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
B: join g c#1
C: leave g c#1
  B refused UnknownMemberId
  C left c#1
at 1000
  + group g gen=1
D: join g v=3
at 2000
  D joined c#3 gen=2 range leader=c#3 c#3
E: join g v=3
F: join g c#3
  F joined c#3 gen=3 range leader=c#3 c#3 c#4
  E joined c#4 gen=3 range leader=c#3
G: sync g c#4 3
H: leave g c#4
  G error UnknownMemberId
  H left c#4
",
    );
}

#[test]
fn pending_members_leave_too() {
    check(
        "
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
B: leave g c#1
  B left c#1
C: join g c#1
  C refused UnknownMemberId c#1
",
    );
}

#[test]
fn an_administrator_removes_static_members_by_name() {
    check(
        "
A: join g i=one
  A joined one#1 gen=1 range leader=one#1 one#1/one
  + group g gen=0
B: leave g wrong/one
  B left wrong/one:FencedInstanceId
C: leave g /two one#1/two
  C left /two:UnknownMemberId one#1/two:UnknownMemberId
D: leave g /one
  + group g gen=2
  D left /one
",
    );
}

#[test]
fn refusals() {
    check(
        "
A: leave '' m
  A error InvalidGroupId
B: leave g m /i
  B left m:UnknownMemberId /i:UnknownMemberId
",
    );
}
