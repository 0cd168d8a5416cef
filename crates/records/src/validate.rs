//! What a broker may ask of a batch from a producer, beyond its header and CRC.

use crate::iterate::Starts;
use crate::record::timestamp;
use crate::{Batch, Limits, RecordError, TimestampedOffset};

/// What a walk over valid records found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidRecords {
    /// How many there are.
    pub record_count: i32,
    /// The first record with the greatest timestamp; `None` in an empty batch.
    pub max_timestamp: Option<TimestampedOffset>,
}

/// Checks that the records are as many as the header counts, complete, and numbered 0, 1, 2, …
/// without a gap. Decompresses, so it is asked for only where the body is opened anyway.
pub fn validate_records(batch: &Batch, limits: Limits) -> Result<ValidRecords, RecordError> {
    let header = &batch.header;
    if header.record_count.checked_sub(1) != Some(header.last_offset_delta) {
        return Err(RecordError::CountMismatch);
    }
    let mut max_timestamp: Option<TimestampedOffset> = None;
    for (index, start) in (0_i32..).zip(Starts::new(batch, limits)?) {
        let start = start?;
        if start.offset_delta != index {
            return Err(RecordError::OffsetGap(index, start.offset_delta));
        }
        let timestamp_ms = timestamp(header, start.timestamp_delta);
        if max_timestamp.is_none_or(|found| found.timestamp_ms < timestamp_ms) {
            let offset = header.base_offset.saturating_add(i64::from(index));
            max_timestamp = Some(TimestampedOffset {
                offset,
                timestamp_ms,
            });
        }
    }
    Ok(ValidRecords {
        record_count: header.record_count,
        max_timestamp,
    })
}

#[cfg(test)]
mod tests;
