//! The bytes that a sink may hold: each has its share of the whole, so that one that is stuck takes nothing from
//! the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The share of one sink, and what is used of it.
#[derive(Debug)]
pub struct Budget {
    share: AtomicUsize,
    used: AtomicUsize,
}

/// Bytes that are held; given back when it is dropped.
#[derive(Debug)]
pub struct Charge {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    /// With nothing used.
    pub fn new(share: usize) -> Arc<Self> {
        Arc::new(Self {
            share: AtomicUsize::new(share),
            used: AtomicUsize::new(0),
        })
    }

    /// How much there is in all.
    pub fn share(&self) -> usize {
        self.share.load(Ordering::Relaxed)
    }

    /// Another share: there are more sinks now, or fewer.
    pub fn set_share(&self, share: usize) {
        self.share.store(share, Ordering::Relaxed);
    }

    /// How much is held.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// Whether nothing more should be read.
    pub fn is_exhausted(&self) -> bool {
        self.used() >= self.share()
    }

    /// Nothing, to be resized.
    pub fn charge(self: &Arc<Self>) -> Charge {
        Charge {
            budget: Arc::clone(self),
            bytes: 0,
        }
    }
}

impl Charge {
    /// Holds so much from now on. More than the share is granted: what was read has to be somewhere.
    pub fn resize(&mut self, bytes: usize) {
        if bytes >= self.bytes {
            let more = bytes - self.bytes;
            self.budget.used.fetch_add(more, Ordering::AcqRel);
        } else {
            let less = self.bytes - bytes;
            self.budget.used.fetch_sub(less, Ordering::AcqRel);
        }
        self.bytes = bytes;
    }

    /// How much it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Another charge against the same budget.
    pub fn another(&self, bytes: usize) -> Self {
        let mut other = self.budget.charge();
        other.resize(bytes);
        other
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_dropped_is_given_back() {
        let budget = Budget::new(100);
        let mut charge = budget.charge();
        charge.resize(60);
        let other = charge.another(50);
        assert_eq!((budget.used(), budget.is_exhausted()), (110, true));
        charge.resize(10);
        assert_eq!((budget.used(), budget.is_exhausted()), (60, false));
        budget.set_share(60);
        assert!(budget.is_exhausted());
        drop((charge, other));
        assert_eq!(budget.used(), 0);
    }
}
