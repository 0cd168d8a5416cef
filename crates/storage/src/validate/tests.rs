//! What is refused before a log is looked at, and what the settings make of a batch.

use bytes::Bytes;
use records::{BatchBuilder, BatchError, Compression, TimestampType};

use super::{AppendOrigin, InvalidBatch, InvalidTimestamp, Refusal, prepare};
use crate::settings::{LogSettings, TopicCompression};
use crate::test_log::{NOW_MS, batch, batch_at, fill, sequenced, values_of};

fn refusal(record_set: Bytes, settings: &LogSettings) -> Refusal {
    prepare(record_set, AppendOrigin::Client, settings, NOW_MS, None).unwrap_err()
}

fn changed(bytes: &Bytes, at: usize, value: u8) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[at] = value;
    bytes.into()
}

/// The same with a checksum that fits.
fn forged(bytes: &Bytes, at: usize, value: u8) -> Bytes {
    let mut bytes = changed(bytes, at, value).to_vec();
    let crc = crc_fast::crc32_iscsi(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes.into()
}

#[test]
fn malformed_record_sets_are_refused() {
    use InvalidBatch::{Batch, Control, Count, Empty, SeveralBatches, Unsequenced};
    let good = batch(&["a", "b"]);
    let two = Bytes::from([&good[..], &good[..]].concat());
    let control = fill(BatchBuilder::new().control(), NOW_MS, &["a"]);
    let old_magic = Batch(BatchError::OldMagic(1));
    let count = |count, last_offset_delta| Count {
        count,
        last_offset_delta,
    };
    let cases = [
        (Bytes::new(), Empty),
        (two, SeveralBatches),
        (control, Control),
        (forged(&good, 60, 3), count(3, 1)),
        (forged(&good, 26, 7), count(2, 7)),
        (sequenced(5, 0, -1, &["a"]), Unsequenced(5)),
        (sequenced(5, -1, 0, &["a"]), Unsequenced(5)),
        (changed(&good, 16, 1), old_magic),
    ];
    for (record_set, expected) in cases {
        let refusal = refusal(record_set, &LogSettings::default());
        assert_eq!(refusal, Refusal::Invalid(expected));
    }
    let corrupt = refusal(changed(&good, 61, 1), &LogSettings::default());
    let crc = |r| matches!(r, Refusal::Invalid(Batch(BatchError::CrcMismatch { .. })));
    assert!(crc(corrupt));
    let cut = refusal(good.slice(..good.len() - 1), &LogSettings::default());
    let truncated = |r| matches!(r, Refusal::Invalid(Batch(BatchError::Truncated { .. })));
    assert!(truncated(cut));
}

#[test]
fn an_empty_batch_is_refused() {
    let empty = BatchBuilder::new().build().unwrap();
    let refusal = refusal(empty, &LogSettings::default());
    assert!(matches!(
        refusal,
        Refusal::Invalid(InvalidBatch::Count { count: 0, .. })
    ));
}

#[test]
fn transactions_are_refused_by_name() {
    let batch = fill(BatchBuilder::new().transactional(), NOW_MS, &["a"]);
    assert_eq!(
        refusal(batch, &LogSettings::default()),
        Refusal::Transactional
    );
}

#[test]
fn the_broker_itself_may_append_several_batches_and_control_records() {
    let control = fill(BatchBuilder::new().control(), NOW_MS, &["a"]);
    let two = Bytes::from([&control[..], &batch(&["b", "c"])[..]].concat());
    let settings = LogSettings::default();
    let prepared = prepare(two, AppendOrigin::Coordinator, &settings, NOW_MS, None).unwrap();
    assert_eq!((prepared.batches.len(), prepared.offset_count), (2, 3));
}

#[test]
fn size_counts_the_whole_batch() {
    let bytes = batch(&["0123456789"]);
    let exact = LogSettings {
        max_message_bytes: bytes.len() as u32,
        ..LogSettings::default()
    };
    assert!(prepare(bytes.clone(), AppendOrigin::Client, &exact, NOW_MS, None).is_ok());
    let max = exact.max_message_bytes - 1;
    let less = LogSettings {
        max_message_bytes: max,
        ..exact
    };
    let expected = Refusal::TooLarge {
        bytes: bytes.len(),
        max,
    };
    assert_eq!(refusal(bytes, &less), expected);
}

#[test]
fn timestamps_are_bounded_on_both_sides() {
    let settings = LogSettings {
        timestamp_before_max_ms: 1000,
        timestamp_after_max_ms: 500,
        ..LogSettings::default()
    };
    let bounds_ms = Some((NOW_MS - 1000, NOW_MS + 500));
    for accepted in [NOW_MS - 1000, NOW_MS, NOW_MS + 500, -1] {
        let record_set = batch_at(accepted, &["a"]);
        assert!(prepare(record_set, AppendOrigin::Client, &settings, NOW_MS, None).is_ok());
    }
    for timestamp_ms in [NOW_MS - 1001, NOW_MS + 501, 0] {
        let expected = Refusal::Timestamp(InvalidTimestamp {
            record_index: 0,
            timestamp_ms,
            bounds_ms,
        });
        assert_eq!(refusal(batch_at(timestamp_ms, &["a"]), &settings), expected);
    }
    let mut builder = BatchBuilder::new().compression(Compression::Gzip, None);
    for timestamp_ms in [NOW_MS, NOW_MS + 500, NOW_MS - 2000] {
        builder.append(timestamp_ms, None, None, &[]).unwrap();
    }
    let expected = Refusal::Timestamp(InvalidTimestamp {
        record_index: 2,
        timestamp_ms: NOW_MS - 2000,
        bounds_ms,
    });
    assert_eq!(refusal(builder.build().unwrap(), &settings), expected);
}

#[test]
fn by_default_the_past_has_no_bound_and_the_future_ends_in_an_hour() {
    let settings = LogSettings::default();
    assert!(
        prepare(
            batch_at(0, &["a"]),
            AppendOrigin::Client,
            &settings,
            NOW_MS,
            None
        )
        .is_ok()
    );
    let late = refusal(batch_at(NOW_MS + 3_600_001, &["a"]), &settings);
    assert!(matches!(late, Refusal::Timestamp(_)));
}

#[test]
fn a_producer_may_not_stamp_as_the_broker_does() {
    let builder = BatchBuilder::new().timestamp_type(TimestampType::LogAppendTime);
    let record_set = fill(builder, NOW_MS, &["a"]);
    for timestamp_type in [TimestampType::CreateTime, TimestampType::LogAppendTime] {
        let settings = LogSettings {
            timestamp_type,
            ..LogSettings::default()
        };
        let refusal = refusal(record_set.clone(), &settings);
        let unbounded = |r| matches!(r, Refusal::Timestamp(i) if i.bounds_ms.is_none());
        assert!(unbounded(refusal));
    }
}

#[test]
fn the_codec_of_the_topic_replaces_that_of_the_producer() {
    for producer in Compression::ALL {
        for topic in Compression::ALL {
            let builder = BatchBuilder::new().compression(producer, None);
            let settings = LogSettings {
                compression: TopicCompression::Codec(topic, None),
                ..LogSettings::default()
            };
            let record_set = fill(builder, NOW_MS, &["a", "b"]);
            let prepared = prepare(
                record_set.clone(),
                AppendOrigin::Client,
                &settings,
                NOW_MS,
                None,
            )
            .unwrap();
            let stored = &prepared.batches[0];
            assert_eq!(stored.header.attributes.compression(), topic);
            assert_eq!(values_of(&stored.bytes), ["a", "b"]);
            assert_eq!(stored.bytes == record_set, producer == topic);
        }
    }
}

#[test]
fn records_that_cannot_be_converted_are_refused() {
    let gzip = fill(
        BatchBuilder::new().compression(Compression::Gzip, None),
        NOW_MS,
        &["a"],
    );
    let settings = LogSettings {
        compression: TopicCompression::Codec(Compression::Zstd, None),
        ..LogSettings::default()
    };
    let broken = refusal(forged(&gzip, 61, 0), &settings);
    assert!(matches!(broken, Refusal::Invalid(InvalidBatch::Records(_))));
}
