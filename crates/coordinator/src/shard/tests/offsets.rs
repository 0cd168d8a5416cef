//! Offsets: commit, fetch, delete.

use super::check;

#[test]
fn a_simple_consumer_makes_an_empty_group() {
    check(
        "
A: commit g t-0=5 t-1=6 meta=note epoch=3
  + offset g t-0=5
  + offset g t-1=6
  A committed t-0 t-1
fetch g
  offsets t-0=5@3(note) t-1=6@3(note)
fetch g t-0 t-2 u-0
  offsets t-0=5@3(note) t-2=- u-0=-
fetch other t-0
  offsets t-0=-
fetch other
  offsets
list
  g classic Empty -
progress
  g Empty 0 t-0=5 t-1=6
describe g
  Empty
restart
list
  g classic Empty -
fetch g t-1
  offsets t-1=6@3(note)
",
    );
}

#[test]
fn the_empty_group_id_may_store_offsets() {
    check(
        "
A: commit '' t-0=5
  + offset  t-0=5
  A committed t-0
fetch '' t-0
  offsets t-0=5
",
    );
}

#[test]
fn reads_see_what_is_committed_and_stable_reads_wait() {
    check(
        "
hold
A: commit g t-0=5
fetch g t-0
  offsets t-0=-
B: stable g t-0
C: commit g t-0=6
D: stable g t-0
ok
  + offset g t-0=5
  + offset g t-0=6
  A committed t-0
  B offsets t-0=5
  C committed t-0
  D offsets t-0=6
E: stable g t-0
  E offsets t-0=6
",
    );
}

#[test]
fn metadata_is_bounded_in_utf_16_units() {
    check(
        "
A: commit g t-0=5 meta=*4097
  A committed t-0:OffsetMetadataTooLarge
list
B: stable g
  B offsets
C: commit g t-0=5 meta=x
  + offset g t-0=5
  C committed t-0
",
    );
}

#[test]
fn members_commit_in_their_generation() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: commit g t-0=1 m=c#1 gen=1
  B error RebalanceInProgress
C: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  C synced range
D: commit g t-0=1 m=c#1 gen=1
  + offset g t-0=1
  D committed t-0
E: commit g t-0=1 m=c#1 gen=0
  E error IllegalGeneration
F: commit g t-0=1 m=stranger gen=1
  F error UnknownMemberId
G: commit g t-0=1
  G error UnknownMemberId
H: commit g t-0=1 m=c#1
  H error IllegalGeneration
I: commit g t-0=1 i=inst
  I error UnknownMemberId
J: join g v=3 c=d
K: commit g t-0=2 m=c#1 gen=1
  + offset g t-0=2
  K committed t-0
",
    );
}

#[test]
fn a_commit_is_a_sign_of_life() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
at 9000
C: commit g t-0=1 m=c#1 gen=1
  + offset g t-0=1
  C committed t-0
at 18999
describe g
  Stable consumer range c#1=
at 19000
  + group g gen=2
",
    );
}

#[test]
fn a_generation_without_a_group_is_named_by_version() {
    check(
        "
A: commit g t-0=1 gen=1 m=m
  A error GroupIdNotFound
B: commit g t-0=1 gen=1 m=m v=8
  B error IllegalGeneration
C: commit g t-0=1 gen=-1
  + offset g t-0=1
  C committed t-0
D: commit g t-0=1 gen=0
  D error UnknownMemberId
",
    );
}

#[test]
fn an_offset_of_a_deleted_topic_is_not_the_new_topics() {
    check(
        "
A: commit g t-0=5 id=1
  + offset g t-0=5
  A committed t-0
fetch g t-0 id=1
  offsets t-0=5
fetch g t-0 id=2
  offsets t-0=-
fetch g t-0
  offsets t-0=5
B: commit g t-0=6
  + offset g t-0=6
  B committed t-0
fetch g t-0 id=2
  offsets t-0=6
",
    );
}

#[test]
fn offsets_are_deleted_unless_the_group_consumes_the_topic() {
    check(
        "
A: commit g t-0=1 u-0=2
  + offset g t-0=1
  + offset g u-0=2
  A committed t-0 u-0
B: join g v=3 p=range:t
  B joined c#1 gen=1 range leader=c#1 c#1
C: forget g t-0 u-0 u-9
  - offset g u-0
  C forgot t-0:GroupSubscribedToTopic u-0 u-9
fetch g
  offsets t-0=1
D: leave g c#1
  + group g gen=2
  D left c#1
E: forget g t-0
  - offset g t-0
  E forgot t-0
",
    );
}

#[test]
fn offset_deletes_that_are_refused() {
    check(
        "
A: forget '' t-0
  A error InvalidGroupId
B: forget g t-0
  B error GroupIdNotFound
C: join g v=3 t=connect
  C joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
D: forget g t-0
  D error NonEmptyGroup
E: join h v=3 p=range:!
  E joined c#2 gen=1 range leader=c#2 c#2
  + group h gen=0
F: forget h t-0
  F forgot t-0:GroupSubscribedToTopic
",
    );
}

#[test]
fn a_delete_covers_commits_on_their_way() {
    check(
        "
hold
A: commit g t-0=1
ok
  + offset g t-0=1
  A committed t-0
B: commit g t-1=1
C: forget g t-0 t-1
ok
  + offset g t-1=1
  - offset g t-0
  - offset g t-1
  B committed t-1
  C forgot t-0 t-1
fetch g
  offsets
",
    );
}

#[test]
fn the_offsets_of_deleted_topics_go_in_every_group() {
    check(
        "
A: commit g t-0=1 u-0=1
  + offset g t-0=1
  + offset g u-0=1
  A committed t-0 u-0
B: commit h t-1=1
  + offset h t-1=1
  B committed t-1
gone t
  - offset g t-0
  - offset h t-1
fetch g
  offsets u-0=1
",
    );
}

#[test]
fn a_topic_created_again_keeps_its_new_offsets() {
    check(
        "
A: commit g t-0=1 t-1=1 id=1
  + offset g t-0=1
  + offset g t-1=1
  A committed t-0 t-1
hold
B: commit g t-0=2 id=2
gone t id=1
ok
  + offset g t-0=2
  - offset g t-1
  B committed t-0
fetch g
  offsets t-0=2
",
    );
}
