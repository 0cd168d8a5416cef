//! One record. Null and empty keys, values and header values are different things; header keys
//! may repeat and be empty, and their order is kept.

use bytes::Bytes;

use crate::cursor::take_i8;
use crate::varint::{take_varint, take_varlong};
use crate::{BatchHeader, TimestampType};

/// A record as it lies in a batch; offsets and times are relative to the batch's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Offset minus the batch's base offset.
    pub offset_delta: i32,
    /// Timestamp minus the batch's base timestamp, in milliseconds.
    pub timestamp_delta: i64,
    /// Unused by Kafka so far, and kept.
    pub attributes: i8,
    /// The key; `None` is null.
    pub key: Option<Bytes>,
    /// The value; `None` is null, a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// The headers in the order of their producer.
    pub headers: Vec<RecordHeader>,
}

/// A header of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordHeader {
    /// The key, UTF-8 by agreement only.
    pub key: Bytes,
    /// The value; `None` is null.
    pub value: Option<Bytes>,
}

impl Record {
    /// Offset in the partition.
    pub fn offset(&self, batch: &BatchHeader) -> i64 {
        batch
            .base_offset
            .saturating_add(i64::from(self.offset_delta))
    }

    /// Timestamp in milliseconds: the batch's for LogAppendTime, the record's own otherwise.
    pub fn timestamp(&self, batch: &BatchHeader) -> i64 {
        timestamp(batch, self.timestamp_delta)
    }
}

/// The time of a record of `batch` whose own delta is given.
pub(crate) fn timestamp(batch: &BatchHeader, delta: i64) -> i64 {
    match batch.attributes.timestamp_type() {
        TimestampType::CreateTime => batch.base_timestamp.saturating_add(delta),
        TimestampType::LogAppendTime => batch.max_timestamp,
    }
}

/// What comes before the key, enough to place a record in offsets and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordStart {
    pub(crate) attributes: i8,
    pub(crate) timestamp_delta: i64,
    pub(crate) offset_delta: i32,
}

/// Takes the length and then that many bytes: one record without its length.
pub(crate) fn split_first(body: &mut Bytes) -> Option<Bytes> {
    let mut rest: &[u8] = body;
    let length = usize::try_from(take_varint(&mut rest)?).ok()?;
    let start = body.len() - rest.len();
    let end = start.checked_add(length).filter(|&end| end <= body.len())?;
    let mut record = body.split_to(end);
    Some(record.split_off(start))
}

/// Reads the start of a record and moves past it.
pub(crate) fn take_start(rest: &mut &[u8]) -> Option<RecordStart> {
    Some(RecordStart {
        attributes: take_i8(rest)?,
        timestamp_delta: take_varlong(rest)?,
        offset_delta: take_varint(rest)?,
    })
}

/// Reads a whole record, which must fill `bytes`.
pub(crate) fn parse(bytes: &Bytes) -> Option<Record> {
    let mut rest: &[u8] = bytes;
    let rest = &mut rest;
    let start = take_start(rest)?;
    let key = take_nullable(bytes, rest)?;
    let value = take_nullable(bytes, rest)?;
    let header_count = usize::try_from(take_varint(rest)?).ok()?;
    let mut headers = Vec::new();
    for _ in 0..header_count {
        let key = take_nullable(bytes, rest)??;
        let value = take_nullable(bytes, rest)?;
        headers.push(RecordHeader { key, value });
    }
    rest.is_empty().then_some(Record {
        offset_delta: start.offset_delta,
        timestamp_delta: start.timestamp_delta,
        attributes: start.attributes,
        key,
        value,
        headers,
    })
}

/// Takes a length, -1 for null, and a slice of `whole`, of which `rest` is the end.
fn take_nullable(whole: &Bytes, rest: &mut &[u8]) -> Option<Option<Bytes>> {
    let length = take_varint(rest)?;
    if length == -1 {
        return Some(None);
    }
    let length = usize::try_from(length).ok()?;
    let start = whole.len() - rest.len();
    *rest = rest.get(length..)?;
    Some(Some(whole.slice(start..start + length)))
}
