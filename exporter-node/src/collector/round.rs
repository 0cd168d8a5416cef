//! What one collector has read and a later one of the same round needs, too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::netdev::Link;

/// Shared by the collectors; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Round(Arc<Mutex<Read>>);

#[derive(Debug, Default)]
struct Read {
    links: Option<Vec<Link>>,
    stat: String,
    has_stat: bool,
    octets: Option<(f64, f64)>,
}

impl Round {
    /// A round begins: nothing has been read.
    pub(crate) fn begin(&self) {
        let mut read = self.lock();
        read.links = None;
        read.has_stat = false;
        read.octets = None;
    }

    /// The kernel's table of interfaces.
    pub(super) fn put_links(&self, links: Vec<Link>) {
        self.lock().links = Some(links);
    }

    /// The table, if it was put since the round began.
    pub(super) fn take_links(&self) -> Option<Vec<Link>> {
        self.lock().links.take()
    }

    /// `/proc/stat`.
    pub(super) fn put_stat(&self, text: &str) {
        let mut read = self.lock();
        read.stat.clear();
        read.stat.push_str(text);
        read.has_stat = true;
    }

    /// What `tell` makes of `/proc/stat`, if it was put since the round began.
    pub(super) fn with_stat<T>(&self, tell: impl FnOnce(&str) -> T) -> Option<T> {
        let read = self.lock();
        read.has_stat.then(|| tell(&read.stat))
    }

    /// What this process's network has received and sent.
    pub(super) fn put_octets(&self, octets: (f64, f64)) {
        self.lock().octets = Some(octets);
    }

    /// The same, if it was put since the round began.
    pub(crate) fn octets(&self) -> Option<(f64, f64)> {
        self.lock().octets
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
