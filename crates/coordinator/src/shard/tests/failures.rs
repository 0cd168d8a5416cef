//! Appends that fail: answers say so, and steps are undone.

use super::check;

#[test]
fn a_commit_that_fails_leaves_nothing() {
    for (why, error) in [
        ("storage", "NotCoordinator"),
        ("timeout", "CoordinatorNotAvailable"),
        ("large", "UnknownServerError"),
    ] {
        check(&format!(
            "
hold
A: commit g t-0=1
fail {why}
  + offset g t-0=1 lost
  A error {error}
list
fetch g
  offsets
"
        ));
    }
}

#[test]
fn what_was_queued_behind_a_failure_fails_too() {
    check(
        "
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
hold
B: commit g t-0=2
C: forget g t-0
D: stable g t-0
fail storage
  + offset g t-0=2 lost
  - offset g t-0 lost
  B error NotCoordinator
  C error NotCoordinator
  D error NotCoordinator
fetch g
  offsets t-0=1
E: commit g t-0=3
ok
  + offset g t-0=3
  E committed t-0
",
    );
}

#[test]
fn a_group_that_cannot_be_created_is_gone_with_its_members() {
    check(
        "
config delay=1000
hold
A: join g
  A refused MemberIdRequired c#1
B: join g v=3
fail timeout
  + group g gen=0 lost
  B refused CoordinatorNotAvailable c#2
list
C: join g c#1
  C refused UnknownMemberId c#1
",
    );
}

#[test]
fn a_group_that_cannot_be_deleted_comes_back() {
    check(
        "
config delay=1000
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
hold
B: delete g none
C: join g v=3
fail storage
  - offset g t-0 lost
  - group g lost
  + group g gen=0 lost
  C refused NotCoordinator c#1
  B deleted g:NotCoordinator none:GroupIdNotFound
list
  g classic Empty -
fetch g
  offsets t-0=1
",
    );
}

#[test]
fn an_assignment_that_cannot_be_stored_makes_all_join_again() {
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
fail storage
  + group g gen=1 range leader=c#1 c#1=x c#2=y lost
  D error NotCoordinator
  C error NotCoordinator
describe g
  PreparingRebalance consumer c#1= c#2=
",
    );
}

#[test]
fn a_static_member_that_cannot_be_stored_is_its_old_self_again() {
    check(
        "
A: join g i=one
  A joined one#1 gen=1 range leader=one#1 one#1/one
  + group g gen=0
B: sync g one#1 1 one#1=x
  + group g gen=1 range leader=one#1 one#1=x
  B synced range x
hold
C: join g i=one
fail storage
  + group g gen=1 range leader=one#2 one#2=x lost
  C refused NotCoordinator
describe g
  Stable consumer range one#1/one=x
D: beat g one#1 1 i=one
  D alive
",
    );
}

#[test]
fn a_leave_that_cannot_be_stored_is_refused_but_the_member_is_gone() {
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
fail storage
  + group g gen=2 lost
  C error NotCoordinator
describe g
  Empty consumer
",
    );
}

#[test]
fn an_expiry_that_cannot_be_stored_is_tried_again() {
    check(
        "
config keep=1000
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
hold
at 600000
fail storage
  - offset g t-0 lost
  - group g lost
list
  g classic Empty -
at 1200000
ok
  - offset g t-0
  - group g
",
    );
}
