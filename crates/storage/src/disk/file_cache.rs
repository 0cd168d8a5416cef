//! Open file handles, bounded: the least recently used one goes when another is opened.
//!
//! "Used" is one bit per file (the clock algorithm), so that the hot path takes no shared lock.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The place of one file's handle, empty while the file is closed.
#[derive(Debug, Default)]
pub(super) struct Slot {
    handle: Mutex<Option<Arc<File>>>,
    used: AtomicBool,
    queued: AtomicBool,
}

impl Slot {
    /// The handle if the file is open; counts as a use.
    pub(super) fn handle(&self) -> Option<Arc<File>> {
        let handle = self.lock().clone();
        if handle.is_some() && !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        handle
    }

    /// Closes the file once nobody reads or writes it any more.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<File>>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At most `open_max` slots hold a handle.
#[derive(Debug)]
pub(super) struct FileCache {
    open_max: usize,
    clock: Mutex<VecDeque<Weak<Slot>>>,
}

impl FileCache {
    pub(super) fn new(open_max: usize) -> Self {
        Self {
            open_max: open_max.max(1),
            clock: Mutex::default(),
        }
    }

    /// Puts a fresh handle into its slot and closes others where there are too many. Where two
    /// threads opened one file, the first handle stays.
    pub(super) fn admit(&self, slot: &Arc<Slot>, file: File) -> Arc<File> {
        let handle = slot.lock().get_or_insert_with(|| Arc::new(file)).clone();
        slot.used.store(true, Ordering::Relaxed);
        if !slot.queued.swap(true, Ordering::AcqRel) {
            // Never two slot locks at once, nor a slot's inside the clock's.
            for victim in self.enqueue(slot) {
                victim.close();
            }
        }
        handle
    }

    /// How many handles may be open now; closed files are counted until the clock passes them.
    pub(super) fn open_count(&self) -> usize {
        self.lock().len()
    }

    fn enqueue(&self, slot: &Arc<Slot>) -> Vec<Arc<Slot>> {
        let mut clock = self.lock();
        clock.push_back(Arc::downgrade(slot));
        let mut victims = Vec::new();
        // Two rounds at most: the first takes every bit away.
        let mut steps = clock.len() * 2;
        while clock.len() > self.open_max && steps > 0 {
            steps -= 1;
            let Some(front) = clock.pop_front() else {
                break;
            };
            let Some(candidate) = front.upgrade() else {
                continue;
            };
            if candidate.used.swap(false, Ordering::Relaxed) && steps > 0 {
                clock.push_back(front);
            } else {
                candidate.queued.store(false, Ordering::Release);
                victims.push(candidate);
            }
        }
        victims
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Weak<Slot>>> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
