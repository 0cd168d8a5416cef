//! What wakes the reader of a delivery: files that changed, bytes that were given back, low-water marks that
//! moved, the end. It sleeps until then: nobody looks whether there is something.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::position::FileKey;

/// Wakes one thread.
#[derive(Debug, Default)]
pub struct Wake {
    woken: Mutex<Woken>,
    condvar: Condvar,
}

/// What happened since the thread looked last.
#[derive(Debug, Default)]
pub struct Woken {
    /// Files that grew, ended or are new.
    pub changed: HashSet<FileKey>,
    /// Nothing is to be read any more.
    pub is_stopping: bool,
    is_anything: bool,
}

impl Wake {
    /// These files changed.
    pub fn changed(&self, keys: &[FileKey]) {
        let mut woken = self.lock();
        woken.changed.extend(keys);
        self.notify(woken);
    }

    /// Bytes were given back, or marks moved.
    pub fn freed(&self) {
        self.notify(self.lock());
    }

    /// Nothing is to be read any more. Stays so.
    pub fn stop(&self) {
        let mut woken = self.lock();
        woken.is_stopping = true;
        self.notify(woken);
    }

    /// What happened, without waiting.
    pub fn take(&self) -> Woken {
        taken(self.lock())
    }

    /// Waits until something happened, or for so long; without a limit where there is none.
    pub fn wait(&self, at_most: Option<Duration>) -> Woken {
        let woken = self.lock();
        let still = |woken: &mut Woken| !woken.is_anything;
        let woken = match at_most {
            None => self.condvar.wait_while(woken, still),
            Some(at_most) => {
                let waited = self.condvar.wait_timeout_while(woken, at_most, still);
                let waited = waited.map(|(woken, _)| woken);
                waited.map_err(|poisoned| PoisonError::new(poisoned.into_inner().0))
            }
        };
        taken(woken.unwrap_or_else(PoisonError::into_inner))
    }

    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(&self, mut woken: MutexGuard<'_, Woken>) {
        woken.is_anything = true;
        drop(woken);
        self.condvar.notify_one();
    }
}

fn taken(mut woken: MutexGuard<'_, Woken>) -> Woken {
    let is_stopping = woken.is_stopping;
    let taken = std::mem::take(&mut *woken);
    woken.is_stopping = is_stopping;
    taken
}
