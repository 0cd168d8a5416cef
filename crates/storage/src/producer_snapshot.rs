//! Kafka's producer snapshot, version 1: what [`Producers`] knew before one offset.
//!
//! ```text
//! version 2 | crc 4 | count 4 | entries
//! entry: producer id 8 | epoch 2 | last sequence 4 | last offset 8 | offset delta 4
//!        timestamp 8 | coordinator epoch 4 | first offset of the open transaction 8
//! ```
//!
//! The CRC-32C covers what follows it. Kafka writes one entry per producer, its last batch; we
//! write all five, the oldest first: Kafka's readers keep the last entry of an id, and ours can
//! answer a repeated batch after a restart.

use crate::producer_state::{ProducerBatch, Producers};

const VERSION: i16 = 1;
const ENTRIES_AT: usize = 6;
const ENTRY_BYTES: usize = 46;
/// No coordinator wrote a marker; no transaction is open.
const NO_COORDINATOR_EPOCH: i32 = -1;
const NO_OPEN_TRANSACTION: i64 = -1;

/// Why bytes are no snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidSnapshot {
    #[error("its CRC is wrong")]
    Crc,
    #[error("it is cut off")]
    Truncated,
    #[error("it has version {0}")]
    Version(i16),
}

pub(crate) fn encode(producers: &Producers) -> Vec<u8> {
    let mut bytes = vec![0; ENTRIES_AT + 4];
    let mut count = 0_u32;
    for (id, epoch, batch) in producers.batches() {
        count += 1;
        bytes.extend_from_slice(&id.to_be_bytes());
        bytes.extend_from_slice(&epoch.to_be_bytes());
        bytes.extend_from_slice(&batch.last_sequence.to_be_bytes());
        bytes.extend_from_slice(&batch.last_offset.to_be_bytes());
        bytes.extend_from_slice(&batch.offset_delta.to_be_bytes());
        bytes.extend_from_slice(&batch.timestamp_ms.to_be_bytes());
        bytes.extend_from_slice(&NO_COORDINATOR_EPOCH.to_be_bytes());
        bytes.extend_from_slice(&NO_OPEN_TRANSACTION.to_be_bytes());
    }
    bytes[..2].copy_from_slice(&VERSION.to_be_bytes());
    bytes[ENTRIES_AT..ENTRIES_AT + 4].copy_from_slice(&count.to_be_bytes());
    let crc = crc_fast::crc32_iscsi(&bytes[ENTRIES_AT..]);
    bytes[2..ENTRIES_AT].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// `now_ms` becomes the time of the producers' last append: they expire from now on.
pub(crate) fn decode(bytes: &[u8], now_ms: i64) -> Result<Producers, InvalidSnapshot> {
    let mut rest = bytes;
    let version = i16::from_be_bytes(take(&mut rest)?);
    if version != VERSION {
        return Err(InvalidSnapshot::Version(version));
    }
    let crc = u32::from_be_bytes(take(&mut rest)?);
    if crc != crc_fast::crc32_iscsi(rest) {
        return Err(InvalidSnapshot::Crc);
    }
    let count = u32::from_be_bytes(take(&mut rest)?);
    if rest.len() != count as usize * ENTRY_BYTES {
        return Err(InvalidSnapshot::Truncated);
    }
    let mut producers = Producers::default();
    for mut entry in rest.chunks_exact(ENTRY_BYTES) {
        let entry = &mut entry;
        let id = i64::from_be_bytes(take(entry)?);
        let epoch = i16::from_be_bytes(take(entry)?);
        let batch = ProducerBatch {
            last_sequence: i32::from_be_bytes(take(entry)?),
            last_offset: i64::from_be_bytes(take(entry)?),
            offset_delta: i32::from_be_bytes(take(entry)?),
            timestamp_ms: i64::from_be_bytes(take(entry)?),
        };
        producers.restore(id, epoch, batch, now_ms);
    }
    producers.take_changed();
    Ok(producers)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], InvalidSnapshot> {
    let (taken, rest) = bytes
        .split_first_chunk()
        .ok_or(InvalidSnapshot::Truncated)?;
    *bytes = rest;
    Ok(*taken)
}

#[cfg(test)]
mod tests;
