//! Writing a batch: records are appended, then compressed, counted and summed once.

use bytes::Bytes;

use crate::rewrite::sealed;
use crate::varint::{put_varint, put_varlong, varint_bytes, varlong_bytes};
use crate::{
    Attributes, Batch, BatchHeader, CompressError, Compression, HEADER_BYTES, MAGIC, RecordHeader,
    TimestampType,
};

/// Why records cannot be a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A batch or record of 2 GiB or more.
    #[error("the batch is larger than 2 GiB; make it of fewer records")]
    TooLarge,
    /// The codec failed.
    #[error("the batch cannot be compressed")]
    Compress(#[source] CompressError),
}

/// Builds one batch. Offsets count up from the base offset; timestamps may come in any order.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    header: BatchHeader,
    compression_level: Option<i32>,
    body: Vec<u8>,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchBuilder {
    /// A batch as a producer without idempotence sends it: offset 0, no compression, CreateTime.
    pub fn new() -> Self {
        Self {
            header: BatchHeader {
                base_offset: 0,
                batch_length: 0,
                partition_leader_epoch: -1,
                magic: MAGIC,
                crc: 0,
                attributes: Attributes::default(),
                last_offset_delta: 0,
                base_timestamp: -1,
                max_timestamp: -1,
                producer_id: -1,
                producer_epoch: -1,
                base_sequence: -1,
                record_count: 0,
            },
            compression_level: None,
            body: Vec::new(),
        }
    }

    /// Offset of the first record.
    #[must_use]
    pub fn base_offset(mut self, base_offset: i64) -> Self {
        self.header.base_offset = base_offset;
        self
    }

    /// Epoch of the leader that appends.
    #[must_use]
    pub fn leader_epoch(mut self, leader_epoch: i32) -> Self {
        self.header.partition_leader_epoch = leader_epoch;
        self
    }

    /// Codec of the body, and its level (see [`Compression::compress`]).
    #[must_use]
    pub fn compression(mut self, compression: Compression, level: Option<i32>) -> Self {
        self.header.attributes = self.header.attributes.with_compression(compression);
        self.compression_level = level;
        self
    }

    /// Whose clock the timestamps are of. Under LogAppendTime the greatest one holds for all.
    #[must_use]
    pub fn timestamp_type(mut self, timestamp_type: TimestampType) -> Self {
        self.header.attributes = self.header.attributes.with_timestamp_type(timestamp_type);
        self
    }

    /// Makes the batch one of an idempotent producer: its id, epoch and first sequence number.
    #[must_use]
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = base_sequence;
        self
    }

    /// Marks the batch as part of a transaction.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.header.attributes = self.header.attributes.with_transactional(true);
        self
    }

    /// Marks the batch as one of control records.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.header.attributes = self.header.attributes.with_control(true);
        self
    }

    /// How many records were appended.
    pub fn record_count(&self) -> usize {
        usize::try_from(self.header.record_count).unwrap_or(0)
    }

    /// Bytes of the batch so far, before compression.
    pub fn uncompressed_bytes(&self) -> usize {
        HEADER_BYTES + self.body.len()
    }

    /// Appends a record; -1 as `timestamp_ms` is none. Nothing changes when it does not fit.
    pub fn append(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) -> Result<(), BuildError> {
        if self.header.record_count == 0 {
            self.header.base_timestamp = timestamp_ms;
        }
        let timestamp_delta = timestamp_ms.saturating_sub(self.header.base_timestamp);
        let offset_delta = self.header.record_count;
        let length = record_bytes(timestamp_delta, offset_delta, key, value, headers)
            .filter(|&length| fits(self.body.len(), length))
            .ok_or(BuildError::TooLarge)?;
        put_varint(&mut self.body, length);
        self.body.push(0);
        put_varlong(&mut self.body, timestamp_delta);
        put_varint(&mut self.body, offset_delta);
        put_nullable(&mut self.body, key);
        put_nullable(&mut self.body, value);
        put_varint(&mut self.body, i32::try_from(headers.len()).unwrap_or(0));
        for header in headers {
            put_nullable(&mut self.body, Some(&header.key));
            put_nullable(&mut self.body, header.value.as_deref());
        }
        self.header.last_offset_delta = offset_delta;
        self.header.record_count += 1;
        self.header.max_timestamp = self.header.max_timestamp.max(timestamp_ms);
        Ok(())
    }

    /// The finished batch. One without records is legal, though no producer sends it.
    pub fn build_batch(self) -> Result<Batch, BuildError> {
        match self.header.attributes.compression() {
            Compression::None => assemble(self.header, &self.body),
            codec => {
                let body = codec
                    .compress(&self.body, self.compression_level)
                    .map_err(BuildError::Compress)?;
                assemble(self.header, &body)
            }
        }
    }

    /// The bytes of the finished batch.
    pub fn build(self) -> Result<Bytes, BuildError> {
        self.build_batch().map(|batch| batch.bytes)
    }
}

/// Puts a header and a compressed body together; sets length and checksum.
pub(crate) fn assemble(header: BatchHeader, body: &[u8]) -> Result<Batch, BuildError> {
    let length = HEADER_BYTES - 12 + body.len();
    let batch_length = i32::try_from(length).map_err(|_| BuildError::TooLarge)?;
    let header = BatchHeader {
        batch_length,
        ..header
    };
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(&sealed(header, body));
    bytes.extend_from_slice(body);
    let header = BatchHeader::parse(&bytes).map_err(|_| BuildError::TooLarge)?;
    Ok(Batch {
        header,
        bytes: bytes.into(),
    })
}

/// Bytes of a record after its length; `None` where it cannot be counted in 31 bits.
fn record_bytes(
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[RecordHeader],
) -> Option<i32> {
    let mut bytes = 1 + varlong_bytes(timestamp_delta) + varint_bytes(offset_delta);
    bytes += nullable_bytes(key)? + nullable_bytes(value)?;
    bytes += varint_bytes(i32::try_from(headers.len()).ok()?);
    for header in headers {
        bytes += nullable_bytes(Some(&header.key))? + nullable_bytes(header.value.as_deref())?;
    }
    i32::try_from(bytes).ok()
}

fn nullable_bytes(bytes: Option<&[u8]>) -> Option<usize> {
    let Some(bytes) = bytes else { return Some(1) };
    let length = i32::try_from(bytes.len()).ok()?;
    Some(varint_bytes(length) + bytes.len())
}

fn put_nullable(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else {
        return put_varint(out, -1);
    };
    // `record_bytes` has seen that it fits.
    put_varint(out, i32::try_from(bytes.len()).unwrap_or(0));
    out.extend_from_slice(bytes);
}

/// Whether a body of `present` bytes has room for a record of `length` and its length field.
fn fits(present: usize, length: i32) -> bool {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let total = present.saturating_add(length).saturating_add(HEADER_BYTES);
    i32::try_from(total).is_ok()
}

#[cfg(test)]
mod tests;
