//! Cases for places and partitions in arguments.

use super::*;

#[test]
fn places_are_read() {
    let cases = [
        ("beginning", Some(Place::Beginning)),
        ("latest", Some(Place::End)),
        ("42", Some(Place::Offset(42))),
        ("-5", Some(Place::FromEnd(5))),
        ("@1700000000000", Some(Place::Timestamp(1_700_000_000_000))),
        ("@1970-01-01", Some(Place::Timestamp(0))),
        (
            "@2026-01-31T23:59:59Z",
            Some(Place::Timestamp(1_769_903_999_000)),
        ),
        (
            "@2024-02-29 12:00:00.5",
            Some(Place::Timestamp(1_709_208_000_500)),
        ),
        ("@2024-13-01", None),
        ("@yesterday", None),
        ("--5", None),
        ("5x", None),
        ("", None),
    ];
    for (text, place) in cases {
        assert_eq!(text.parse::<Place>().ok(), place, "{text}");
    }
}

#[test]
fn partitions_are_read_and_matched() {
    let part: TopicPart = "orders:0,3".parse().unwrap();
    let of = |topic, partition| TopicPartition {
        topic: TopicName::new(topic).unwrap(),
        partition: PartitionIndex(partition),
    };
    assert!(part.names(&of("orders", 3)));
    assert!(!part.names(&of("orders", 1)));
    assert!(!part.names(&of("other", 0)));
    assert!(
        "orders"
            .parse::<TopicPart>()
            .unwrap()
            .names(&of("orders", 9))
    );
    for wrong in ["orders:", "orders:-1", "orders:a", "a b", ""] {
        assert!(wrong.parse::<TopicPart>().is_err(), "{wrong}");
    }
}

#[test]
fn servers_have_ports() {
    let cases = [
        ("localhost:9092", Some("localhost:9092")),
        ("a:1, b:65535", Some("a:1,b:65535")),
        ("[::1]:9092", Some("[::1]:9092")),
        ("localhost", None),
        ("localhost:", None),
        (":9092", None),
        ("::1:9092", None),
        ("a:0", None),
        ("a:70000", None),
        ("a:1,b", None),
        ("a:1,", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(servers(text).ok().as_deref(), expected, "{text}");
    }
    let error = servers("localhost").expect_err("has no port");
    assert!(error.contains("write HOST:PORT"), "{error}");
}
