//! Offsets and groups that nobody uses any more.

use super::check;

#[test]
fn offsets_of_simple_groups_expire_after_their_commit() {
    check(
        "
config keep=1000000
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
at 500000
B: commit g t-1=1
  + offset g t-1=1
  B committed t-1
at 1199999
fetch g
  offsets t-0=1 t-1=1
at 1200000
  - offset g t-0
fetch g
  offsets t-1=1
at 1800000
  - offset g t-1
  - group g
list
",
    );
}

#[test]
fn a_retention_of_the_commits_own_counts_before_the_brokers() {
    check(
        "
A: commit g t-0=1 keep=1000
  + offset g t-0=1
  A committed t-0
restart
at 600000
  - offset g t-0
  - group g
",
    );
}

#[test]
fn offsets_of_a_group_expire_after_it_became_empty() {
    check(
        "
config keep=1000000
A: join g v=3 s=1800000
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
C: commit g t-0=1 m=c#1 gen=1
  + offset g t-0=1
  C committed t-0
at 1200000
D: leave g c#1
  + group g gen=2
  D left c#1
at 1800000
fetch g
  offsets t-0=1
at 2400000
  - offset g t-0
  - group g
",
    );
}

#[test]
fn a_stable_group_keeps_the_offsets_of_its_topics_only() {
    check(
        "
config keep=1000000
A: join g v=3 s=1800000 p=range:t
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
C: commit g t-0=1 u-0=1 m=c#1 gen=1
  + offset g t-0=1
  + offset g u-0=1
  C committed t-0 u-0
at 1200000
  - offset g u-0
D: beat g c#1 1
  D alive
fetch g
  offsets t-0=1
",
    );
}

#[test]
fn a_group_of_another_type_keeps_all_while_it_lives() {
    check(
        "
config keep=1000
A: join g v=3 s=1800000 t=connect
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  B synced range
C: commit g t-0=1 m=c#1 gen=1
  + offset g t-0=1
  C committed t-0
at 1200000
fetch g
  offsets t-0=1
",
    );
}

#[test]
fn an_empty_group_without_offsets_goes_unless_a_member_is_coming() {
    check(
        "
A: join g
  A refused MemberIdRequired c#1
  + group g gen=0
at 595000
B: join h
  B refused MemberIdRequired c#2
  + group h gen=0
at 600000
  - group g
list
  h classic Empty -
at 1200000
  - group h
",
    );
}

#[test]
fn a_commit_on_its_way_saves_the_offset() {
    check(
        "
config keep=1000
A: commit g t-0=1
  + offset g t-0=1
  A committed t-0
at 599999
hold
B: commit g t-0=2
at 600000
ok
  + offset g t-0=2
  B committed t-0
fetch g
  offsets t-0=2
",
    );
}
