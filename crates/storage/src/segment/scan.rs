//! Walking over the batches of a segment file by their headers, without reading records.

use std::io;
use std::path::PathBuf;

use records::{BatchError, BatchHeader, HEADER_BYTES};

use crate::disk::DiskFile;

/// Read at a time: a step of a lookup covers one index interval.
const WINDOW_BYTES: usize = 4096;

/// Why the batches of a segment could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There is no batch where one must begin.
    #[error(
        "segment {} is corrupt at byte {position}; restore the file, or delete the partition's \
         directory while the broker is stopped", path.display()
    )]
    Corrupt {
        /// The segment file.
        path: PathBuf,
        /// Where the batch was expected.
        position: u64,
        /// What is wrong with it.
        #[source]
        source: BatchError,
    },
    /// The file could not be read.
    #[error("cannot read segment {}", path.display())]
    Io {
        /// The segment file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

/// A batch found in a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundBatch {
    pub(crate) position: u64,
    pub(crate) header: BatchHeader,
}

impl FoundBatch {
    /// Where the next batch begins.
    pub(crate) fn end(&self) -> u64 {
        self.position + self.header.total_bytes() as u64
    }
}

/// Headers of the batches from one position to another.
pub(crate) struct HeaderScan<'a> {
    file: &'a DiskFile,
    position: u64,
    end: u64,
    window: Vec<u8>,
    window_start: u64,
}

impl<'a> HeaderScan<'a> {
    /// `position` must be where a batch begins, and `end` where one ends.
    pub(crate) fn new(file: &'a DiskFile, position: u64, end: u64) -> Self {
        Self {
            file,
            position,
            end,
            window: Vec::new(),
            window_start: 0,
        }
    }

    /// The first batch whose last offset is `offset` or more.
    pub(crate) fn find_offset(mut self, offset: i64) -> Result<Option<FoundBatch>, ScanError> {
        self.find_map(|batch| match batch {
            Ok(batch) => (batch.header.last_offset() >= offset).then_some(Ok(batch)),
            Err(e) => Some(Err(e)),
        })
        .transpose()
    }

    fn step(&mut self) -> Result<FoundBatch, ScanError> {
        let position = self.position;
        let at = self.fill().map_err(|source| ScanError::Io {
            path: self.file.path(),
            source,
        })?;
        let corrupt = |source| ScanError::Corrupt {
            path: self.file.path(),
            position,
            source,
        };
        let header = BatchHeader::parse(&self.window[at..]).map_err(corrupt)?;
        let needed = header.total_bytes();
        let present = usize::try_from(self.end - position).unwrap_or(usize::MAX);
        if needed > present {
            return Err(corrupt(BatchError::Truncated { present, needed }));
        }
        self.position += needed as u64;
        Ok(FoundBatch { position, header })
    }

    /// Has the header at `position` in the window, as far as the file has it; gives where.
    fn fill(&mut self) -> io::Result<usize> {
        let window_end = self.window_start + self.window.len() as u64;
        let needed = self.position + HEADER_BYTES as u64;
        if self.position < self.window_start || needed > window_end {
            let rest = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
            self.window.resize(rest.min(WINDOW_BYTES), 0);
            let read = self.file.read_at(&mut self.window, self.position)?;
            self.window.truncate(read);
            self.window_start = self.position;
        }
        Ok((self.position - self.window_start) as usize)
    }
}

impl Iterator for HeaderScan<'_> {
    type Item = Result<FoundBatch, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.position = self.end;
        }
        Some(step)
    }
}
