//! Topics are found in subscriptions of every version, and in nothing else.

use super::*;

fn check(subscription: &[u8], expected: Option<&[&str]>) {
    let mut topics = BTreeSet::new();
    let found = collect_topics(subscription, &mut topics).then_some(topics);
    let expected = expected.map(|names| names.iter().map(|&n| Arc::from(n)).collect());
    assert_eq!(found, expected, "{subscription:?}");
}

#[test]
fn topics_are_found_in_every_version() {
    check(
        b"\0\0\0\0\0\x02\0\x01a\0\x02bc\xff\xff\xff\xff",
        Some(&["a", "bc"]),
    );
    check(
        b"\0\x03\0\0\0\x01\0\x01a\xff\xff\xff\xff\0\0\0\0\0\0\0\x05\xff\xff",
        Some(&["a"]),
    );
    check(b"\0\x63\0\0\0\0", Some(&[]));
}

#[test]
fn foreign_bytes_are_no_subscription() {
    check(b"", None);
    check(b"\0", None);
    check(b"\xff\xff\0\0\0\0", None);
    check(b"\0\0\xff\xff\xff\xff", None);
    check(b"\0\0\x7f\xff\xff\xff", None);
    check(b"\0\0\0\0\0\x01\0\x05a", None);
    check(b"\0\0\0\0\0\x01\xff\xff", None);
    check(b"\0\0\0\0\0\x01\0\x01\xff", None);
}
