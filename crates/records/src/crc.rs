//! CRC-32C (Castagnoli) over byte 21 to the end of a batch.

use crc_fast::{CrcAlgorithm, Digest};

use crate::cursor::take_u32;
use crate::{BatchError, HEADER_BYTES};

/// Where the checksum stands; it covers what follows it.
pub(crate) const CRC_AT: usize = 17;
/// The first byte that the checksum covers.
pub(crate) const CRC_FROM: usize = 21;

/// The checksum of bytes that lie in two pieces.
pub(crate) fn checksum(first: &[u8], second: &[u8]) -> u32 {
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    digest.update(first);
    digest.update(second);
    // A 32-bit algorithm leaves the upper half zero.
    u32::try_from(digest.finalize()).unwrap_or(u32::MAX)
}

/// Checks that `batch`, the bytes of exactly one batch, are as their producer summed them.
pub fn verify_crc(batch: &[u8]) -> Result<(), BatchError> {
    let truncated = BatchError::Truncated {
        present: batch.len(),
        needed: HEADER_BYTES,
    };
    let covered = batch.get(CRC_FROM..).ok_or(truncated)?;
    let expected = take_u32(&mut batch.get(CRC_AT..).unwrap_or_default()).ok_or(truncated)?;
    let computed = crc_fast::crc32_iscsi(covered);
    if computed == expected {
        Ok(())
    } else {
        Err(BatchError::CrcMismatch { expected, computed })
    }
}

#[cfg(test)]
mod tests;
