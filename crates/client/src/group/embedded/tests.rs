//! Cases for subscriptions and assignments, ours and those of newer clients.

use proptest::prelude::*;

use super::*;

fn names(topics: &[&str]) -> Vec<TopicName> {
    topics.iter().map(|t| TopicName::new(t).unwrap()).collect()
}

#[test]
fn a_subscription_is_kafkas_bytes_and_comes_back() {
    let bytes = subscription(&names(&["ab", "c"]));
    assert_eq!(&bytes[..], b"\0\0\0\0\0\x02\0\x02ab\0\x01c\xff\xff\xff\xff");
    assert_eq!(subscribed_topics(&bytes).unwrap(), names(&["ab", "c"]));
}

#[test]
fn an_assignment_comes_back() {
    let share: Share = [
        (
            TopicName::new("a").unwrap(),
            vec![PartitionIndex(0), PartitionIndex(3)],
        ),
        (TopicName::new("b").unwrap(), vec![]),
    ]
    .into();
    assert_eq!(assigned_partitions(&assignment(&share)).unwrap(), share);
    assert_eq!(assigned_partitions(&[]).unwrap(), Share::new());
}

#[test]
fn fields_of_newer_versions_are_passed_over() {
    // Version 3 appends owned partitions, a generation and a rack.
    let mut bytes = subscription(&names(&["t"])).to_vec();
    bytes[1] = 3;
    bytes.extend_from_slice(b"\0\0\0\0\0\0\0\x05\0\x01r");
    assert_eq!(subscribed_topics(&bytes).unwrap(), names(&["t"]));
}

#[test]
fn counts_that_lie_are_errors() {
    assert!(assigned_partitions(b"\0\0\x7f\xff\xff\xff").is_err());
    assert!(assigned_partitions(b"\0\0\0\0\0\x01\0\x01a\x7f\xff\xff\xff\0\0\0\0").is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = subscribed_topics(&bytes);
        let _ = assigned_partitions(&bytes);
    }
}
