//! Cases for look-ups by time.

use super::*;
use crate::tests::sample;
use crate::{BatchHeader, Compression, log_append_time_header};

const fn at(offset: i64, timestamp_ms: i64) -> Option<TimestampedOffset> {
    Some(TimestampedOffset {
        offset,
        timestamp_ms,
    })
}

#[test]
fn the_first_record_not_before_the_target_is_found() {
    // Offsets 100, 101, 102 at 1000, 3000, 2000.
    let cases = [
        (-1, at(100, 1_000)),
        (1_000, at(100, 1_000)),
        (1_001, at(101, 3_000)),
        (2_000, at(101, 3_000)),
        (3_000, at(101, 3_000)),
        (3_001, None),
    ];
    for codec in Compression::ALL {
        let batch = sample(codec);
        for (target, expected) in cases {
            let found = find_timestamp(&batch, target, Limits::default());
            assert_eq!(found, Ok(expected), "{target}");
        }
        let greatest = max_timestamp_record(&batch, Limits::default());
        assert_eq!(greatest, Ok(at(101, 3_000)));
    }
}

#[test]
fn under_append_time_the_batch_has_one_time() {
    let batch = sample(Compression::None);
    let head = log_append_time_header(&batch, 500, 0, 9_000);
    let bytes = [&head, &batch.bytes[crate::HEADER_BYTES..]].concat();
    let batch = Batch::parse(bytes.into()).unwrap();
    let limits = Limits::default();
    assert_eq!(find_timestamp(&batch, 9_000, limits), Ok(at(500, 9_000)));
    assert_eq!(find_timestamp(&batch, 9_001, limits), Ok(None));
    assert_eq!(max_timestamp_record(&batch, limits), Ok(at(502, 9_000)));
}

#[test]
fn a_batch_that_compaction_emptied_has_no_time() {
    let header = BatchHeader {
        record_count: 0,
        batch_length: 49,
        ..sample(Compression::None).header
    };
    let bytes = header.to_bytes().to_vec().into();
    let batch = Batch { header, bytes };
    assert_eq!(find_timestamp(&batch, 0, Limits::default()), Ok(None));
    assert_eq!(max_timestamp_record(&batch, Limits::default()), Ok(None));
}
