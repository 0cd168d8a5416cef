//! How many files may be kept open: the machine has thousands of attributes, a process only so many
//! descriptors. Files beyond are opened each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below the usual limit of 1,024 with room for connections.
const KEPT_DEFAULT: usize = 512;

/// The attributes of a machine with a thousand processors.
const KEPT_MAX: usize = 16_384;

/// Places for files that are kept open.
#[derive(Debug)]
pub struct Descriptors(AtomicUsize);

/// One place, given back when dropped.
#[derive(Debug)]
pub struct Place(Arc<Descriptors>);

impl Default for Descriptors {
    fn default() -> Self {
        Self::new(KEPT_DEFAULT)
    }
}

impl Descriptors {
    /// So many places.
    pub const fn new(count: usize) -> Self {
        Self(AtomicUsize::new(count))
    }

    /// Half of what the process can have (`start` raises its limit), as scrapes and pushes need some,
    /// too.
    pub fn half_of_limit() -> Self {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let half = limit.maximum.unwrap_or(u64::MAX) / 2;
        let half = usize::try_from(half).unwrap_or(usize::MAX);
        Self::new(half.min(KEPT_MAX))
    }

    /// A place, where there is one.
    pub(super) fn take(self: &Arc<Self>) -> Option<Place> {
        let one_less = |left: usize| left.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .ok()
            .map(|_| Place(Arc::clone(self)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}
