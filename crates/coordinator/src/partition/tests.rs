//! Groups lie where a JVM says they do.

use super::*;

/// Values printed by `Utils.abs(s.hashCode()) % 50` of a JVM.
#[test]
fn groups_are_where_kafka_puts_them() {
    for (group, expected) in [
        ("", 0),
        ("a", 47),
        ("console-consumer-1", 24),
        ("grüße-🦀", 30),
        ("polygenelubricants", 0),
    ] {
        let group = GroupId::new(group).unwrap();
        assert_eq!(
            partition_for(&group, 50),
            PartitionIndex(expected),
            "{group}"
        );
    }
}
