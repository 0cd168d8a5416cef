//! The time index of a segment: the greatest timestamp so far, and whose it is.
//!
//! ```text
//! entry: timestamp 8 | last offset of the batch that has it minus the segment's base offset 4
//! ```
//!
//! An entry says that no batch up to that offset has a greater timestamp. The last entry of a
//! segment that was flushed or rolled is its greatest timestamp.

use crate::disk::FileKind;
use crate::sparse_index::{Entry, SparseIndex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeEntry {
    pub(crate) timestamp_ms: i64,
    pub(crate) relative_offset: u32,
}

pub(crate) type TimeIndex = SparseIndex<TimeEntry>;

impl Entry for TimeEntry {
    const BYTES: usize = 12;
    const KIND: FileKind = FileKind::TimeIndex;

    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.timestamp_ms.to_be_bytes());
        out.extend_from_slice(&self.relative_offset.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let (timestamp_ms, rest) = bytes.split_first_chunk()?;
        let (relative_offset, _) = rest.split_first_chunk()?;
        Some(Self {
            timestamp_ms: i64::from_be_bytes(*timestamp_ms),
            relative_offset: u32::from_be_bytes(*relative_offset),
        })
    }

    fn key(self) -> i64 {
        self.timestamp_ms
    }
}
