//! The 16 attribute bits of a batch. Unknown bits are kept, as Kafka keeps them.

use crate::{BatchError, Compression};

const TIMESTAMP_TYPE: i16 = 1 << 3;
const TRANSACTIONAL: i16 = 1 << 4;
const CONTROL: i16 = 1 << 5;
const DELETE_HORIZON: i16 = 1 << 6;
const COMPRESSION: i16 = 0b111;

/// Whose clock stamped the records of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer's: each record has its own.
    #[default]
    CreateTime,
    /// The broker's: `max_timestamp` of the batch holds for all its records (KIP-32).
    LogAppendTime,
}

/// Attributes whose compression bits name a codec that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    bits: i16,
    compression: Compression,
}

impl Attributes {
    /// Takes the bits of a header; refuses compression 5 to 7, which nobody can read.
    pub fn from_bits(bits: i16) -> Result<Self, BatchError> {
        let compression = Compression::from_bits(bits & COMPRESSION)?;
        Ok(Self { bits, compression })
    }

    /// The bits as they stand in a header.
    pub fn bits(self) -> i16 {
        self.bits
    }

    /// The codec of the body.
    pub fn compression(self) -> Compression {
        self.compression
    }

    /// Whose clock stamped the records.
    pub fn timestamp_type(self) -> TimestampType {
        if self.bits & TIMESTAMP_TYPE == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(self) -> bool {
        self.bits & TRANSACTIONAL != 0
    }

    /// Whether the records are markers for brokers and clients, not for applications.
    pub fn is_control(self) -> bool {
        self.bits & CONTROL != 0
    }

    /// Whether `base_timestamp` holds the time when compaction may drop tombstones (KIP-534).
    pub fn has_delete_horizon(self) -> bool {
        self.bits & DELETE_HORIZON != 0
    }

    /// The same with another codec.
    #[must_use]
    pub fn with_compression(self, compression: Compression) -> Self {
        let bits = (self.bits & !COMPRESSION) | compression.bits();
        Self { bits, compression }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        self.with_bit(
            TIMESTAMP_TYPE,
            timestamp_type == TimestampType::LogAppendTime,
        )
    }

    /// The same, inside a transaction or not.
    #[must_use]
    pub fn with_transactional(self, transactional: bool) -> Self {
        self.with_bit(TRANSACTIONAL, transactional)
    }

    /// The same as a control batch or not.
    #[must_use]
    pub fn with_control(self, control: bool) -> Self {
        self.with_bit(CONTROL, control)
    }

    fn with_bit(mut self, bit: i16, set: bool) -> Self {
        self.bits = if set {
            self.bits | bit
        } else {
            self.bits & !bit
        };
        self
    }
}
