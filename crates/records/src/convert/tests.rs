//! Cases for conversion between codecs.

use super::*;
use crate::tests::{decoded, sample};
use crate::verify_crc;

#[test]
fn every_codec_converts_to_every_other() {
    for from in Compression::ALL {
        let batch = sample(from);
        for to in Compression::ALL {
            let converted = convert(&batch, to, None, Limits::default()).unwrap();
            verify_crc(&converted.bytes).unwrap();
            assert_eq!(
                Batch::parse(converted.bytes.clone()).as_ref(),
                Ok(&converted)
            );
            assert_eq!(decoded(&converted), decoded(&batch), "{from} to {to}");
            let expected = BatchHeader {
                batch_length: converted.header.batch_length,
                crc: converted.header.crc,
                attributes: batch.header.attributes.with_compression(to),
                ..batch.header
            };
            assert_eq!(converted.header, expected);
        }
    }
}

#[test]
fn the_same_codec_costs_nothing() {
    let batch = sample(Compression::Zstd);
    let same = convert(&batch, Compression::Zstd, Some(9), Limits::default()).unwrap();
    assert_eq!(same.bytes.as_ptr(), batch.bytes.as_ptr());
}

#[test]
fn a_bomb_is_refused() {
    let limits = Limits {
        decompressed_bytes_max: 100,
    };
    let refused = convert(&sample(Compression::Gzip), Compression::Lz4, None, limits);
    assert_eq!(refused, Err(ConvertError::Read(RecordError::TooLarge(100))));
}
