//! Heartbeats and sessions.

use super::check;

#[test]
fn heartbeats_keep_a_member_and_silence_ends_it() {
    check(
        "
A: join g v=3
  A joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
B: beat g c#1 1
  B alive
C: sync g c#1 1
  + group g gen=1 range leader=c#1 c#1=
  C synced range
at 9999
D: beat g c#1 1
  D alive
at 19998
describe g
  Stable consumer range c#1=
at 19999
  + group g gen=2
describe g
  Empty consumer
",
    );
}

#[test]
fn refusals() {
    check(
        "
A: beat '' m 1
  A error InvalidGroupId
B: beat g m 1
  B error UnknownMemberId
C: join g v=3
  C joined c#1 gen=1 range leader=c#1 c#1
  + group g gen=0
D: beat g stranger 1
  D error UnknownMemberId
E: beat g c#1 0
  E error IllegalGeneration
F: beat g c#1 1 i=inst
  F error UnknownMemberId
",
    );
}

#[test]
fn a_member_that_waits_is_excused() {
    check(
        "
config delay=1000
A: join g v=3 r=60000
  + group g gen=0
B: join g v=3 r=60000
at 2000
  A joined c#1 gen=1 range leader=c#1 c#1 c#2
  B joined c#2 gen=1 range leader=c#1
C: sync g c#2 1
at 11999
D: beat g c#1 1
  D alive
at 21000
E: beat g c#1 1
  E alive
F: sync g c#1 1 c#1=x c#2=y
  + group g gen=1 range leader=c#1 c#1=x c#2=y
  F synced range x
  C synced range y
at 30999
G: beat g c#1 1
  G alive
H: beat g c#2 1
  H alive
",
    );
}

#[test]
fn the_leaders_death_makes_the_others_join_again() {
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
D: sync g c#2 1
  D synced range
at 11000
E: beat g c#2 1
  E alive
at 12000
F: beat g c#2 1
  F error RebalanceInProgress
G: join g c#2
  G joined c#2 gen=2 range leader=c#2 c#2
",
    );
}
