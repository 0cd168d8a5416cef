//! Flushing many logs: one sync of the file system in the place of several per log.

use crate::disk::{Disk, Durable};
use crate::flush::{Flush, FlushError};
use crate::log::Log;

/// From so many unflushed logs on one sync of the whole file system is cheaper than one or more
/// per log, though it may write what others left in the page cache.
const SYNC_ALL_MIN: usize = 64;
/// A log that took nothing for so long is flushed. The kernel has written its pages by then (after
/// 30 s by default), so that this costs next to nothing.
const QUIET_MS: i64 = 60_000;

/// A log, and what became of its flush.
pub(crate) type Flushed<'a> = (&'a Log, Result<(), FlushError>);

impl Disk {
    /// Flushes the logs that hold something unflushed and took nothing for a minute, so that a
    /// start after a crash reads busy logs only. Gives the first failure; the others go on. Blocks.
    pub fn flush_quiet(&self, logs: &[Log], now_ms: i64) -> Result<(), FlushError> {
        let quiet = logs.iter().filter(|log| log.quiet(now_ms)).collect();
        let mut flushed = self.flush_many(quiet, now_ms).into_iter();
        flushed.try_for_each(|(_, flushed)| flushed)
    }

    pub(crate) fn flush_many<'a>(&self, logs: Vec<&'a Log>, now_ms: i64) -> Vec<Flushed<'a>> {
        let few = logs.len() < SYNC_ALL_MIN;
        if few {
            let flush = |log: &'a Log| (log, log.flush(now_ms));
            return logs.into_iter().map(flush).collect();
        }
        let mut flushed = Vec::with_capacity(logs.len());
        let mut pending = Vec::new();
        for log in logs {
            // Held to the end: a commit must not take for synced what is only about to be. One
            // thread takes them, in one order, and everybody else holds one at most.
            let guard = log.0.flushing.lock().unwrap_or_else(|e| e.into_inner());
            match log.prepare_flush(now_ms) {
                Ok(Some(flush)) => {
                    let written = log.write_snapshot(&flush, Durable::No);
                    pending.push((log, flush, written, guard));
                }
                Ok(None) => flushed.push((log, Ok(()))),
                Err(error) => flushed.push((log, Err(error))),
            }
        }
        // An error may be of another's file: each log then finds out for itself.
        let synced = pending.is_empty() || self.sync_all().is_ok();
        for (log, flush, written, _guard) in pending {
            let result = match synced {
                true => log.finish_flush(flush, written),
                false => sync_alone(log, flush),
            };
            flushed.push((log, result));
        }
        flushed
    }
}

fn sync_alone(log: &Log, flush: Flush) -> Result<(), FlushError> {
    log.sync(&flush.plan)?;
    let written = log.write_snapshot(&flush, Durable::Yes);
    log.finish_flush(flush, written)
}

impl Log {
    fn quiet(&self, now_ms: i64) -> bool {
        let state = self.lock();
        state.recovery_point < self.0.offsets.load().end
            && now_ms.saturating_sub(state.last_append_ms) >= QUIET_MS
    }
}
