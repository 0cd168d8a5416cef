//! What the rescanning thread waits for: a reason to look, or the time to look anyway.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// More changed paths than this, and everything is looked at.
const PATHS_MAX: usize = 1_024;

/// What is to be looked at.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    /// Paths whose content changed.
    pub(super) contents: HashSet<PathBuf>,
    /// Paths that came or went.
    pub(super) names: HashSet<PathBuf>,
    /// Everything is to be looked at.
    pub(super) all: bool,
    /// It is over.
    pub(super) stop: bool,
}

/// What the rescanning thread waits for.
#[derive(Debug, Default)]
pub(super) struct Poke {
    reasons: Mutex<Reasons>,
    arrived: Condvar,
}

impl Reasons {
    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.contents.is_empty() && self.names.is_empty() && !self.all && !self.stop
    }
}

impl Poke {
    /// Everything is to be looked at.
    pub(super) fn all(&self) {
        self.add(|reasons| !std::mem::replace(&mut reasons.all, true));
    }

    /// What is at this path changed.
    pub(super) fn content(&self, path: PathBuf) {
        self.add(|reasons| reasons.contents.insert(path));
    }

    /// There is something else at this path now, or nothing.
    pub(super) fn name(&self, path: PathBuf) {
        self.add(|reasons| reasons.names.insert(path));
    }

    /// It is over.
    pub(super) fn stop(&self) {
        self.lock().stop = true;
        self.arrived.notify_all();
    }

    /// Waits for a reason, at most this long, and takes all there are.
    pub(super) fn wait(&self, at_most: Duration) -> Reasons {
        let (mut reasons, _) = self
            .arrived
            .wait_timeout_while(self.lock(), at_most, |reasons| reasons.are_none())
            .unwrap_or_else(PoisonError::into_inner);
        let stop = reasons.stop;
        let taken = std::mem::take(&mut *reasons);
        reasons.stop = stop;
        taken
    }

    /// Lets time pass so that reasons gather, unless it is over.
    pub(super) fn gather(&self, pause: Duration) {
        let waited = self
            .arrived
            .wait_timeout_while(self.lock(), pause, |reasons| !reasons.stop);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn add(&self, add: impl FnOnce(&mut Reasons) -> bool) {
        let mut reasons = self.lock();
        if !add(&mut reasons) {
            return;
        }
        if reasons.contents.len() + reasons.names.len() > PATHS_MAX {
            reasons.contents.clear();
            reasons.names.clear();
            reasons.all = true;
        }
        drop(reasons);
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Reasons> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
