//! Cases for the walk over a producer's records.

use super::*;
use crate::tests::sample;
use crate::{BatchHeader, Compression, HEADER_BYTES};

#[test]
fn good_batches_give_count_and_greatest_timestamp() {
    for codec in Compression::ALL {
        let valid = validate_records(&sample(codec), Limits::default()).unwrap();
        assert_eq!(valid.record_count, 3);
        let greatest = TimestampedOffset {
            offset: 101,
            timestamp_ms: 3_000,
        };
        assert_eq!(valid.max_timestamp, Some(greatest));
    }
}

#[test]
fn gaps_and_false_counts_are_refused() {
    let good = sample(Compression::None);
    let header = BatchHeader {
        last_offset_delta: 5,
        ..good.header
    };
    let sparse = Batch { header, ..good };
    assert_eq!(
        validate_records(&sparse, Limits::default()),
        Err(RecordError::CountMismatch)
    );

    let good = sample(Compression::None);
    let mut bytes = good.bytes.to_vec();
    // Length, attributes and timestamp delta take a byte each; then comes the offset delta.
    assert_eq!(bytes[HEADER_BYTES + 3], 0);
    bytes[HEADER_BYTES + 3] = 4;
    let gap = Batch {
        header: good.header,
        bytes: bytes.into(),
    };
    assert_eq!(
        validate_records(&gap, Limits::default()),
        Err(RecordError::OffsetGap(0, 2))
    );
}
