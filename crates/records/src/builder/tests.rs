//! Cases for building batches, read back.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::tests::decoded;
use crate::{Record, verify_crc};

#[test]
fn all_options_reach_the_header() {
    let mut builder = BatchBuilder::new()
        .base_offset(9)
        .leader_epoch(3)
        .timestamp_type(TimestampType::LogAppendTime)
        .producer(5, 6, 7)
        .transactional()
        .control();
    builder.append(77, None, None, &[]).unwrap();
    assert_eq!(builder.record_count(), 1);
    let expected_bytes = builder.uncompressed_bytes();
    let batch = builder.build_batch().unwrap();
    let head = batch.header;
    assert_eq!(batch.bytes.len(), expected_bytes);
    assert_eq!((head.base_offset, head.partition_leader_epoch), (9, 3));
    assert_eq!(head.attributes.bits(), 0b11_1000);
    assert_eq!((head.producer_id, head.producer_epoch), (5, 6));
    assert_eq!((head.base_sequence, head.max_timestamp), (7, 77));
}

#[test]
fn a_batch_without_records_is_whole() {
    let batch = BatchBuilder::new().build_batch().unwrap();
    verify_crc(&batch.bytes).unwrap();
    assert_eq!(batch.bytes.len(), HEADER_BYTES);
    assert_eq!(
        (batch.header.record_count, batch.header.max_timestamp),
        (0, -1)
    );
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn headers() -> impl Strategy<Value = Vec<RecordHeader>> {
    let header = (bytes(), prop::option::of(bytes()));
    let header = header.prop_map(|(key, value)| RecordHeader { key, value });
    prop::collection::vec(header, 0..4)
}

proptest! {
    #[test]
    fn what_is_appended_is_read_back(
        codec in prop::sample::select(&Compression::ALL[..]),
        inputs in prop::collection::vec(
            (0..i64::MAX, prop::option::of(bytes()), prop::option::of(bytes()), headers()),
            1..20,
        ),
    ) {
        let mut builder = BatchBuilder::new().compression(codec, None);
        for (timestamp, key, value, headers) in &inputs {
            builder.append(*timestamp, key.as_deref(), value.as_deref(), headers).unwrap();
        }
        let batch = builder.build_batch().unwrap();
        verify_crc(&batch.bytes).unwrap();
        let first = inputs[0].0;
        let expected: Vec<Record> = (0..)
            .zip(inputs)
            .map(|(offset_delta, (timestamp, key, value, headers))| Record {
                offset_delta,
                timestamp_delta: timestamp - first,
                attributes: 0,
                key,
                value,
                headers,
            })
            .collect();
        prop_assert_eq!(decoded(&batch), expected);
    }
}
