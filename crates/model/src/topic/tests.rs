//! Cases for topic names.

use super::{InvalidTopicName, TopicName};

#[test]
fn names_are_checked_as_kafka_checks_them() {
    let long = "a".repeat(250);
    let cases: &[(&str, Option<InvalidTopicName>)] = &[
        ("orders", None),
        ("a.b_c-D9", None),
        ("...", None),
        ("", Some(InvalidTopicName::Empty)),
        (".", Some(InvalidTopicName::DotOnly)),
        ("..", Some(InvalidTopicName::DotOnly)),
        ("a b", Some(InvalidTopicName::IllegalCharacter(' '))),
        ("é", Some(InvalidTopicName::IllegalCharacter('é'))),
        ("a/b", Some(InvalidTopicName::IllegalCharacter('/'))),
        (&long, Some(InvalidTopicName::TooLong(250))),
        (&long[1..], None),
    ];
    for (name, expected) in cases {
        assert_eq!(TopicName::new(name).err(), *expected, "{name}");
    }
}

#[test]
fn names_that_share_a_metric_name_collide() {
    let key = |n: &str| TopicName::new(n).unwrap().collision_key();
    assert_eq!(key("a.b"), key("a_b"));
    assert_ne!(key("a-b"), key("a_b"));
}
