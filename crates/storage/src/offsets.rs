//! The offsets of a log that others look at, readable without its lock, and who waits for them.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Where a log stands; `start <= last_stable <= high_watermark <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogOffsets {
    /// The first offset that can be read.
    pub start: i64,
    /// The first offset that is not committed.
    pub high_watermark: i64,
    /// The first offset of an open transaction, or the high watermark.
    pub last_stable: i64,
    /// The offset that the next record gets.
    pub end: i64,
}

/// Written under the log's lock, read by anybody.
#[derive(Debug)]
pub(crate) struct AtomicOffsets {
    start: AtomicI64,
    high_watermark: AtomicI64,
    last_stable: AtomicI64,
    end: AtomicI64,
}

impl AtomicOffsets {
    pub(crate) fn new(start: i64, end: i64) -> Self {
        Self {
            start: start.into(),
            high_watermark: end.into(),
            last_stable: end.into(),
            end: end.into(),
        }
    }

    /// Loaded in rising order, so that the order holds whatever is written meanwhile.
    pub(crate) fn load(&self) -> LogOffsets {
        let start = self.start.load(Ordering::Acquire);
        let last_stable = self.last_stable.load(Ordering::Acquire);
        let high_watermark = self.high_watermark.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Acquire);
        LogOffsets {
            start,
            high_watermark,
            last_stable,
            end,
        }
    }

    pub(crate) fn set_start(&self, offset: i64) {
        self.start.store(offset, Ordering::Release);
    }

    pub(crate) fn set_end(&self, offset: i64) {
        self.end.store(offset, Ordering::Release);
    }

    /// Never goes back; `true` if it moved. Without transactions all that is committed is stable.
    pub(crate) fn raise_high_watermark(&self, offset: i64) -> bool {
        let old = self.high_watermark.fetch_max(offset, Ordering::AcqRel);
        self.last_stable.fetch_max(offset, Ordering::AcqRel);
        old < offset
    }
}

/// Those who wait for the high watermark of one log to move.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    count: AtomicUsize,
    list: Mutex<Vec<Arc<Notify>>>,
}

impl Watchers {
    pub(crate) fn add(&self, notify: &Arc<Notify>) {
        let mut list = self.lock();
        list.push(notify.clone());
        self.count.store(list.len(), Ordering::SeqCst);
    }

    pub(crate) fn remove(&self, notify: &Arc<Notify>) {
        let mut list = self.lock();
        if let Some(at) = list.iter().position(|n| Arc::ptr_eq(n, notify)) {
            list.swap_remove(at);
        }
        if list.is_empty() {
            // An idle log holds no memory for them.
            *list = Vec::new();
        }
        self.count.store(list.len(), Ordering::SeqCst);
    }

    pub(crate) fn wake(&self) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        for notify in self.lock().iter() {
            notify.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Notify>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
