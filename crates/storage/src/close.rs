//! How logs end: closed one by one or all together, or deleted.

use crate::disk::{Disk, FileError};
use crate::flush::FlushError;
use crate::log::{Health, Log};
use crate::open::owner;
use crate::segment::Segment;

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
        // A flush under way would write into what has the name afterwards.
        let _flushing = self.0.flushing.lock().unwrap_or_else(|e| e.into_inner());
        self.end();
        let delay_ms = self.settings().file_delete_delay_ms;
        let due_ms = now_ms.saturating_add(delay_ms);
        let (disk, partition) = (&self.0.disk, &self.0.partition);
        // A newer topic of that name has set this log aside already; the directory is its own.
        if owner(disk, &self.0.directory)? == Some(self.0.topic_id) {
            disk.delete_partition(partition, self.0.topic_id, due_ms)?;
        }
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
        let closing: Vec<&Log> = logs.iter().filter(|log| log.begin_close()).collect();
        for (log, flushed) in self.flush_many(closing, now_ms) {
            log.end();
            match flushed {
                Ok(()) => self.log_closed(),
                Err(error) => {
                    let partition = log.partition();
                    tracing::error!(
                        %partition, %error,
                        "cannot close the log; the next start recovers it",
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
