//! Slips of the pen and what they were meant to be.

use super::{distance, nearest};
use crate::table::broker_keys;

#[test]
fn slips_find_the_name_that_was_meant() {
    let cases: &[(&str, &[&str])] = &[
        ("num.partition", &["num.partitions"]),
        ("numpartitions", &["num.partitions"]),
        ("log.retention.hour", &["log.retention.hours"]),
        ("listner", &["listeners"]),
        ("auto.create.topic.enabled", &["auto.create.topics.enable"]),
        ("message.max.byte", &["message.max.bytes"]),
        ("completely.different.thing.altogether", &[]),
    ];
    for (name, expected) in cases {
        let near = nearest(name, broker_keys().map(|key| key.name));
        assert_eq!(near, *expected, "{name}");
    }
}

#[test]
fn distance_counts_slips() {
    let cases = [
        ("", "", 0),
        ("a", "", 1),
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abc", "bc", 1),
        ("kitten", "sitting", 3),
    ];
    for (left, right, expected) in cases {
        assert_eq!(distance(left, right), expected, "{left} {right}");
        assert_eq!(distance(right, left), expected, "{right} {left}");
    }
}
