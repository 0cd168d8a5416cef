//! Appending: checks without the lock, then sequence check, offsets, write and state in one
//! critical section, then the commit.

use std::io::IoSlice;

use bytes::Bytes;
use model::LeaderEpoch;
use records::{Batch, BatchHeader, HEADER_BYTES, PREFIX_BYTES};

use crate::commit::Commit;
use crate::disk::FileError;
use crate::figures::Conversion;
use crate::log::{Health, Log, State};
use crate::producer_state::{ProducerBatch, Sequence, SequenceError};
use crate::segment::{Incoming, SEGMENT_BYTES_MAX, ScanError};
use crate::settings::{Durability, LogSettings};
use crate::validate::{AppendOrigin, InvalidBatch, InvalidTimestamp, Prepared, Refusal, prepare};

/// An append that happened, or had happened before.
#[derive(Debug)]
pub struct Appended {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Offset of the last record.
    pub last_offset: i64,
    /// The time stamped on the records under LogAppendTime; for a repeated batch the greatest
    /// timestamp of the first one, as Kafka answers.
    pub log_append_time_ms: Option<i64>,
    /// Where the log starts.
    pub log_start_offset: i64,
    /// Whether the batch was there already; nothing was written then.
    pub duplicate: bool,
    /// Where the topic's codec is not the producer's.
    pub converted: Option<Conversion>,
    /// When to acknowledge.
    pub commit: Commit,
}

/// Why nothing was appended. Each variant is another answer to the producer.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The log was closed or its topic deleted.
    #[error("the partition is gone")]
    Closed,
    /// An earlier sync or repair failed; what the files hold is not known any more.
    #[error("the partition failed and takes no appends until the broker restarts")]
    Failed,
    /// The records are not acceptable.
    #[error(transparent)]
    Invalid(InvalidBatch),
    /// A newer producer has that id.
    #[error("producer epoch {received} is older than {current}")]
    InvalidProducerEpoch {
        /// Of the batch.
        received: i16,
        /// Of the log.
        current: i16,
    },
    /// A timestamp is out of bounds.
    #[error("record {} has timestamp {}, which the topic does not take", .0.record_index, .0.timestamp_ms)]
    InvalidTimestamp(InvalidTimestamp),
    /// Reading or writing failed; nothing of the append is left.
    #[error(transparent)]
    Io(FileError),
    /// A sequence number is not the next one.
    #[error("sequence number {received} came, {expected} was expected")]
    OutOfOrderSequence {
        /// First of the batch.
        received: i32,
        /// What follows the last batch.
        expected: i32,
    },
    /// The batch is larger than `max.message.bytes`.
    #[error("the batch has {bytes} bytes, max.message.bytes is {max}")]
    RecordTooLarge {
        /// With its header, after compression.
        bytes: usize,
        /// The topic's limit.
        max: u32,
    },
    /// The batches do not fit a segment.
    #[error("the record set has {bytes} bytes, a segment takes {max}")]
    RecordSetTooLarge {
        /// Of all batches.
        bytes: u64,
        /// The topic's `segment.bytes`.
        max: u64,
    },
    /// The active segment cannot be read.
    #[error(transparent)]
    Scan(ScanError),
    /// The disk is full; nothing of the append is left, and a later one may succeed.
    #[error("the disk is full")]
    StorageFull(#[source] FileError),
    /// Transactions do not exist yet.
    #[error("transactions are not supported")]
    TransactionsUnsupported,
}

impl From<Refusal> for AppendError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(invalid) => Self::Invalid(invalid),
            Refusal::Timestamp(invalid) => Self::InvalidTimestamp(invalid),
            Refusal::TooLarge { bytes, max } => Self::RecordTooLarge { bytes, max },
            Refusal::Transactional => Self::TransactionsUnsupported,
        }
    }
}

impl From<FileError> for AppendError {
    fn from(error: FileError) -> Self {
        if error.storage_full() {
            Self::StorageFull(error)
        } else {
            Self::Io(error)
        }
    }
}

impl Log {
    /// Appends the batches of `record_set`, all or nothing, and gives their offsets at once;
    /// `commit` tells when to acknowledge. The bytes are written as they came, but for the head
    /// of each batch. Does not wait for the device; a full page cache may hold it up.
    pub fn append(
        &self,
        record_set: Bytes,
        origin: AppendOrigin,
        leader_epoch: LeaderEpoch,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        let settings = self.settings();
        let stopwatch = self.0.disk.stopwatch();
        let prepared = prepare(record_set, origin, &settings, now_ms, stopwatch)?;
        let mut state = self.lock();
        match state.health {
            Health::Open => {}
            Health::Closed | Health::Closing => return Err(AppendError::Closed),
            Health::Failed => return Err(AppendError::Failed),
        }
        if origin == AppendOrigin::Client
            && let Some(batch) = check_sequence(&state, &prepared.batches)?
        {
            drop(state);
            return Ok(self.duplicate(batch, &settings, prepared.converted));
        }
        let base_offset = self.0.offsets.load().end;
        let last_offset = base_offset + prepared.offset_count - 1;
        let rolled = self.make_room(&mut state, &prepared, last_offset, &settings, now_ms)?;
        self.write(&mut state, &prepared, base_offset, leader_epoch)?;
        note(&mut state, &prepared, base_offset, &settings, now_ms);
        self.assign_epoch(&mut state, leader_epoch, base_offset);
        let end = last_offset + 1;
        self.0.offsets.set_end(end);
        state.last_append_ms = now_ms;
        self.0.figures.set_producers(state.producers.len());
        let unflushed = end - state.durable_end;
        let must_sync =
            settings.durability == Durability::Sync || unflushed >= settings.flush_messages;
        drop(state);
        self.0
            .size_bytes
            .fetch_add(prepared.bytes, std::sync::atomic::Ordering::Relaxed);
        let commit = if must_sync {
            self.commit_later(end)
        } else {
            self.raise_high_watermark(end);
            Commit::Ready
        };
        if rolled {
            self.flush_behind(now_ms);
        }
        Ok(Appended {
            base_offset,
            last_offset,
            log_append_time_ms: prepared.log_append_time_ms,
            log_start_offset: self.0.offsets.load().start,
            duplicate: false,
            converted: prepared.converted,
            commit,
        })
    }

    fn duplicate(
        &self,
        batch: ProducerBatch,
        settings: &LogSettings,
        converted: Option<Conversion>,
    ) -> Appended {
        // The first one may still be on its way to the device.
        let committed = self.0.offsets.load().high_watermark > batch.last_offset;
        let commit = if committed || settings.durability == Durability::Os {
            Commit::Ready
        } else {
            self.commit_later(batch.last_offset + 1)
        };
        Appended {
            base_offset: batch.base_offset(),
            last_offset: batch.last_offset,
            log_append_time_ms: Some(batch.timestamp_ms),
            log_start_offset: self.0.offsets.load().start,
            duplicate: true,
            converted,
            commit,
        }
    }

    /// Rolls the active segment where the batches must not go into it; tells whether it did.
    fn make_room(
        &self,
        state: &mut State,
        prepared: &Prepared,
        last_offset: i64,
        settings: &LogSettings,
        now_ms: i64,
    ) -> Result<bool, AppendError> {
        let max = u64::from(settings.segment_bytes).min(SEGMENT_BYTES_MAX);
        if prepared.bytes > max {
            let bytes = prepared.bytes;
            return Err(AppendError::RecordSetTooLarge { bytes, max });
        }
        let incoming = Incoming {
            bytes: prepared.bytes,
            max_timestamp_ms: prepared.max_timestamp_ms,
            last_offset,
        };
        let active = state.active();
        active.load().map_err(AppendError::Scan)?;
        let jitter_ms = self.roll_jitter_ms(active.base_offset(), settings);
        let must_roll = active.must_roll(incoming, settings, jitter_ms, now_ms);
        if must_roll {
            self.roll(state, now_ms)?;
        }
        Ok(must_roll)
    }

    fn write(
        &self,
        state: &mut State,
        prepared: &Prepared,
        base_offset: i64,
        leader_epoch: LeaderEpoch,
    ) -> Result<(), AppendError> {
        let mut heads = Vec::with_capacity(prepared.batches.len());
        let mut next_offset = base_offset;
        for batch in &prepared.batches {
            let stamp = prepared.log_append_time_ms;
            heads.push(Head::new(batch, next_offset, leader_epoch.0, stamp));
            next_offset += i64::from(batch.header.last_offset_delta) + 1;
        }
        let mut slices = Vec::with_capacity(heads.len() * 2);
        for (head, batch) in heads.iter().zip(&prepared.batches) {
            slices.push(IoSlice::new(head.bytes()));
            slices.push(IoSlice::new(&batch.bytes[head.length..]));
        }
        let active = state.active();
        let Err((error, repair)) = active.write(&mut slices) else {
            return Ok(());
        };
        let path = active.log().path();
        if let Some(repair) = repair {
            tracing::error!(
                partition = %self.0.partition, error = %repair,
                "cannot cut off a failed append; the partition takes no more",
            );
            state.health = Health::Failed;
            self.0.figures.set_failed();
        }
        Err(FileError::new("append to", &path, error).into())
    }
}

/// All that follows from batches that are in the file.
fn note(
    state: &mut State,
    prepared: &Prepared,
    base_offset: i64,
    settings: &LogSettings,
    now_ms: i64,
) {
    let mut next_offset = base_offset;
    for batch in &prepared.batches {
        let max_timestamp = batch.header.max_timestamp;
        let header = BatchHeader {
            base_offset: next_offset,
            max_timestamp: prepared.log_append_time_ms.unwrap_or(max_timestamp),
            ..batch.header
        };
        state.active().note(&header, settings.index_interval_bytes);
        state.producers.record(&header, now_ms);
        next_offset = header.next_offset();
    }
}

/// `Some`: the batch was appended before.
fn check_sequence(state: &State, batches: &[Batch]) -> Result<Option<ProducerBatch>, AppendError> {
    // There is one, see `validate`.
    let Some(header) = batches.first().map(|batch| &batch.header) else {
        return Ok(None);
    };
    if header.producer_id < 0 {
        return Ok(None);
    }
    match state.producers.check(header) {
        Ok(Sequence::Next) => Ok(None),
        Ok(Sequence::Duplicate(batch)) => Ok(Some(batch)),
        Err(SequenceError::OutOfOrder { expected }) => Err(AppendError::OutOfOrderSequence {
            received: header.base_sequence,
            expected,
        }),
        Err(SequenceError::StaleEpoch { current }) => Err(AppendError::InvalidProducerEpoch {
            received: header.producer_epoch,
            current,
        }),
    }
}

/// The first bytes of a batch as they are stored.
struct Head {
    bytes: [u8; HEADER_BYTES],
    length: usize,
}

impl Head {
    fn new(batch: &Batch, base_offset: i64, leader_epoch: i32, stamp: Option<i64>) -> Self {
        if let Some(now_ms) = stamp {
            let bytes = records::log_append_time_header(batch, base_offset, leader_epoch, now_ms);
            let length = HEADER_BYTES;
            return Self { bytes, length };
        }
        let mut bytes = [0; HEADER_BYTES];
        let prefix = records::patched_prefix(batch, base_offset, leader_epoch);
        bytes[..PREFIX_BYTES].copy_from_slice(&prefix);
        Self {
            bytes,
            length: PREFIX_BYTES,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests;
