//! Looking a batch up by time, for ListOffsets: one pass, without keys and values.

use crate::iterate::Starts;
use crate::record::timestamp;
use crate::{Batch, Limits, RecordError, TimestampType};

/// A record's place in offsets and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampedOffset {
    /// Offset in the partition.
    pub offset: i64,
    /// Timestamp in milliseconds.
    pub timestamp_ms: i64,
}

/// The first record of `batch` whose timestamp is `target_ms` or later.
pub fn find_timestamp(
    batch: &Batch,
    target_ms: i64,
    limits: Limits,
) -> Result<Option<TimestampedOffset>, RecordError> {
    let header = &batch.header;
    if header.max_timestamp < target_ms {
        return Ok(None);
    }
    // All records have one time: the first is the first.
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Ok(first(batch, limits)?.map(|offset| TimestampedOffset {
            offset,
            timestamp_ms: header.max_timestamp,
        }));
    }
    for start in Starts::new(batch, limits)? {
        let start = start?;
        let timestamp_ms = timestamp(header, start.timestamp_delta);
        if timestamp_ms >= target_ms {
            let offset = header
                .base_offset
                .saturating_add(i64::from(start.offset_delta));
            return Ok(Some(TimestampedOffset {
                offset,
                timestamp_ms,
            }));
        }
    }
    Ok(None)
}

/// The record with the greatest timestamp, the first of several; `None` in an empty batch.
/// Under LogAppendTime that is the last one, as Kafka answers it.
pub fn max_timestamp_record(
    batch: &Batch,
    limits: Limits,
) -> Result<Option<TimestampedOffset>, RecordError> {
    let header = &batch.header;
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Ok((header.record_count > 0).then_some(TimestampedOffset {
            offset: header.last_offset(),
            timestamp_ms: header.max_timestamp,
        }));
    }
    let mut greatest: Option<TimestampedOffset> = None;
    for start in Starts::new(batch, limits)? {
        let start = start?;
        let timestamp_ms = timestamp(header, start.timestamp_delta);
        if greatest.is_none_or(|found| found.timestamp_ms < timestamp_ms) {
            let offset = header
                .base_offset
                .saturating_add(i64::from(start.offset_delta));
            greatest = Some(TimestampedOffset {
                offset,
                timestamp_ms,
            });
        }
    }
    Ok(greatest)
}

/// Offset of the first record: a compacted batch may begin later than its base offset.
fn first(batch: &Batch, limits: Limits) -> Result<Option<i64>, RecordError> {
    let header = &batch.header;
    if header.record_count == 0 {
        return Ok(None);
    }
    // Nothing is missing, so the first record is at the base offset: no need to decompress.
    if header.record_count - 1 == header.last_offset_delta {
        return Ok(Some(header.base_offset));
    }
    let start = Starts::new(batch, limits)?.next().transpose()?;
    Ok(start.map(|start| {
        header
            .base_offset
            .saturating_add(i64::from(start.offset_delta))
    }))
}

#[cfg(test)]
mod tests;
