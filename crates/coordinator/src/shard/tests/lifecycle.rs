//! Groups are listed, deleted, loaded and unloaded.

use super::check;

#[test]
fn lists_are_filtered_by_state_and_type() {
    check(
        "
A: commit simple t-0=1
  + offset simple t-0=1
  A committed t-0
B: join busy v=3
  B joined c#1 gen=1 range leader=c#1 c#1
  + group busy gen=0
list
  busy classic CompletingRebalance consumer
  simple classic Empty -
list state=EMPTY
  simple classic Empty -
list state=completingrebalance,stable type=Classic
  busy classic CompletingRebalance consumer
list type=consumer
list type=nonsense
list state=Dead
",
    );
}

#[test]
fn only_empty_groups_are_deleted_and_their_offsets_with_them() {
    check(
        "
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
B: join busy v=3
  B joined c#1 gen=1 range leader=c#1 c#1
  + group busy gen=0
C: delete g busy none
  - offset g t-0
  - group g
  C deleted g busy:NonEmptyGroup none:GroupIdNotFound
list
  busy classic CompletingRebalance consumer
fetch g
  offsets
",
    );
}

#[test]
fn a_delete_covers_what_is_on_its_way() {
    check(
        "
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
hold
B: commit g t-1=1
C: delete g
list
D: join g v=3
  D joined c#1 gen=1 range leader=c#1 c#1
ok
  + offset g t-1=1
  - offset g t-0
  - offset g t-1
  - group g
  + group g gen=0
  B committed t-1
  C deleted g
list
  g classic CompletingRebalance consumer
fetch g
  offsets
",
    );
}

#[test]
fn a_commit_and_delete_in_one_append_leave_nothing() {
    check(
        "
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
hold
B: commit g t-1=1
C: delete g
ok
  + offset g t-1=1
  - offset g t-0
  - offset g t-1
  - group g
  B committed t-1
  C deleted g
list
restart
list
",
    );
}

#[test]
fn a_loaded_group_is_stable_and_its_sessions_start_anew() {
    check(
        "
A: join g i=one v=3
  A joined one#1 gen=1 range leader=one#1 one#1/one
  + group g gen=0
B: sync g one#1 1 one#1=x
  + group g gen=1 range leader=one#1 one#1=x
  B synced range x
at 9000
restart
describe g
  Stable consumer range one#1/one=x
C: beat g one#1 1
  C alive
at 18999
describe g
  Stable consumer range one#1/one=x
at 19000
  + group g gen=2
restart
describe g
  Empty consumer
",
    );
}

#[test]
fn what_was_never_stable_is_forgotten_at_a_restart() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
restart
describe g
  Empty
B: beat g c#1 1
  B error UnknownMemberId
",
    );
}

#[test]
fn a_loaded_group_that_is_too_large_rebalances() {
    check(
        "
config delay=1000
A: join g v=3
  + group g gen=0
B: join g v=3
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
C: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1= c#2=
  C synced range
config max=1
restart
describe g
  PreparingRebalance consumer c#1= c#2=
D: join g c#1
E: join g c#2
  E refused GroupMaxSizeReached
",
    );
}

#[test]
fn an_unloaded_shard_sends_everybody_away() {
    check(
        "
config delay=1000
A: join g v=3
  + group g gen=0
B: join h v=3
  + group h gen=0
at 1000
  A joined c#1 gen=1 range leader=c#1 c#1
  B joined c#2 gen=1 range leader=c#2 c#2
C: join h v=3
hold
D: sync g c#1 1
E: commit s t-0=1
F: stable s
unload
  D error NotCoordinator
  C refused NotCoordinator c#3
  E error NotCoordinator
  F error NotCoordinator
",
    );
}
