//! The 61-byte header of a batch, read once. Reading does not check the CRC: see `verify_crc`.

use crate::cursor::{take_i8, take_i16, take_i32, take_i64, take_u32};
use crate::{Attributes, BatchError};

/// Bytes of a batch before its records.
pub const HEADER_BYTES: usize = 61;
/// The only message format that is read and written.
pub const MAGIC: i8 = 2;
/// Bytes that `batch_length` does not count: base offset and the length itself.
const LENGTH_PREFIX_BYTES: usize = 12;
/// Where the magic stands, in every message format.
const MAGIC_AT: usize = 16;

/// All header fields of one batch; the fields keep Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record; 0 as a producer sends it.
    pub base_offset: i64,
    /// Bytes after this field, to the end of the batch.
    pub batch_length: i32,
    /// Epoch of the leader that appended it; -1 as a producer sends it.
    pub partition_leader_epoch: i32,
    /// Always [`MAGIC`].
    pub magic: i8,
    /// CRC-32C of byte 21 to the end.
    pub crc: u32,
    /// Codec, clock and kind.
    pub attributes: Attributes,
    /// Offset of the last record minus `base_offset`; compaction keeps it.
    pub last_offset_delta: i32,
    /// Timestamp of the first record in milliseconds, or the delete horizon; -1 is none.
    pub base_timestamp: i64,
    /// Greatest timestamp of the records in milliseconds; -1 is none.
    pub max_timestamp: i64,
    /// Id of the idempotent producer; -1 is none.
    pub producer_id: i64,
    /// Epoch of the producer; -1 is none.
    pub producer_epoch: i16,
    /// Sequence number of the first record; -1 is none.
    pub base_sequence: i32,
    /// Records in the body.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header at the start of `bytes`, which may hold more or less than the batch.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        if let Some(&magic) = bytes.get(MAGIC_AT) {
            match magic.cast_signed() {
                MAGIC => {}
                old @ (0 | 1) => return Err(BatchError::OldMagic(old)),
                unknown => return Err(BatchError::UnknownMagic(unknown)),
            }
        }
        let truncated = BatchError::Truncated {
            present: bytes.len(),
            needed: HEADER_BYTES,
        };
        let (header, attributes) = Self::read(bytes).ok_or(truncated)?;
        let header = Self {
            attributes: Attributes::from_bits(attributes)?,
            ..header
        };
        header.check()?;
        Ok(header)
    }

    /// The fields and the raw attributes, unchecked.
    fn read(mut rest: &[u8]) -> Option<(Self, i16)> {
        let rest = &mut rest;
        let (base_offset, batch_length) = (take_i64(rest)?, take_i32(rest)?);
        let (partition_leader_epoch, magic) = (take_i32(rest)?, take_i8(rest)?);
        let (crc, attributes) = (take_u32(rest)?, take_i16(rest)?);
        let header = Self {
            base_offset,
            batch_length,
            partition_leader_epoch,
            magic,
            crc,
            attributes: Attributes::default(),
            last_offset_delta: take_i32(rest)?,
            base_timestamp: take_i64(rest)?,
            max_timestamp: take_i64(rest)?,
            producer_id: take_i64(rest)?,
            producer_epoch: take_i16(rest)?,
            base_sequence: take_i32(rest)?,
            record_count: take_i32(rest)?,
        };
        Some((header, attributes))
    }

    fn check(&self) -> Result<(), BatchError> {
        let length = usize::try_from(self.batch_length).unwrap_or(0);
        if length < HEADER_BYTES - LENGTH_PREFIX_BYTES {
            return Err(BatchError::InvalidLength(self.batch_length));
        }
        if self.last_offset_delta < 0 {
            let delta = i64::from(self.last_offset_delta);
            return Err(BatchError::InvalidField("last offset delta", delta));
        }
        if self.record_count < 0 {
            let count = i64::from(self.record_count);
            return Err(BatchError::InvalidField("record count", count));
        }
        let last = self
            .base_offset
            .checked_add(i64::from(self.last_offset_delta));
        if self.base_offset < 0 || last.is_none() {
            return Err(BatchError::InvalidField("base offset", self.base_offset));
        }
        Ok(())
    }

    /// Bytes of the whole batch on disk and wire.
    pub fn total_bytes(&self) -> usize {
        LENGTH_PREFIX_BYTES.saturating_add(usize::try_from(self.batch_length).unwrap_or(0))
    }

    /// Offset of the last record.
    pub fn last_offset(&self) -> i64 {
        self.base_offset
            .saturating_add(i64::from(self.last_offset_delta))
    }

    /// Offset that the next batch has when nothing is missing between them.
    pub fn next_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// Sequence number of the last record; -1 without one. After 2^31-1 comes 0, as in Kafka.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return self.base_sequence;
        }
        match self.base_sequence.checked_add(self.last_offset_delta) {
            Some(sequence) => sequence,
            None => self.last_offset_delta - (i32::MAX - self.base_sequence) - 1,
        }
    }

    /// The header as bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |field: &[u8]| {
            if let Some((head, tail)) = std::mem::take(&mut rest).split_at_mut_checked(field.len())
            {
                head.copy_from_slice(field);
                rest = tail;
            }
        };
        put(&self.base_offset.to_be_bytes());
        put(&self.batch_length.to_be_bytes());
        put(&self.partition_leader_epoch.to_be_bytes());
        put(&self.magic.to_be_bytes());
        put(&self.crc.to_be_bytes());
        put(&self.attributes.bits().to_be_bytes());
        put(&self.last_offset_delta.to_be_bytes());
        put(&self.base_timestamp.to_be_bytes());
        put(&self.max_timestamp.to_be_bytes());
        put(&self.producer_id.to_be_bytes());
        put(&self.producer_epoch.to_be_bytes());
        put(&self.base_sequence.to_be_bytes());
        put(&self.record_count.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests;
