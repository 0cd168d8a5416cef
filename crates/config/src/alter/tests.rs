//! Steps of IncrementalAlterConfigs and what they leave.

use super::{Alteration, alter};
use crate::table::topic_key;

#[test]
fn steps_change_a_value_as_kafkas_controller_does() {
    use Alteration::{Append, Delete, Set, Subtract};
    let cases = [
        ("retention.ms", None, Set, "5", Some("5")),
        ("retention.ms", Some("5"), Delete, "", None),
        (
            "cleanup.policy",
            None,
            Append,
            "compact",
            Some("delete,compact"),
        ),
        ("cleanup.policy", None, Append, "delete", Some("delete")),
        (
            "cleanup.policy",
            Some("compact"),
            Append,
            "delete,compact",
            Some("compact,delete"),
        ),
        ("cleanup.policy", None, Subtract, "delete", Some("")),
        (
            "cleanup.policy",
            Some("delete,compact"),
            Subtract,
            "delete",
            Some("compact"),
        ),
        (
            "cleanup.policy",
            Some("delete"),
            Subtract,
            "other",
            Some("delete"),
        ),
        (
            "leader.replication.throttled.replicas",
            None,
            Append,
            "0:1,1:1",
            Some("0:1,1:1"),
        ),
    ];
    for (name, current, alteration, operand, expected) in cases {
        let key = topic_key(name);
        let altered = alter(name, key, current, alteration, operand).unwrap();
        assert_eq!(
            altered.as_deref(),
            expected,
            "{name} {alteration:?} {operand}"
        );
    }
}

#[test]
fn a_single_value_cannot_be_appended_to() {
    for name in ["retention.ms", "nonsense"] {
        let refused = alter(name, topic_key(name), None, Alteration::Append, "1").unwrap_err();
        let expected = format!("Can't APPEND to key {name} because its type is not LIST.");
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn operations_have_the_numbers_of_the_protocol() {
    let known: Vec<_> = (-1..=4).map(Alteration::from_wire).collect();
    let expected = [
        None,
        Some(Alteration::Set),
        Some(Alteration::Delete),
        Some(Alteration::Append),
        Some(Alteration::Subtract),
        None,
    ];
    assert_eq!(known, expected);
}
