//! Searches in a segment that need no lock of the log: what they need of memory is taken along,
//! the rest is read from files. An index that does not fit the log file is passed over.

use crate::disk::DiskFile;
use crate::index::OffsetEntry;
use crate::segment::{FoundBatch, HeaderScan, ScanError};
use crate::sparse_index::PersistedIndex;
use crate::time_index::TimeEntry;

/// A search for the batch that holds an offset, or for the first one after it.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(super) offset: i64,
    pub(super) base_offset: i64,
    pub(super) file: DiskFile,
    pub(super) end: u64,
    pub(super) floor: Floor,
}

/// Where a batch at or before the offset begins.
#[derive(Debug)]
pub(super) enum Floor {
    Known(u64),
    InFile(PersistedIndex<OffsetEntry>),
}

impl Lookup {
    /// Runs it. `None`: no batch of the segment reaches that offset.
    pub(crate) fn run(&self) -> Result<Option<FoundBatch>, ScanError> {
        let index = match &self.floor {
            Floor::Known(position) => return self.scan(*position).find_offset(self.offset),
            Floor::InFile(index) => index,
        };
        let io = |source| ScanError::Io {
            path: self.file.path(),
            source,
        };
        let relative_offset = self.offset - self.base_offset;
        let Some(entry) = index.floor(relative_offset).map_err(io)? else {
            return self.scan(0).find_offset(self.offset);
        };
        let mut batches = self.scan(u64::from(entry.position));
        match batches.next() {
            Some(Err(error @ ScanError::Io { .. })) => Err(error),
            Some(Ok(batch)) if self.fits(entry, &batch) => {
                if batch.header.last_offset() >= self.offset {
                    return Ok(Some(batch));
                }
                batches.find_offset(self.offset)
            }
            _ => {
                tracing::warn!(
                    segment = %self.file.path().display(), position = entry.position,
                    "the offset index does not fit the segment; reading the segment instead",
                );
                self.scan(0).find_offset(self.offset)
            }
        }
    }

    fn scan(&self, from: u64) -> HeaderScan<'_> {
        HeaderScan::new(&self.file, from.min(self.end), self.end)
    }

    fn fits(&self, entry: OffsetEntry, batch: &FoundBatch) -> bool {
        batch.header.last_offset() == self.base_offset + i64::from(entry.relative_offset)
    }
}

/// A search for a time; gives the offset to look up next, and may read the disk.
#[derive(Debug)]
pub(crate) struct TimeLookup {
    pub(super) earlier_ms: i64,
    pub(super) floor: Option<TimeEntry>,
    pub(super) index: PersistedIndex<TimeEntry>,
    pub(super) file: DiskFile,
    pub(super) base_offset: i64,
    pub(super) offset: i64,
}

impl TimeLookup {
    pub(crate) fn run(&self) -> Result<i64, ScanError> {
        let floor = match self.floor {
            Some(entry) => Some(entry),
            None => self.index.floor(self.earlier_ms).map_err(|source| {
                let path = self.file.path();
                ScanError::Io { path, source }
            })?,
        };
        let after = floor.map_or(0, |entry| i64::from(entry.relative_offset));
        Ok(self.offset.max(self.base_offset + after))
    }
}
