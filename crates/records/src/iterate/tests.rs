//! Cases for record iteration over honest and lying bodies.

use bytes::Bytes;

use super::*;
use crate::tests::{decoded, sample};
use crate::{BatchHeader, Compression};

/// The sample, uncompressed, with another count and another body.
fn forged(record_count: i32, body: impl Into<Bytes>) -> Batch {
    let header = BatchHeader {
        record_count,
        ..sample(Compression::None).header
    };
    let bytes = [&header.to_bytes()[..], &body.into()].concat().into();
    Batch { header, bytes }
}

fn outcome(batch: &Batch) -> Result<usize, RecordError> {
    let all: Result<Vec<_>, _> = records(batch, Limits::default())?.collect();
    all.map(|records| records.len())
}

#[test]
fn every_codec_gives_the_same_records() {
    let plain = decoded(&sample(Compression::None));
    assert_eq!(plain.len(), 3);
    assert_eq!(plain[2].key, Some(Bytes::new()));
    assert_eq!(plain[2].value, None);
    assert_eq!(plain[0].headers[1].value, None);
    for codec in Compression::ALL {
        assert_eq!(decoded(&sample(codec)), plain, "{codec}");
    }
}

#[test]
fn keys_and_values_are_slices_of_an_uncompressed_batch() {
    let batch = sample(Compression::None);
    let whole = batch.bytes.as_ptr_range();
    let records = decoded(&batch);
    assert!(whole.contains(&records[1].value.as_ref().unwrap().as_ptr()));
}

#[test]
fn counts_that_lie_are_told() {
    let body = sample(Compression::None).body();
    assert_eq!(outcome(&forged(3, body.clone())), Ok(3));
    assert_eq!(
        outcome(&forged(2, body.clone())),
        Err(RecordError::TrailingBytes)
    );
    assert_eq!(
        outcome(&forged(i32::MAX, body)),
        Err(RecordError::Malformed(3))
    );
    assert_eq!(outcome(&forged(0, Bytes::new())), Ok(0));
}

#[test]
fn records_that_lie_are_malformed() {
    let bodies: [&[u8]; 9] = [
        // length past the end; negative length; empty record
        &[0x7e, 0, 0, 0, 1, 1, 0],
        &[1],
        &[0],
        // key past the end of its record; value length -2
        &[12, 0, 0, 0, 100, 1, 0],
        &[12, 0, 0, 0, 1, 3, 0],
        // a byte after the headers; a negative and a huge header count; a null header key
        &[14, 0, 0, 0, 1, 1, 0, 9],
        &[12, 0, 0, 0, 1, 1, 1],
        &[20, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f],
        &[16, 0, 0, 0, 1, 1, 2, 1, 1],
    ];
    for body in bodies {
        let batch = forged(1, Bytes::from_static(body));
        assert_eq!(outcome(&batch), Err(RecordError::Malformed(0)), "{body:?}");
        let mut records = records(&batch, Limits::default()).unwrap();
        assert!(records.next().unwrap().is_err());
        assert!(records.next().is_none());
    }
}
