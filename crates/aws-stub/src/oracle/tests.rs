//! What is counted of a stream of events.

use super::*;
use crate::numbered::write;

fn line(writer: u8, sequence: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let number = Number { writer, sequence };
    write(&mut out, number, "2026-11-29 07:20:00,123", 0, 1);
    out
}

#[test]
fn missing_twice_and_late_are_told_apart() {
    let mut oracle = Oracle::default();
    for sequence in [0, 1, 5, 4, 1, 9] {
        assert_eq!(oracle.observe(&line(7, sequence)), 1);
    }
    let tally = oracle.tally(7, 12);
    assert_eq!(tally.distinct, 5);
    assert_eq!(tally.missing, 7);
    assert_eq!(tally.missing_ranges, [(2, 3), (6, 8), (10, 11)]);
    assert_eq!(tally.duplicates, 1);
    assert_eq!(tally.out_of_order, 1);
    assert_eq!(oracle.tally(8, 3).missing, 3);
}

#[test]
fn an_object_holds_many_events() {
    let mut oracle = Oracle::default();
    let mut object = line(0, 0);
    object.extend(line(1, 0));
    object.extend(b"a banner\nof two lines\n");
    object.extend(line(0, 1));
    let torn = object.len() - 5;
    assert_eq!(oracle.observe(&object[..torn]), 2);
    assert_eq!(oracle.faults().foreign, 1);
    assert_eq!(oracle.faults().torn, 1);
    assert_eq!(oracle.seen(), BTreeMap::from([(0, 1), (1, 1)]));
}

#[test]
fn a_message_in_json_is_an_event() {
    let mut oracle = Oracle::default();
    let text = String::from_utf8(line(2, 0)).unwrap();
    let json = serde_json::json!({"id": "f:0", "message": text.trim_end()});
    assert_eq!(oracle.observe(format!("{json}\n{json}\n").as_bytes()), 2);
    assert_eq!(oracle.tally(2, 1).duplicates, 1);
    assert_eq!(oracle.observe(b"{}"), 0);
    assert_eq!(oracle.faults().foreign, 1);
}
