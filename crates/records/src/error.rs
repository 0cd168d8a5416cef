//! Why bytes are no batch, and why the body of a batch holds no records.

use std::fmt;

use crate::{Compression, HEADER_BYTES, UnknownCompression};

/// Bytes that are no record batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// Fewer bytes than the header, or than the header's length, needs.
    Truncated {
        /// Bytes that are there.
        present: usize,
        /// Bytes that the batch needs.
        needed: usize,
    },
    /// A message set of magic 0 or 1, from clients before Kafka 0.11.
    OldMagic(i8),
    /// A magic that does not exist.
    UnknownMagic(i8),
    /// A batch length smaller than the header.
    InvalidLength(i32),
    /// A header field with a value that no writer produces: its name and value.
    InvalidField(&'static str, i64),
    /// Compression bits that name no codec.
    UnknownCompression(UnknownCompression),
    /// The bytes changed since their producer summed them.
    CrcMismatch {
        /// What the header says.
        expected: u32,
        /// What the bytes give.
        computed: u32,
    },
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { present, needed } => write!(
                f,
                "record batch is cut off: {present} bytes of {needed} are there"
            ),
            Self::OldMagic(magic) => write!(
                f,
                "message format {magic} is not supported; the client must write record batches \
                 (magic 2, Kafka 0.11 or newer)"
            ),
            Self::UnknownMagic(magic) => write!(f, "unknown record batch magic {magic}"),
            Self::InvalidLength(length) => write!(
                f,
                "record batch length {length} is below the least possible, {}",
                HEADER_BYTES - 12
            ),
            Self::InvalidField(name, value) => {
                write!(f, "record batch has an impossible {name}: {value}")
            }
            Self::UnknownCompression(unknown) => unknown.fmt(f),
            Self::CrcMismatch { expected, computed } => write!(
                f,
                "record batch is corrupt: its CRC-32C is {computed:#010x}, its header says \
                 {expected:#010x}"
            ),
        }
    }
}

impl std::error::Error for BatchError {}

impl From<UnknownCompression> for BatchError {
    fn from(unknown: UnknownCompression) -> Self {
        Self::UnknownCompression(unknown)
    }
}

/// The body of a batch that does not hold the records its header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The body is not what its codec produces.
    Undecodable(Compression),
    /// The body decompresses to more than the caller allows, in bytes.
    TooLarge(usize),
    /// A record, or the body, ends early or a length points past the end: record index in batch.
    Malformed(i32),
    /// Bytes follow the last record that the header counts.
    TrailingBytes,
    /// An offset delta that is not the record's index: index and delta.
    OffsetGap(i32, i32),
    /// The header's last offset delta is not its record count minus one.
    CountMismatch,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecodable(compression) => {
                write!(f, "the records are not valid {compression} data")
            }
            Self::TooLarge(limit) => write!(
                f,
                "the records take more than {limit} bytes when decompressed; send smaller batches"
            ),
            Self::Malformed(index) => write!(f, "record {index} of the batch is malformed"),
            Self::TrailingBytes => f.write_str("bytes follow the last record of the batch"),
            Self::OffsetGap(index, delta) => {
                write!(f, "record {index} of the batch has offset delta {delta}")
            }
            Self::CountMismatch => {
                f.write_str("the batch's last offset delta and its record count disagree")
            }
        }
    }
}

impl std::error::Error for RecordError {}
