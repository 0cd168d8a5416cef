//! What a record set must be to be appended, and what the topic's settings make of it. Needs no
//! state of the log and takes no lock. Records are opened only where the settings ask for it.

use bytes::Bytes;
use records::{
    Batch, BatchError, Batches, BuildError, Compression, ConvertError, Limits, RecordError,
    TimestampType,
};

use crate::figures::{Conversion, Stopwatch};
use crate::settings::{LogSettings, TopicCompression};

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: all rules hold, and there is one batch, as Kafka 4 demands.
    Client,
    /// The broker itself: batches as it made them, any number, control batches too.
    Coordinator,
}

/// Why a record set is not appended, whatever the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBatch {
    /// A batch is malformed, or not what its producer summed.
    #[error("{0}")]
    Batch(BatchError),
    /// A client may not write control records.
    #[error("clients may not write control records")]
    Control,
    /// Header fields contradict each other.
    #[error("record count {count} does not fit the last offset delta {last_offset_delta}")]
    Count {
        /// Records by the header.
        count: i32,
        /// Offsets by the header.
        last_offset_delta: i32,
    },
    /// There is no batch.
    #[error("the record set is empty")]
    Empty,
    /// The topic's codec cannot be applied.
    #[error("the records cannot be converted to {0}")]
    Inconvertible(Compression),
    /// The records are not what the header says.
    #[error("{0}")]
    Records(RecordError),
    /// There are several batches.
    #[error("a produce request carries one record batch per partition")]
    SeveralBatches,
    /// A producer id without a sequence number.
    #[error("a batch of producer id {0} has no sequence number")]
    Unsequenced(i64),
}

/// A record whose timestamp is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp {
    /// Which record of the batch.
    pub record_index: i32,
    /// Its timestamp.
    pub timestamp_ms: i64,
    /// The earliest and latest that the topic takes now; `None`: the producer claims to have
    /// stamped records as the broker.
    pub bounds_ms: Option<(i64, i64)>,
}

/// Outcome of the checks that need no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Invalid(InvalidBatch),
    Timestamp(InvalidTimestamp),
    TooLarge { bytes: usize, max: u32 },
    Transactional,
}

/// Batches ready to get their offsets.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) batches: Vec<Batch>,
    /// What the broker's clock stamps, under LogAppendTime.
    pub(crate) log_append_time_ms: Option<i64>,
    pub(crate) bytes: u64,
    pub(crate) max_timestamp_ms: i64,
    /// Offsets that they take.
    pub(crate) offset_count: i64,
    /// What a conversion to the topic's codec took, if there was one.
    pub(crate) converted: Option<Conversion>,
}

pub(crate) fn prepare(
    record_set: Bytes,
    origin: AppendOrigin,
    settings: &LogSettings,
    now_ms: i64,
    stopwatch: Option<&dyn Stopwatch>,
) -> Result<Prepared, Refusal> {
    let stamped = settings.timestamp_type == TimestampType::LogAppendTime;
    let mut prepared = Prepared {
        batches: Vec::with_capacity(1),
        log_append_time_ms: stamped.then_some(now_ms),
        bytes: 0,
        max_timestamp_ms: if stamped { now_ms } else { -1 },
        offset_count: 0,
        converted: None,
    };
    for batch in Batches::new(record_set) {
        let batch = batch.map_err(|e| Refusal::Invalid(InvalidBatch::Batch(e)))?;
        if origin == AppendOrigin::Client && !prepared.batches.is_empty() {
            return Err(Refusal::Invalid(InvalidBatch::SeveralBatches));
        }
        check_batch(&batch, origin, settings, now_ms)?;
        let batch = match settings.compression {
            TopicCompression::Codec(codec, level)
                if codec != batch.header.attributes.compression() =>
            {
                let began = stopwatch.map(Stopwatch::nanos);
                let converted = convert(&batch, codec, level)?;
                let nanos = stopwatch
                    .zip(began)
                    .map_or(0, |(s, began)| s.nanos() - began);
                prepared.count_conversion(&converted, nanos);
                check_size(&converted, settings)?;
                converted
            }
            TopicCompression::Codec(..) | TopicCompression::Producer => batch,
        };
        prepared.bytes += batch.bytes.len() as u64;
        prepared.offset_count += i64::from(batch.header.last_offset_delta) + 1;
        if !stamped {
            prepared.max_timestamp_ms = prepared.max_timestamp_ms.max(batch.header.max_timestamp);
        }
        prepared.batches.push(batch);
    }
    if prepared.batches.is_empty() {
        return Err(Refusal::Invalid(InvalidBatch::Empty));
    }
    Ok(prepared)
}

impl Prepared {
    fn count_conversion(&mut self, batch: &Batch, nanos: u64) {
        let sum = self.converted.get_or_insert(Conversion {
            records: 0,
            bytes: 0,
            nanos: 0,
        });
        sum.records += u64::try_from(batch.header.record_count).unwrap_or(0);
        sum.bytes += batch.bytes.len() as u64;
        sum.nanos += nanos;
    }
}

fn check_batch(
    batch: &Batch,
    origin: AppendOrigin,
    settings: &LogSettings,
    now_ms: i64,
) -> Result<(), Refusal> {
    check_size(batch, settings)?;
    records::verify_crc(&batch.bytes).map_err(|e| Refusal::Invalid(InvalidBatch::Batch(e)))?;
    let header = &batch.header;
    if header.record_count.checked_sub(1) != Some(header.last_offset_delta) {
        return Err(Refusal::Invalid(InvalidBatch::Count {
            count: header.record_count,
            last_offset_delta: header.last_offset_delta,
        }));
    }
    if origin == AppendOrigin::Client {
        check_client_batch(batch, settings, now_ms)?;
    }
    Ok(())
}

fn check_size(batch: &Batch, settings: &LogSettings) -> Result<(), Refusal> {
    let (bytes, max) = (batch.bytes.len(), settings.max_message_bytes);
    if bytes > max as usize {
        return Err(Refusal::TooLarge { bytes, max });
    }
    Ok(())
}

fn check_client_batch(batch: &Batch, settings: &LogSettings, now_ms: i64) -> Result<(), Refusal> {
    let header = &batch.header;
    if header.attributes.is_control() {
        return Err(Refusal::Invalid(InvalidBatch::Control));
    }
    if header.attributes.is_transactional() {
        return Err(Refusal::Transactional);
    }
    if header.producer_id >= 0 && (header.base_sequence < 0 || header.producer_epoch < 0) {
        return Err(Refusal::Invalid(InvalidBatch::Unsequenced(
            header.producer_id,
        )));
    }
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Err(Refusal::Timestamp(InvalidTimestamp {
            record_index: 0,
            timestamp_ms: header.max_timestamp,
            bounds_ms: None,
        }));
    }
    if settings.timestamp_type == TimestampType::CreateTime {
        check_timestamps(batch, settings, now_ms)?;
    }
    Ok(())
}

/// The greatest timestamp stands in the header. The least does not: where it has a bound, which
/// by default it has not, the records are read.
fn check_timestamps(batch: &Batch, settings: &LogSettings, now_ms: i64) -> Result<(), Refusal> {
    let earliest_ms = now_ms.saturating_sub(settings.timestamp_before_max_ms);
    let latest_ms = now_ms.saturating_add(settings.timestamp_after_max_ms);
    let header = &batch.header;
    let bounded_below = settings.timestamp_before_max_ms != i64::MAX;
    if !bounded_below && header.max_timestamp <= latest_ms {
        return Ok(());
    }
    let acceptable = |ms: i64| ms == -1 || (!bounded_below || ms >= earliest_ms) && ms <= latest_ms;
    let invalid = |record_index, timestamp_ms| {
        Refusal::Timestamp(InvalidTimestamp {
            record_index,
            timestamp_ms,
            bounds_ms: Some((earliest_ms, latest_ms)),
        })
    };
    let unreadable = |e| Refusal::Invalid(InvalidBatch::Records(e));
    for record in records::records(batch, Limits::default()).map_err(unreadable)? {
        let record = record.map_err(unreadable)?;
        let timestamp_ms = header.base_timestamp.saturating_add(record.timestamp_delta);
        if !acceptable(timestamp_ms) {
            return Err(invalid(record.offset_delta, timestamp_ms));
        }
    }
    if acceptable(header.max_timestamp) {
        Ok(())
    } else {
        Err(invalid(header.last_offset_delta, header.max_timestamp))
    }
}

fn convert(batch: &Batch, codec: Compression, level: Option<i32>) -> Result<Batch, Refusal> {
    let limits = Limits::default();
    records::validate_records(batch, limits)
        .map_err(|e| Refusal::Invalid(InvalidBatch::Records(e)))?;
    records::convert(batch, codec, level, limits).map_err(|e| {
        Refusal::Invalid(match e {
            ConvertError::Read(e) => InvalidBatch::Records(e),
            ConvertError::Write(BuildError::TooLarge | BuildError::Compress(_)) => {
                InvalidBatch::Inconvertible(codec)
            }
        })
    })
}

#[cfg(test)]
mod tests;
