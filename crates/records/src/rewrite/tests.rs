//! Cases for what a broker rewrites on append.

use proptest::prelude::*;

use super::*;
use crate::tests::{decoded, sample};
use crate::{Compression, verify_crc};

#[test]
fn another_producer_changes_the_producer_only() {
    let batch = sample(Compression::Zstd);
    let other = with_producer(&batch, 99, 3, 1_234);
    verify_crc(&other.bytes).unwrap();
    assert_eq!(Batch::parse(other.bytes.clone()).as_ref(), Ok(&other));
    let head = other.header;
    assert_eq!((head.producer_id, head.producer_epoch), (99, 3));
    assert_eq!(head.base_sequence, 1_234);
    assert_eq!(decoded(&other), decoded(&batch));
    let back = with_producer(&other, 7, 2, 40);
    assert_eq!(back, batch);
}

proptest! {
    #[test]
    fn a_new_prefix_keeps_the_checksum(base_offset in 0..i64::MAX / 2, epoch: i32) {
        let batch = sample(Compression::Lz4);
        let prefix = patched_prefix(&batch, base_offset, epoch);
        let stored = [&prefix, &batch.bytes[PREFIX_BYTES..]].concat();
        verify_crc(&stored).unwrap();
        let stored = Batch::parse(stored.into()).unwrap();
        prop_assert_eq!(stored.header.base_offset, base_offset);
        prop_assert_eq!(stored.header.partition_leader_epoch, epoch);
        prop_assert_eq!(decoded(&stored), decoded(&batch));
    }

    #[test]
    fn append_time_changes_time_and_type_only(time in 0..i64::MAX, base_offset in 0..i64::MAX / 2) {
        let batch = sample(Compression::Gzip);
        let head = log_append_time_header(&batch, base_offset, 4, time);
        let stored = [&head, &batch.bytes[HEADER_BYTES..]].concat();
        verify_crc(&stored).unwrap();
        let stored = Batch::parse(stored.into()).unwrap();
        let expected = BatchHeader {
            base_offset,
            partition_leader_epoch: 4,
            attributes: batch.header.attributes.with_timestamp_type(TimestampType::LogAppendTime),
            max_timestamp: time,
            crc: stored.header.crc,
            ..batch.header
        };
        prop_assert_eq!(stored.header, expected);
        prop_assert!(decoded(&stored).iter().all(|record| record.timestamp(&stored.header) == time));
    }
}
