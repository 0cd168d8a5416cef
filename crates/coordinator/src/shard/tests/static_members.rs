//! Static members (KIP-345, KIP-814).

use super::check;

/// Two static members in a stable first generation.
const STABLE: &str = "
config delay=1000
A: join g i=one p=range,rr r=5000 s=20000
  + group g gen=0
B: join g i=two p=range,rr r=5000 s=20000
at 2000
  A joined one#1 gen=1 range leader=one#1 one#1/one two#2/two
  B joined two#2 gen=1 range leader=one#1
C: sync g one#1 1 one#1=x two#2=y
  + group g gen=1 range leader=one#1 one#1=x two#2=y
  C synced range x
D: sync g two#2 1
  D synced range y
";

#[track_caller]
fn after_stable(rest: &str) {
    check(&format!("{STABLE}{rest}"));
}

#[test]
fn a_restarted_follower_takes_its_place_without_a_rebalance() {
    after_stable(
        "
hold
E: join g i=two p=range,rr
F: beat g two#2 1 i=two
  F error FencedInstanceId
ok
  + group g gen=1 range leader=one#1 one#1=x two#3=y
  E joined two#3 gen=1 range leader=one#1
G: sync g two#3 1 i=two
  G synced range y
describe g
  Stable consumer range one#1/one=x two#3/two=y
",
    );
}

#[test]
fn a_restarted_leader_skips_the_assignment() {
    after_stable(
        "
E: join g i=one p=range,rr
  + group g gen=1 range leader=one#3 one#3=x two#2=y
  E joined one#3 gen=1 range leader=one#3 one#3/one two#2/two skip
",
    );
}

#[test]
fn a_restarted_leader_of_an_old_client_is_not_told_that_it_leads() {
    after_stable(
        "
E: join g i=one p=range,rr v=8
  + group g gen=1 range leader=one#3 one#3=x two#2=y
  E joined one#3 gen=1 range leader=one#1
",
    );
}

#[test]
fn a_restart_that_changes_the_protocol_rebalances() {
    after_stable(
        "
E: join g i=two p=rr
describe g
  PreparingRebalance consumer one#1/one=x two#3/two=y
F: join g one#1 i=one p=range,rr
  F joined one#1 gen=2 rr leader=one#1 one#1/one two#3/two
  E joined two#3 gen=2 rr leader=one#1
",
    );
}

#[test]
fn a_restart_while_the_assignment_is_awaited_rebalances() {
    check(
        "
A: join g i=one
  A joined one#1 gen=1 range leader=one#1 one#1/one
  + group g gen=0
B: join g i=one
  B joined one#2 gen=2 range leader=one#2 one#2/one
C: sync g one#1 1 i=one
  C error FencedInstanceId
",
    );
}

#[test]
fn a_restart_fences_the_requests_that_wait() {
    check(
        "
config delay=1000
A: join g i=one
  + group g gen=0
B: join g i=one
  A refused FencedInstanceId one#1
at 1000
  B joined one#2 gen=1 range leader=one#2 one#2/one
",
    );
}

#[test]
fn static_members_keep_their_place_when_a_rebalance_does_without_them() {
    after_stable(
        "
E: join g c=d v=3 p=range r=5000
F: join g one#1 i=one p=range r=5000 s=20000
at 6999
at 7000
  E joined d#3 gen=2 range leader=one#1
  F joined one#1 gen=2 range leader=one#1 d#3 one#1/one two#2/two
",
    );
}

#[test]
fn an_unknown_instance_is_unknown_and_a_wrong_id_is_fenced() {
    after_stable(
        "
E: join g one#1 i=three p=range
  E refused UnknownMemberId one#1
F: join g one#1 i=two p=range
  F refused FencedInstanceId one#1
G: sync g one#1 1 i=two
  G error FencedInstanceId
H: commit g t-0=1 m=one#1 gen=1 i=two
  H error FencedInstanceId
",
    );
}
