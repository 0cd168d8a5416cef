//! A batch as header and bytes, and the way from a record set to its batches. Nothing is copied.

use bytes::Bytes;

use crate::{BatchError, BatchHeader, HEADER_BYTES};

/// One batch: its parsed header and all its bytes, header included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What the first 61 bytes say.
    pub header: BatchHeader,
    /// Exactly `header.total_bytes()` bytes.
    pub bytes: Bytes,
}

impl Batch {
    /// Takes bytes that are one batch, no more and no less. The CRC is not checked.
    pub fn parse(bytes: Bytes) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(&bytes)?;
        let needed = header.total_bytes();
        if bytes.len() < needed {
            let present = bytes.len();
            return Err(BatchError::Truncated { present, needed });
        }
        if bytes.len() > needed {
            return Err(BatchError::InvalidLength(header.batch_length));
        }
        Ok(Self { header, bytes })
    }

    /// The records, compressed as the header says.
    pub fn body(&self) -> Bytes {
        self.bytes.slice(HEADER_BYTES.min(self.bytes.len())..)
    }
}

/// The batches of a record set, one after the other; ends after the first error.
///
/// Each batch must be complete: a fetch answer may end in the middle of one, and its reader stops
/// at [`BatchError::Truncated`]; a produce request may not.
#[derive(Clone, Debug)]
pub struct Batches {
    rest: Bytes,
}

impl Batches {
    /// Starts at the first byte of a record set.
    pub fn new(record_set: Bytes) -> Self {
        Self { rest: record_set }
    }

    /// The bytes that no batch was made of yet.
    pub fn rest(&self) -> &Bytes {
        &self.rest
    }

    fn split_first(&mut self) -> Result<Batch, BatchError> {
        let header = BatchHeader::parse(&self.rest)?;
        let needed = header.total_bytes();
        let present = self.rest.len();
        if present < needed {
            return Err(BatchError::Truncated { present, needed });
        }
        let bytes = self.rest.split_to(needed);
        Ok(Batch { header, bytes })
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let batch = self.split_first();
        if batch.is_err() {
            self.rest = Bytes::new();
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests;
