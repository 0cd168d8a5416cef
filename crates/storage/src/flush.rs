//! Making a log durable: its batches alone for a commit, everything for a shorter recovery.

use crate::commit::Commit;
use crate::disk::{DiskFile, Durable, FileError, FileKind, file_name};
use crate::figures::Stopwatch;
use crate::log::{Health, Log, State};
use crate::producer_snapshot;

/// Snapshots kept: the newest, and the one before in case it cannot be read.
const SNAPSHOTS_KEPT: usize = 2;

/// Why a log was not made durable.
#[derive(Debug, thiserror::Error)]
pub enum FlushError {
    /// It failed earlier, or was closed.
    #[error("the partition failed or was closed; it is not flushed any more")]
    Unusable,
    /// An index or snapshot could not be written; batches are safe, recovery takes longer.
    #[error(transparent)]
    File(#[from] FileError),
    /// Batches could not be synced. What the device holds is unknown: the log takes no more.
    #[error("cannot sync the partition; it takes no more appends until the broker restarts")]
    Sync(#[source] FileError),
}

/// What one sync makes durable: all that was there at one moment.
pub(crate) struct Plan {
    end: i64,
    files: Vec<DiskFile>,
    directory: bool,
}

/// A flush between its moment and its end.
pub(crate) struct Flush {
    pub(crate) plan: Plan,
    indexes: Result<(), FileError>,
    snapshot: Option<Vec<u8>>,
}

impl Log {
    /// Makes batches, indexes and producers durable and moves the recovery point. Blocks.
    pub fn flush(&self, now_ms: i64) -> Result<(), FlushError> {
        let _flushing = self.0.flushing.lock().unwrap_or_else(|e| e.into_inner());
        let Some(flush) = self.prepare_flush(now_ms)? else {
            return Ok(());
        };
        self.sync(&flush.plan)?;
        let written = self.write_snapshot(&flush, Durable::Yes);
        self.finish_flush(flush, written)
    }

    /// Takes down what is to be made durable; `None` where nothing is.
    pub(crate) fn prepare_flush(&self, now_ms: i64) -> Result<Option<Flush>, FlushError> {
        let mut state = self.lock();
        if !matches!(state.health, Health::Closing | Health::Open) {
            return Err(FlushError::Unusable);
        }
        state.last_flush_ms = now_ms;
        state.rolled = false;
        let end = self.0.offsets.load().end;
        if state.recovery_point == end {
            return Ok(None);
        }
        let mut plan = self.plan(&mut state, end);
        let indexes = persist_indexes(&mut state, &mut plan);
        let changed = state.producers.take_changed();
        let snapshot = changed.then(|| producer_snapshot::encode(&state.producers));
        Ok(Some(Flush {
            plan,
            indexes,
            snapshot,
        }))
    }

    /// After all of it is durable.
    pub(crate) fn finish_flush(
        &self,
        flush: Flush,
        snapshot_written: Result<(), FileError>,
    ) -> Result<(), FlushError> {
        let end = flush.plan.end;
        let mut state = self.lock();
        if state.health == Health::Closed {
            return Err(FlushError::Unusable);
        }
        if let Err(error) = flush.indexes.and(snapshot_written) {
            if flush.snapshot.is_some() {
                state.producers.mark_changed();
            }
            // Due again at once.
            state.rolled = true;
            return Err(error.into());
        }
        if flush.snapshot.is_some() {
            self.prune_snapshots(&mut state, end);
        }
        state.durable_end = state.durable_end.max(end);
        state.recovery_point = end;
        drop(state);
        self.commit(end);
        let checkpoints = self.0.disk.checkpoints();
        checkpoints.set_recovery_point(&self.0.partition, end);
        Ok(())
    }

    /// Flushes where `flush.ms` asks for it or a segment was rolled. Blocks.
    pub fn flush_if_due(&self, now_ms: i64) -> Result<(), FlushError> {
        let flush_ms = self.settings().flush_ms;
        let due = {
            let state = self.lock();
            let unflushed = state.durable_end < self.0.offsets.load().end;
            let old = now_ms.saturating_sub(state.last_flush_ms) >= flush_ms;
            state.health == Health::Open && (state.rolled || unflushed && old)
        };
        if due { self.flush(now_ms) } else { Ok(()) }
    }

    /// Flushes what lies before a roll, on another thread, so that a start after a crash reads a
    /// segment at most. Without a runtime it is left to [`Self::flush_if_due`].
    pub(crate) fn flush_behind(&self, now_ms: i64) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let log = self.clone();
        runtime.spawn_blocking(move || match log.flush(now_ms) {
            // A failed sync was told where it happened, and a closed log needs none.
            Ok(()) | Err(FlushError::Sync(_) | FlushError::Unusable) => {}
            Err(FlushError::File(error)) => {
                tracing::warn!(partition = %log.partition(), %error, "cannot flush after a roll");
            }
        });
    }

    /// Bytes that a start after a crash would have to read, at most: the size of the segments
    /// that hold unflushed records. For deciding when to [`Self::flush`].
    pub fn unflushed_bytes(&self) -> u64 {
        let state = self.lock();
        if state.recovery_point == self.0.offsets.load().end {
            return 0;
        }
        let first = state.segment_of(state.recovery_point);
        state.segments[first..].iter().map(|s| s.size()).sum()
    }

    /// A commit that is ready once all before `offset` is on the device.
    pub(crate) fn commit_later(&self, offset: i64) -> Commit {
        let (commit, must_start) = self.0.commits.wait_for(offset);
        if must_start {
            let log = self.clone();
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || log.run_commits())),
                // A tool or a test without a runtime: the sync happens here.
                Err(_) => log.run_commits(),
            }
        }
        commit
    }

    /// Syncs until nobody waits any more.
    fn run_commits(&self) {
        loop {
            match self.sync_batches() {
                Ok(()) => {}
                Err(_) => self.0.commits.failed(),
            }
            if !self.0.commits.next_round() {
                return;
            }
        }
    }

    /// Makes batches durable and commits them.
    pub(crate) fn sync_batches(&self) -> Result<(), FlushError> {
        let _flushing = self.0.flushing.lock().unwrap_or_else(|e| e.into_inner());
        let plan = {
            let mut state = self.lock();
            if !matches!(state.health, Health::Closing | Health::Open) {
                return Err(FlushError::Unusable);
            }
            let end = self.0.offsets.load().end;
            self.plan(&mut state, end)
        };
        self.sync(&plan)
    }

    /// All before `end` is durable.
    fn commit(&self, end: i64) {
        self.raise_high_watermark(end);
        self.0.commits.committed(end);
    }

    fn plan(&self, state: &mut State, end: i64) -> Plan {
        // What lies before the durable end was synced once; behind it any segment may have
        // something, also one behind an empty active one that a recovery left.
        let first = state.segment_of(state.durable_end);
        let logs = state.segments[first..].iter_mut();
        let logs = logs.filter_map(crate::segment::Segment::take_unsynced_log);
        Plan {
            end,
            files: logs.collect(),
            directory: std::mem::take(&mut state.directory_unsynced),
        }
    }

    /// After a failed sync the kernel may call the lost pages clean, so a second try proves
    /// nothing: the log is done.
    pub(crate) fn sync(&self, plan: &Plan) -> Result<(), FlushError> {
        let stopwatch = self.0.disk.stopwatch();
        let began = stopwatch.map(Stopwatch::nanos);
        let synced = sync_all(&plan.files)
            .and_then(|()| match plan.directory {
                true => self.0.disk.sync_directory(&self.0.directory),
                false => Ok(()),
            })
            .and_then(|()| self.0.disk.sync_root());
        if let (Some(stopwatch), Some(began)) = (stopwatch, began) {
            stopwatch.flushed(stopwatch.nanos().saturating_sub(began));
        }
        let mut state = self.lock();
        match synced {
            Ok(()) => {
                state.durable_end = state.durable_end.max(plan.end);
                drop(state);
                self.commit(plan.end);
                Ok(())
            }
            Err(error) => {
                state.health = Health::Failed;
                self.0.figures.set_failed();
                drop(state);
                tracing::error!(
                    partition = %self.0.partition, %error, cause = %error.source,
                    "cannot sync; the partition takes no more appends until the broker restarts",
                );
                self.0.commits.failed();
                Err(FlushError::Sync(error))
            }
        }
    }

    pub(crate) fn write_snapshot(&self, flush: &Flush, durable: Durable) -> Result<(), FileError> {
        let Some(bytes) = &flush.snapshot else {
            return Ok(());
        };
        let name = file_name(flush.plan.end, FileKind::Snapshot);
        let path = self.0.directory.join(name);
        self.0.disk.write_file(&path, bytes, durable)
    }

    fn prune_snapshots(&self, state: &mut State, newest: i64) {
        state.snapshots.retain(|offset| *offset != newest);
        state.snapshots.push(newest);
        while state.snapshots.len() > SNAPSHOTS_KEPT {
            let old = state.snapshots.remove(0);
            let path = self.0.directory.join(file_name(old, FileKind::Snapshot));
            if let Err(error) = self.0.disk.remove_file(&path) {
                tracing::warn!(partition = %self.0.partition, %error, "cannot remove a snapshot");
            }
        }
    }
}

fn persist_indexes(state: &mut State, plan: &mut Plan) -> Result<(), FileError> {
    let first = state.segment_of(state.recovery_point);
    for segment in &mut state.segments[first..] {
        let persisted = segment.persist_indexes();
        let path = segment.index().file().path();
        persisted.map_err(|e| FileError::new("write", &path, e))?;
        plan.files.extend(segment.take_unsynced_indexes());
    }
    Ok(())
}

fn sync_all(files: &[DiskFile]) -> Result<(), FileError> {
    files.iter().try_for_each(|file| {
        file.sync()
            .map_err(|e| FileError::new("sync", &file.path(), e))
    })
}

#[cfg(test)]
mod tests;
