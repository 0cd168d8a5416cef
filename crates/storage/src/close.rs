//! How logs end: closed one by one or all together, or deleted.

use crate::disk::{Disk, Durable, FileError};
use crate::flush::FlushError;
use crate::log::{Health, Log};
use crate::segment::Segment;

/// From so many unflushed logs on one sync of the whole file system is cheaper than one or more
/// per log, though it may write what others left in the page cache.
const SYNC_ALL_MIN: usize = 64;

impl Log {
    /// Stops a log cleanly: all of it is durable, and the next start reads nothing of it. Blocks.
    pub fn close(&self, now_ms: i64) -> Result<(), FlushError> {
        if !self.begin_close() {
            return Ok(());
        }
        let flushed = self.flush(now_ms);
        self.end();
        if flushed.is_ok() {
            self.0.disk.log_closed();
        }
        flushed
    }

    /// Deletes a log: its name is free when this returns, its files go with
    /// `Disk::remove_deleted` after `file.delete.delay.ms`. Blocks.
    pub fn delete(&self, now_ms: i64) -> Result<(), FileError> {
        self.end();
        let delay_ms = self.settings().file_delete_delay_ms;
        let due_ms = now_ms.saturating_add(delay_ms);
        let (disk, partition) = (&self.0.disk, &self.0.partition);
        disk.delete_partition(partition, self.0.topic_id, due_ms)?;
        disk.log_closed();
        Ok(())
    }

    /// No append may slip in behind the last flush. `false`: it is closed already.
    fn begin_close(&self) -> bool {
        let mut state = self.lock();
        if state.health == Health::Open {
            state.health = Health::Closing;
        }
        state.health != Health::Closed
    }

    /// Takes no more, and holds no file open.
    fn end(&self) {
        {
            let mut state = self.lock();
            state.health = Health::Closed;
            for file in state.segments.iter().flat_map(Segment::files) {
                file.close();
            }
        }
        self.0.watchers.wake();
    }
}

impl Disk {
    /// Stops many logs cleanly, with one sync for all where they are many. A log that cannot be
    /// made durable is closed all the same, told to the log file, and recovered at the next
    /// start. Blocks.
    pub fn close_logs(&self, logs: &[Log], now_ms: i64) {
        let mut flushes = Vec::new();
        for log in logs {
            if !log.begin_close() {
                continue;
            }
            match log.unflushed_bytes() {
                0 => close_and_tell(log, now_ms),
                _ => flushes.push(log),
            }
        }
        if flushes.len() < SYNC_ALL_MIN {
            for log in flushes {
                close_and_tell(log, now_ms);
            }
            return;
        }
        let mut pending = Vec::with_capacity(flushes.len());
        for log in flushes {
            match log.prepare_flush(now_ms) {
                Ok(Some(flush)) => {
                    let written = log.write_snapshot(&flush, Durable::No);
                    pending.push((log, flush, written));
                }
                // A failed log has nothing to flush, an empty one is told as closed.
                Ok(None) | Err(_) => close_and_tell(log, now_ms),
            }
        }
        let synced = self.sync_all();
        if let Err(error) = &synced {
            tracing::error!(%error, "cannot sync; the next start recovers");
        }
        for (log, flush, written) in pending {
            let finished = match &synced {
                Ok(()) => log.finish_flush(flush, written),
                Err(_) => Err(FlushError::Unusable),
            };
            log.end();
            match finished {
                Ok(()) => self.log_closed(),
                Err(error) if synced.is_ok() => tell(log, &error),
                Err(_) => {}
            }
        }
    }
}

fn close_and_tell(log: &Log, now_ms: i64) {
    if let Err(error) = log.close(now_ms) {
        tell(log, &error);
    }
}

fn tell(log: &Log, error: &FlushError) {
    let partition = log.partition();
    tracing::error!(%partition, %error, "cannot close; the next start recovers the partition");
}

#[cfg(test)]
mod tests;
