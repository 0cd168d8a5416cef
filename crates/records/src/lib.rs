//! Kafka's record batch, version 2 (KIP-98): the one format that disk and wire share.
//!
//! A batch is 61 bytes of header and a body of records, which may be compressed as a whole:
//!
//! ```text
//!  0 base offset 8 | 8 batch length 4 | 12 partition leader epoch 4 | 16 magic 1 | 17 crc 4
//! 21 attributes 2 | 23 last offset delta 4 | 27 base timestamp 8 | 35 max timestamp 8
//! 43 producer id 8 | 51 producer epoch 2 | 53 base sequence 4 | 57 record count 4 | 61 records
//! ```
//!
//! `batch length` counts from byte 12. The CRC-32C covers byte 21 to the end, so that a broker
//! assigns offsets and epochs without touching it.
//!
//! The hot path reads headers only; records are decoded where somebody asks for them. The crate
//! does no I/O and knows no API. Message sets of magic 0 and 1 are named in an error, not read:
//! Kafka 4 does not take them either.
//!
//! All bytes here may be hostile: nothing panics, and memory grows with the bytes that are there,
//! never with a number that they claim.
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::indexing_slicing))]

mod attributes;
mod batch;
mod builder;
mod compression;
mod convert;
mod crc;
mod cursor;
mod error;
mod header;
mod iterate;
mod record;
mod rewrite;
mod timestamps;
mod validate;
mod varint;

pub use attributes::{Attributes, TimestampType};
pub use batch::{Batch, Batches};
pub use builder::{BatchBuilder, BuildError};
pub use compression::{CompressError, Compression, Limits, UnknownCompression};
pub use convert::{ConvertError, convert};
pub use crc::verify_crc;
pub use error::{BatchError, RecordError};
pub use header::{BatchHeader, HEADER_BYTES, MAGIC};
pub use iterate::{Records, records};
pub use record::{Record, RecordHeader};
pub use rewrite::{PREFIX_BYTES, log_append_time_header, patched_prefix, with_producer};
pub use timestamps::{TimestampedOffset, find_timestamp, max_timestamp_record};
pub use validate::{ValidRecords, validate_records};

#[cfg(test)]
mod tests;
