//! Cases for the checksum.

use super::*;
use crate::Compression;
use crate::tests::sample;

#[test]
fn the_checksum_is_castagnolis() {
    // The check value of CRC-32/ISCSI.
    assert_eq!(checksum(b"1234", b"56789"), 0xe306_9283);
    assert_eq!(checksum(b"123456789", b""), 0xe306_9283);
}

#[test]
fn every_bit_after_the_checksum_counts_and_none_before() {
    let good = sample(Compression::None).bytes.to_vec();
    verify_crc(&good).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert_eq!(verify_crc(&bad).is_ok(), at < CRC_AT, "byte {at}");
    }
}

#[test]
fn short_bytes_are_truncated_not_corrupt() {
    for length in 0..CRC_FROM {
        assert!(matches!(
            verify_crc(&vec![0; length]),
            Err(BatchError::Truncated { .. })
        ));
    }
}
