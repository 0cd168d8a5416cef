//! What a log forgets: segments by age and size, records before an offset, silent producers. The
//! start of the log moves before files go.

use crate::append::AppendError;
use crate::disk::FileError;
use crate::log::{Health, Log, State};
use crate::offsets::LogOffsets;
use crate::segment::Segment;
use crate::settings::LogSettings;

/// Why retention, or a deletion, did not finish.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// A new segment could not be begun in the place of the last one.
    #[error("cannot begin a new segment")]
    Append(#[source] AppendError),
    /// The log was closed or its topic deleted.
    #[error("the partition is gone")]
    Closed,
    /// A file cannot be renamed or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// An offset is not in the log: what was asked for, and what there is.
    #[error("offset {offset} is outside the log, which holds {} to {}", .offsets.start, .offsets.high_watermark)]
    OffsetOutOfRange {
        /// Asked for.
        offset: i64,
        /// What there is.
        offsets: LogOffsets,
    },
    /// A segment cannot be read.
    #[error(transparent)]
    Scan(#[from] crate::segment::ScanError),
}

impl Log {
    /// Sets segments aside that `retention.ms`, `retention.bytes` or the start of the log do not
    /// keep, and forgets silent producers; gives how many segments went. Their files go with
    /// `Disk::remove_deleted` after `file.delete.delay.ms`. Blocks.
    pub fn apply_retention(&self, now_ms: i64) -> Result<usize, RetentionError> {
        let settings = self.settings();
        let mut state = self.lock();
        if state.health == Health::Closed {
            return Ok(0);
        }
        state
            .producers
            .expire(now_ms, settings.producer_expiration_ms);
        self.0.figures.set_producers(state.producers.len());
        let offsets = self.0.offsets.load();
        let count = expired_count(&mut state, offsets, &settings, now_ms)?;
        if count == 0 {
            return Ok(0);
        }
        if count == state.segments.len() {
            self.roll(&mut state, now_ms)
                .map_err(RetentionError::Append)?;
        }
        let start = state.segments[count].base_offset();
        if start > offsets.start {
            self.move_start(&mut state, start);
        }
        let due_ms = now_ms.saturating_add(settings.file_delete_delay_ms);
        self.set_aside(&mut state, count, due_ms)?;
        Ok(count)
    }

    /// Makes `offset` the start of the log (DeleteRecords); what lies before cannot be read any
    /// more, and whole segments of it go. Gives the start of the log, which never goes back. The
    /// new start is durable when this returns. Blocks.
    pub fn delete_records_before(&self, offset: i64, now_ms: i64) -> Result<i64, RetentionError> {
        let settings = self.settings();
        {
            let mut state = self.lock();
            if state.health == Health::Closed {
                return Err(RetentionError::Closed);
            }
            let offsets = self.0.offsets.load();
            if offset < 0 || offset > offsets.high_watermark {
                return Err(RetentionError::OffsetOutOfRange { offset, offsets });
            }
            if offset <= offsets.start {
                return Ok(offsets.start);
            }
            self.move_start(&mut state, offset);
        }
        let written = match self.0.disk.checkpoint() {
            // Space comes from what is deleted, and the name of the first segment that stays tells
            // the start but for a part of that segment.
            Err(error) if !error.storage_full() => return Err(error.into()),
            written => written,
        };
        let mut state = self.lock();
        if state.health == Health::Closed {
            // Deleted meanwhile: the names of its files may be another topic's now.
            return Err(RetentionError::Closed);
        }
        let start = self.0.offsets.load().start;
        let count = before_start(&state, start);
        let due_ms = now_ms.saturating_add(settings.file_delete_delay_ms);
        self.set_aside(&mut state, count, due_ms)?;
        written?;
        Ok(start)
    }

    fn move_start(&self, state: &mut State, start: i64) {
        self.0.offsets.set_start(start);
        let first = state.segments[0].base_offset();
        self.0
            .disk
            .checkpoints()
            .set_start_offset(&self.0.partition, (start > first).then_some(start));
        if state.epochs.truncate_start(start) {
            self.write_epochs(state);
        }
    }

    /// Takes the first `count` segments out of the log and gives their files another name.
    fn set_aside(&self, state: &mut State, count: usize, due_ms: i64) -> Result<(), FileError> {
        for _ in 0..count {
            let segment = &state.segments[0];
            for file in segment.files() {
                let path = file.path();
                file.mark_deleted()
                    .map_err(|e| FileError::new("rename", &path, e))?;
                self.0.disk.remove_later(file.path(), due_ms);
            }
            let segment = state.segments.remove(0);
            self.0
                .size_bytes
                .fetch_sub(segment.size(), std::sync::atomic::Ordering::Relaxed);
            state.directory_unsynced = true;
        }
        self.0.figures.set_segments(state.segments.len());
        let (start, first) = (self.0.offsets.load().start, state.segments[0].base_offset());
        self.0
            .disk
            .checkpoints()
            .set_start_offset(&self.0.partition, (start > first).then_some(start));
        Ok(())
    }
}

/// How many segments, from the first on, need not be kept.
fn expired_count(
    state: &mut State,
    offsets: LogOffsets,
    settings: &LogSettings,
    now_ms: i64,
) -> Result<usize, RetentionError> {
    let total: u64 = state.segments.iter().map(Segment::size).sum();
    let keep_bytes = settings.retention_bytes.unwrap_or(u64::MAX);
    let mut excess = total.saturating_sub(keep_bytes);
    let by_start = before_start(state, offsets.start);
    let segment_count = state.segments.len();
    for at in 0..segment_count {
        let next_base = match state.segments.get(at + 1) {
            Some(next) => next.base_offset(),
            None => offsets.end,
        };
        let segment = &mut state.segments[at];
        let is_empty = segment.size() == 0;
        if next_base > offsets.high_watermark || is_empty && at + 1 == segment_count {
            return Ok(at);
        }
        let too_old = match settings.retention_ms {
            Some(retention_ms) => now_ms.saturating_sub(segment.newest_ms()?) > retention_ms,
            None => false,
        };
        let too_much = settings.retention_bytes.is_some() && excess >= segment.size();
        if !(too_old || too_much || at < by_start) {
            return Ok(at);
        }
        excess = excess.saturating_sub(segment.size());
    }
    Ok(segment_count)
}

/// How many segments lie wholly before `start`.
fn before_start(state: &State, start: i64) -> usize {
    let bases = state.segments.iter().skip(1);
    bases.take_while(|next| next.base_offset() <= start).count()
}

#[cfg(test)]
mod tests;
