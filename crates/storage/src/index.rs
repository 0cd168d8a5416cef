//! The offset index of a segment: where, about every 4 KiB, a batch begins.
//!
//! ```text
//! entry: last offset of the batch minus the segment's base offset 4 | position of the batch 4
//! ```
//!
//! Only batches that are in the log file have entries; offsets and positions both rise.

use crate::disk::FileKind;
use crate::sparse_index::{Entry, SparseIndex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetEntry {
    pub(crate) relative_offset: u32,
    pub(crate) position: u32,
}

pub(crate) type OffsetIndex = SparseIndex<OffsetEntry>;

impl Entry for OffsetEntry {
    const BYTES: usize = 8;
    const KIND: FileKind = FileKind::Index;

    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.relative_offset.to_be_bytes());
        out.extend_from_slice(&self.position.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let (relative_offset, rest) = bytes.split_first_chunk()?;
        let (position, _) = rest.split_first_chunk()?;
        Some(Self {
            relative_offset: u32::from_be_bytes(*relative_offset),
            position: u32::from_be_bytes(*position),
        })
    }

    fn key(self) -> i64 {
        i64::from(self.relative_offset)
    }
}
