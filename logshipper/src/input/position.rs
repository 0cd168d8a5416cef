//! How far one sink is with one file: what it has read, what was delivered, and the bytes just before.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many bytes before the offset are read again with each read, to notice that they changed.
pub(super) const OVERLAP_BYTES: usize = 64;

/// The bytes just before an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) offset: u64,
    length: usize,
    bytes: [u8; OVERLAP_BYTES],
}

/// How far one sink is with one file.
#[derive(Debug)]
pub(super) struct Position {
    attached: AtomicBool,
    acked: AtomicU64,
    tail: Mutex<Tail>,
    /// Whether the reader met the broken end of a compressed file.
    is_broken: AtomicBool,
}

impl Tail {
    /// Of an offset before which nothing was read.
    pub(super) fn blank(offset: u64) -> Self {
        Self {
            offset,
            length: 0,
            bytes: [0; OVERLAP_BYTES],
        }
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Where they begin.
    pub(super) fn start(&self) -> u64 {
        self.offset.saturating_sub(self.length as u64)
    }

    /// After these bytes as well.
    pub(super) fn extended(&self, bytes: &[u8]) -> Self {
        let mut next = Self::blank(self.offset.saturating_add(bytes.len() as u64));
        let old = self.bytes();
        let kept = OVERLAP_BYTES.saturating_sub(bytes.len()).min(old.len());
        let old = old.get(old.len() - kept..).unwrap_or_default();
        let new = bytes
            .get(bytes.len().saturating_sub(OVERLAP_BYTES)..)
            .unwrap_or_default();
        for (to, from) in next.bytes.iter_mut().zip(old.iter().chain(new)) {
            *to = *from;
        }
        next.length = kept + new.len();
        next
    }
}

impl Default for Position {
    fn default() -> Self {
        Self {
            attached: AtomicBool::new(false),
            acked: AtomicU64::new(0),
            tail: Mutex::new(Tail::blank(0)),
            is_broken: AtomicBool::new(false),
        }
    }
}

impl Position {
    /// A reader begins here.
    pub(super) fn attach(&self, tail: Tail) {
        self.acked.store(tail.offset, Ordering::Release);
        self.moved(tail);
        self.attached.store(true, Ordering::Release);
    }

    /// Everything before was delivered.
    pub(super) fn acknowledge(&self, offset: u64) {
        self.acked.fetch_max(offset, Ordering::AcqRel);
    }

    /// The reader is here now.
    pub(super) fn moved(&self, tail: Tail) {
        *self.tail.lock().unwrap_or_else(PoisonError::into_inner) = tail;
    }

    /// The reader met the broken end of a compressed file.
    pub(super) fn broke(&self) {
        self.is_broken.store(true, Ordering::Release);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Up to where everything was delivered; `None` before a reader began.
    pub(super) fn acked(&self) -> Option<u64> {
        self.attached
            .load(Ordering::Acquire)
            .then(|| self.acked.load(Ordering::Acquire))
    }

    /// Where the reader is; `None` before it began.
    pub(super) fn tail(&self) -> Option<Tail> {
        self.attached
            .load(Ordering::Acquire)
            .then(|| *self.tail.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
