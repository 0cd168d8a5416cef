//! Properties: the events of a file do not depend on how it is read.

use proptest::prelude::*;

use super::super::{Framing, Multiline};
use super::{framing, read_all};

/// Pieces of logs, put together at random.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(b"[2026-01-31 23:59:58,123] INFO x (y)\n".to_vec()),
        2 => Just(b"\tat a.B(C.java:1)\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => (1usize..200).prop_map(|count| "\n".repeat(count * 10).into_bytes()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"[Worker-1] [2026-01-31 23:59:58,123] WARN x (y:7)\n".to_vec()),
        1 => Just(b"[2026-01-31T23:59:58.123+0000][gc] x\n".to_vec()),
        1 => Just(b"{\"time\":\"2026-01-31T23:59:58.123Z\"}\n".to_vec()),
        1 => Just(b"{\"a\":\"b\",\"time\":\"2026-01-31T23:59:58.123Z\"}\n".to_vec()),
        1 => Just(b"2026-01-31 23:59:58 x\n".to_vec()),
        1 => Just(b"[2026-".to_vec()),
        1 => (1usize..4000).prop_map(|count| "ä".repeat(count).into_bytes()),
        1 => (1usize..60).prop_map(|count| "\tat x\r\n".repeat(count * 10).into_bytes()),
        1 => (900usize..1030).prop_map(|count| format!("[2026-01-31 23:59:58,123] {}\n", "x".repeat(count)).into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..80),
    ]
}

fn is_kafka() -> impl Strategy<Value = Multiline> {
    prop_oneof![Just(Multiline::Kafka), Just(Multiline::None)]
}

fn window(framing: &Framing) -> usize {
    framing.window_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_chunks_give_the_same_events(
        pieces in proptest::collection::vec(piece(), 0..40),
        multiline in is_kafka(),
        more in 0usize..3000,
    ) {
        let bytes = pieces.concat();
        let framing = framing(multiline, 1024);
        let whole = read_all(&framing, &bytes, usize::MAX / 2);
        let parts = read_all(&framing, &bytes, window(&framing) + more);
        prop_assert_eq!(whole, parts);
    }
}
