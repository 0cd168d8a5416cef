//! One record of many, in the form of the Kinesis Producer Library (aggregation-format.md of amazon-kinesis-producer):
//!
//! ```text
//! F3 89 9A C2 | AggregatedRecord (protobuf) | MD5 of the protobuf, 16 bytes
//!
//! AggregatedRecord   1: repeated string partition_key_table
//!                    2: repeated string explicit_hash_key_table
//!                    3: repeated Record
//! Record             1: uint64 partition_key_index
//!                    2: uint64 explicit_hash_key_index
//!                    3: bytes data
//! ```
//!
//! All records in it have the one partition key that the whole has. Nothing here reads the form.

use md5::{Digest, Md5};
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
/// What it adds to the protobuf.
const FRAME_BYTES: usize = MAGIC.len() + 16;

/// A record of many, while it is made.
#[derive(Debug)]
pub struct Aggregate {
    bytes: Vec<u8>,
}

impl Aggregate {
    /// An empty one.
    pub fn new(partition_key: &str) -> Self {
        let mut bytes = MAGIC.to_vec();
        encode_key(1, WireType::LengthDelimited, &mut bytes);
        encode_varint(partition_key.len() as u64, &mut bytes);
        bytes.extend_from_slice(partition_key.as_bytes());
        Self { bytes }
    }

    /// How many bytes it has once it is finished, with one more of so many bytes.
    pub fn bytes_with(&self, data: usize) -> usize {
        let record = record_bytes(data);
        self.bytes.len() + 1 + encoded_len_varint(record as u64) + record + FRAME_BYTES
            - MAGIC.len()
    }

    /// What one of so many bytes takes alone.
    pub fn overhead_bytes(partition_key_bytes: usize) -> usize {
        // Two keys of fields and two lengths of up to five bytes beside the index.
        FRAME_BYTES + 1 + encoded_len_varint(partition_key_bytes as u64) + partition_key_bytes + 16
    }

    /// Adds one.
    pub fn push(&mut self, data: &[u8]) {
        encode_key(3, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(record_bytes(data.len()) as u64, &mut self.bytes);
        encode_key(1, WireType::Varint, &mut self.bytes);
        encode_varint(0, &mut self.bytes);
        encode_key(3, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(data.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(data);
    }

    /// The whole.
    pub fn finish(mut self) -> Vec<u8> {
        let sum = Md5::digest(self.bytes.get(MAGIC.len()..).unwrap_or_default());
        self.bytes.extend_from_slice(&sum);
        self.bytes
    }
}

fn record_bytes(data: usize) -> usize {
    // The index of the partition key, a field of data, its length.
    2 + 1 + encoded_len_varint(data as u64) + data
}

#[cfg(test)]
mod tests;
