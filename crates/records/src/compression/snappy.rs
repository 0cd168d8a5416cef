//! Snappy in the framing of xerial's `SnappyOutputStream`, which Kafka's Java code writes:
//!
//! ```text
//! 82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version 4 | compatible version 4 | (length 4 | snappy block)*
//! ```
//!
//! Bodies without that magic are one raw snappy block, as librdkafka writes them. The versions
//! are not looked at: some writers put them in the other byte order.

use snap::raw::{Decoder, Encoder, decompress_len};

use super::Failure;
use crate::cursor::{take, take_i32, take_slice};

const MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
/// Version 1, compatible with version 1.
const VERSIONS: [u8; 8] = [0, 0, 0, 1, 0, 0, 0, 1];
/// The first half of the magic, read as a block length: a second stream was appended.
const MAGIC_AS_LENGTH: i32 = i32::from_be_bytes(*b"\x82SNA");
const MAGIC_AND_VERSIONS_BYTES: usize = MAGIC.len() + VERSIONS.len();
/// xerial's block size.
const BLOCK_BYTES: usize = 32 * 1024;
/// The most that a byte of a snappy block can stand for (a 3-byte copy gives 64), rounded up: a
/// block that claims more is false, and is refused before memory is reserved for it.
const RATIO_MAX: usize = 22;

pub(super) fn compress(body: &[u8]) -> Result<Vec<u8>, snap::Error> {
    let mut encoder = Encoder::new();
    let mut out = Vec::with_capacity(MAGIC_AND_VERSIONS_BYTES + body.len() / 2);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSIONS);
    for block in body.chunks(BLOCK_BYTES) {
        let compressed = encoder.compress_vec(block)?;
        // A block of 32 KiB grows by a few bytes at most.
        let length = u32::try_from(compressed.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&compressed);
    }
    Ok(out)
}

pub(super) fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    if !body.starts_with(&MAGIC) {
        append_block(&mut out, body, limit)?;
        return Ok(out);
    }
    let rest = &mut &*body;
    take::<MAGIC_AND_VERSIONS_BYTES>(rest).ok_or(Failure::Invalid)?;
    while !rest.is_empty() {
        let length = take_i32(rest).ok_or(Failure::Invalid)?;
        if length == MAGIC_AS_LENGTH {
            take::<{ MAGIC_AND_VERSIONS_BYTES - 4 }>(rest).ok_or(Failure::Invalid)?;
            continue;
        }
        let length = usize::try_from(length).map_err(|_| Failure::Invalid)?;
        let block = take_slice(rest, length).ok_or(Failure::Invalid)?;
        append_block(&mut out, block, limit)?;
    }
    Ok(out)
}

fn append_block(out: &mut Vec<u8>, block: &[u8], limit: usize) -> Result<(), Failure> {
    let length = decompress_len(block).map_err(|_| Failure::Invalid)?;
    if length > block.len().saturating_mul(RATIO_MAX) {
        return Err(Failure::Invalid);
    }
    let start = out.len();
    let end = start.saturating_add(length);
    if end > limit {
        return Err(Failure::TooLarge);
    }
    out.resize(end, 0);
    let target = out.get_mut(start..).unwrap_or_default();
    let written = Decoder::new()
        .decompress(block, target)
        .map_err(|_| Failure::Invalid)?;
    if written == length {
        Ok(())
    } else {
        Err(Failure::Invalid)
    }
}
