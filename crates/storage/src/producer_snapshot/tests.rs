//! The bytes of Kafka's format, and what is refused.

use proptest::prelude::*;

use super::{InvalidSnapshot, decode, encode};
use crate::producer_state::{ProducerBatch, Producers};

fn batch(last_sequence: i32, last_offset: i64) -> ProducerBatch {
    ProducerBatch {
        last_sequence,
        last_offset,
        offset_delta: 1,
        timestamp_ms: 99,
    }
}

#[test]
fn an_entry_has_the_fields_of_kafka_in_its_order() {
    let mut producers = Producers::default();
    producers.restore(0x0102, 3, batch(5, 7), 0);
    let bytes = encode(&producers);
    let mut expected = vec![0, 1];
    expected.extend(crc_fast::crc32_iscsi(&bytes[6..]).to_be_bytes());
    expected.extend([0, 0, 0, 1]);
    expected.extend([
        0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7,
    ]);
    expected.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 99]);
    expected.extend([255; 12]);
    assert_eq!(bytes, expected);
}

#[test]
fn the_window_of_each_producer_comes_back() {
    let mut producers = Producers::default();
    for n in 0..7 {
        producers.restore(1, 0, batch(n * 2 + 1, i64::from(n * 2 + 1)), 0);
        producers.restore(2, 5, batch(n * 2 + 1, i64::from(n * 2 + 1) + 100), 0);
    }
    let again = decode(&encode(&producers), 0).unwrap();
    let sorted = |producers: &Producers| {
        let mut all: Vec<_> = producers.batches().collect();
        all.sort_by_key(|(id, _, batch)| (*id, batch.last_offset));
        all
    };
    assert_eq!(sorted(&again), sorted(&producers));
    assert_eq!(again.batches().count(), 10);
}

#[test]
fn other_versions_and_cut_files_are_refused() {
    let bytes = encode(&Producers::default());
    assert_eq!(bytes.len(), 10);
    let mut newer = bytes.clone();
    newer[1] = 2;
    assert_eq!(decode(&newer, 0).unwrap_err(), InvalidSnapshot::Version(2));
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length], 0).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn a_changed_bit_never_passes(at in 0_usize..112, bit in 0_u8..8) {
        let mut producers = Producers::default();
        producers.restore(1, 0, batch(1, 1), 0);
        producers.restore(2, 0, batch(1, 2), 0);
        let mut bytes = encode(&producers);
        prop_assume!(at < bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(decode(&bytes, 0).is_err());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, 0);
    }
}
