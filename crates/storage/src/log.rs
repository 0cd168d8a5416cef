//! The log of one partition: segments, producers, epochs, and the offsets that others see.
//!
//! One mutex guards what appends change; it is held for microseconds and never over an await.
//! Readers look at atomics, take the lock to find a segment, and read without it.

use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use model::{LeaderEpoch, TopicId, TopicPartition};
use tokio::sync::Notify;

use crate::append::AppendError;
use crate::commit::CommitQueue;
use crate::disk::{Disk, Durable, FileError};
use crate::epoch_cache::{EPOCH_FILE, EpochCache, EpochEnd};
use crate::figures::{Figures, LogFigures};
use crate::offsets::{AtomicOffsets, LogOffsets, Watchers};
use crate::producer_state::{ProducerInfo, Producers};
use crate::read::ReadPositions;
use crate::segment::Segment;
use crate::settings::LogSettings;

/// Whether a log takes appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Closed,
    /// What was appended is made durable, nothing more is taken.
    Closing,
    Failed,
    Open,
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    /// Never empty; the last one is active.
    pub(crate) segments: Vec<Segment>,
    pub(crate) producers: Producers,
    /// Offsets of the producer snapshots on disk, rising.
    pub(crate) snapshots: Vec<i64>,
    pub(crate) epochs: EpochCache,
    pub(crate) health: Health,
    /// All before it is on the device: batches.
    pub(crate) durable_end: i64,
    /// All before it is on the device: batches, indexes, producers. Start-up reads nothing of it.
    pub(crate) recovery_point: i64,
    pub(crate) last_flush_ms: i64,
    pub(crate) last_append_ms: i64,
    /// A segment was rolled since the last flush.
    pub(crate) rolled: bool,
    /// Files were created, renamed or removed since the last sync of the directory.
    pub(crate) directory_unsynced: bool,
    pub(crate) read_positions: ReadPositions,
}

impl State {
    /// The segment that is appended to.
    pub(crate) fn active(&mut self) -> &mut Segment {
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }

    /// Index of the segment that holds `offset`: the last one that begins at or before it.
    pub(crate) fn segment_of(&self, offset: i64) -> usize {
        let after = self.segments.partition_point(|s| s.base_offset() <= offset);
        after.saturating_sub(1)
    }
}

/// The parts of an open log; [`Log`] is a handle on them.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) disk: Disk,
    pub(crate) partition: TopicPartition,
    pub(crate) topic_id: TopicId,
    pub(crate) directory: Arc<Path>,
    pub(crate) settings: RwLock<Arc<LogSettings>>,
    pub(crate) offsets: AtomicOffsets,
    pub(crate) size_bytes: AtomicU64,
    pub(crate) figures: Figures,
    pub(crate) state: Mutex<State>,
    pub(crate) watchers: Watchers,
    pub(crate) commits: CommitQueue,
    /// Held over a sync: one at a time per log.
    pub(crate) flushing: Mutex<()>,
}

/// An open log; clones are the same log.
#[derive(Clone, Debug)]
pub struct Log(pub(crate) Arc<Shared>);

/// Wakes a [`Notify`] when the high watermark of a log moves; dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    log: Log,
    notify: Arc<Notify>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.log.0.watchers.remove(&self.notify);
    }
}

impl Log {
    /// Which partition this is.
    pub fn partition(&self) -> &TopicPartition {
        &self.0.partition
    }

    /// The incarnation of the topic.
    pub fn topic_id(&self) -> TopicId {
        self.0.topic_id
    }

    /// Where the log stands. Takes no lock.
    pub fn offsets(&self) -> LogOffsets {
        self.0.offsets.load()
    }

    /// Bytes of batches in all segments.
    pub fn size_bytes(&self) -> u64 {
        self.0.size_bytes.load(Ordering::Relaxed)
    }

    /// What it is made of. Takes no lock.
    pub fn figures(&self) -> LogFigures {
        self.0.figures.load()
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<LogSettings> {
        self.0
            .settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Settings for appends and retention from now on.
    pub fn set_settings(&self, settings: Arc<LogSettings>) {
        *self
            .0
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Has `notify` woken (`notify_one`) each time the high watermark moves, and when the log goes
    /// away. One `notify` may watch many logs: register first, then look at the offsets, then
    /// wait. Costs an append nothing while nobody watches.
    #[must_use]
    pub fn watch(&self, notify: &Arc<Notify>) -> Watch {
        self.0.watchers.add(notify);
        Watch {
            log: self.clone(),
            notify: notify.clone(),
        }
    }

    /// The idempotent producers that the log remembers, by id.
    pub fn producers(&self) -> Vec<ProducerInfo> {
        self.lock().producers.describe()
    }

    /// Begins a leader epoch at the end of the log: clients that ask where an older one ends learn
    /// it from here. Appends with a newer epoch do this by themselves.
    pub fn begin_epoch(&self, epoch: LeaderEpoch) {
        let mut state = self.lock();
        let end = self.0.offsets.load().end;
        self.assign_epoch(&mut state, epoch, end);
    }

    /// The latest epoch that anything was appended in, or that was begun.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        self.lock().epochs.latest()
    }

    /// The epoch that `offset` was appended in.
    pub fn epoch_of(&self, offset: i64) -> Option<LeaderEpoch> {
        self.lock().epochs.at_offset(offset)
    }

    /// Where `epoch` ends, as OffsetForLeaderEpoch asks it; `None` where nothing is known of it.
    pub fn epoch_end_offset(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        let state = self.lock();
        state.epochs.end_offset(epoch, self.0.offsets.load().end)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn raise_high_watermark(&self, offset: i64) {
        if self.0.offsets.raise_high_watermark(offset) {
            self.0.watchers.wake();
        }
    }

    pub(crate) fn assign_epoch(&self, state: &mut State, epoch: LeaderEpoch, offset: i64) {
        if state.epochs.assign(epoch, offset) {
            self.write_epochs(state);
        }
    }

    /// The file only speeds up answers: recovery finds the epochs in the batches after the
    /// recovery point, so a failed write is told and no more.
    pub(crate) fn write_epochs(&self, state: &State) {
        let path = self.0.directory.join(EPOCH_FILE);
        let text = state.epochs.text();
        let written = match state.epochs.is_first() {
            // There is nothing to replace, and a torn file is passed over.
            true => self.0.disk.create_file(&path, text.as_bytes()),
            false => self.0.disk.write_file(&path, text.as_bytes(), Durable::No),
        };
        if let Err(error) = written {
            tracing::warn!(partition = %self.0.partition, %error, "cannot write leader epochs");
        }
    }

    /// Begins a new segment at the end of the log.
    pub(crate) fn roll(&self, state: &mut State, now_ms: i64) -> Result<(), AppendError> {
        let end = self.0.offsets.load().end;
        let created = Segment::create(&self.0.disk, &self.0.directory, end, now_ms);
        let segment =
            created.map_err(|e| FileError::new("begin a segment in", &self.0.directory, e))?;
        if let Err(error) = state.active().persist_indexes() {
            // They stay in memory; the next flush tries again.
            tracing::warn!(partition = %self.0.partition, %error, "cannot write the indexes");
        }
        tracing::debug!(partition = %self.0.partition, base_offset = end, "rolled a segment");
        state.segments.push(segment);
        self.0.figures.set_segments(state.segments.len());
        state.rolled = true;
        state.directory_unsynced = true;
        Ok(())
    }

    /// Up to `segment.jitter.ms`, always the same for one segment.
    pub(crate) fn roll_jitter_ms(&self, base_offset: i64, settings: &LogSettings) -> i64 {
        if settings.segment_jitter_ms <= 0 {
            return 0;
        }
        let mut hasher = std::hash::DefaultHasher::new();
        (&self.0.partition, base_offset).hash(&mut hasher);
        let bound = settings.segment_jitter_ms.min(settings.segment_ms).max(1);
        (hasher.finish() % bound.unsigned_abs()).cast_signed()
    }
}

#[cfg(test)]
mod tests;
