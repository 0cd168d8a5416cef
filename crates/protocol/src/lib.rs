//! Kafka's wire protocol: frames, headers, every message that Apache Kafka 4.3 advertises.
//!
//! Messages are generated from `schema/` by `cargo xtask codegen`, none is written by hand. A
//! field that a version does not have decodes to its schema default; `Option` means nullable and
//! nothing else. There is no I/O here, record batches stay bytes, and no rule of the broker is
//! known: only what is legal on the wire.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::as_conversions))]

pub mod features;
pub mod frame;
pub mod messages;

mod api_key;
mod error;
mod error_code;
mod error_counts;
mod reader;
mod record_set;
mod rope;
mod text;
mod writer;

pub use api_key::ApiKey;
pub use error::{DecodeError, DecodeFault, EncodeError};
pub use error_code::ErrorCode;
pub use error_counts::ErrorCounts;
pub use messages::{Request, Response};
pub use reader::{DECODED_BYTES_PER_FRAME_BYTE, Reader, STRING_BYTES_MAX};
pub use record_set::RecordSet;
pub use rope::Rope;
pub use text::{NotUtf8, Str};
pub use writer::{SPLICE_BYTES_MIN, Writer};
