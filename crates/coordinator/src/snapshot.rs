//! The snapshot of a shard: its durable state at one offset, so that a start replays what came
//! after and not a lifetime. Where the bytes are kept is the shell's matter.
//!
//! ```text
//! 0 magic "OUTGROUP" | 8 version u16 | 10 next offset i64 | 18 record count u64
//! 26 records [ key length u32 | key | value length u32 | value ]     end - 4: crc-32c u32
//! ```
//!
//! Keys and values are those of the log ([`crate::Record`]); the checksum covers all before it.

use bytes::{BufMut, Bytes, BytesMut};
use thiserror::Error;

use crate::durable::Durable;
use crate::record::{Record, RecordError};

const MAGIC: &[u8; 8] = b"OUTGROUP";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 26;
const CRC_BYTES: usize = 4;

/// Why bytes are no snapshot that this release can use.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// Cut off, altered or something else entirely.
    #[error("the group snapshot is damaged; delete it, the log is replayed instead")]
    Damaged,
    /// Written by a newer release.
    #[error(
        "the group snapshot has format {0}, this release reads format {VERSION}; start the newer one"
    )]
    NewerFormat(u16),
    /// A record inside is not legal.
    #[error("the group snapshot holds an unreadable record")]
    Record(#[source] RecordError),
}

/// Durable state and the offset of the first record that is not in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What the log said up to there.
    pub state: Durable,
    /// Where replay goes on.
    pub next_offset: i64,
}

/// Writes `state`, which holds every record below `next_offset`.
pub fn encode_snapshot(state: &Durable, next_offset: i64) -> Bytes {
    let mut out = BytesMut::new();
    out.put_slice(MAGIC);
    out.put_u16(VERSION);
    out.put_i64(next_offset);
    let count_at = out.len();
    out.put_u64(0);
    let mut count = 0_u64;
    for record in state.records() {
        put_sized(&mut out, &record.key());
        put_sized(&mut out, &record.value().unwrap_or_default());
        count += 1;
    }
    out[count_at..count_at + 8].copy_from_slice(&count.to_be_bytes());
    let crc = crc_fast::crc32_iscsi(&out);
    out.put_u32(crc);
    out.freeze()
}

fn put_sized(out: &mut BytesMut, bytes: &[u8]) {
    // A key or value was part of one record batch, whose length is an i32.
    out.put_u32(bytes.len() as u32);
    out.put_slice(bytes);
}

/// Reads what [`encode_snapshot`] wrote.
pub fn decode_snapshot(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
    let (magic, rest) = bytes
        .split_first_chunk::<8>()
        .ok_or(SnapshotError::Damaged)?;
    let (version, _) = rest
        .split_first_chunk::<2>()
        .ok_or(SnapshotError::Damaged)?;
    if magic != MAGIC || bytes.len() < HEADER_BYTES + CRC_BYTES {
        return Err(SnapshotError::Damaged);
    }
    // The version comes before the checksum, whose place a newer format may have moved.
    match u16::from_be_bytes(*version) {
        VERSION => {}
        newer if newer > VERSION => return Err(SnapshotError::NewerFormat(newer)),
        _ => return Err(SnapshotError::Damaged),
    }
    let (body, crc) = bytes
        .split_last_chunk::<CRC_BYTES>()
        .ok_or(SnapshotError::Damaged)?;
    if crc_fast::crc32_iscsi(body) != u32::from_be_bytes(*crc) {
        return Err(SnapshotError::Damaged);
    }
    decode_body(&body[10..])
}

fn decode_body(body: &[u8]) -> Result<Snapshot, SnapshotError> {
    let (next_offset, rest) = body
        .split_first_chunk::<8>()
        .ok_or(SnapshotError::Damaged)?;
    let (count, mut rest) = rest
        .split_first_chunk::<8>()
        .ok_or(SnapshotError::Damaged)?;
    let mut state = Durable::default();
    for _ in 0..u64::from_be_bytes(*count) {
        let key = take_sized(&mut rest)?;
        let value = take_sized(&mut rest)?;
        if let Some(record) = Record::decode(key, Some(value)).map_err(SnapshotError::Record)? {
            state.apply(record);
        }
    }
    if !rest.is_empty() {
        return Err(SnapshotError::Damaged);
    }
    Ok(Snapshot {
        state,
        next_offset: i64::from_be_bytes(*next_offset),
    })
}

fn take_sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], SnapshotError> {
    let (length, tail) = rest
        .split_first_chunk::<4>()
        .ok_or(SnapshotError::Damaged)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (bytes, tail) = tail
        .split_at_checked(length)
        .ok_or(SnapshotError::Damaged)?;
    *rest = tail;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
