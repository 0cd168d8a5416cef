//! Memory that requests may hold, counted in bytes: one budget for the whole broker.
//!
//! A charge is taken for what has been received, decoded or read for an answer, never for what a
//! peer claims, and gives itself back when dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A bounded amount of memory.
#[derive(Debug)]
pub struct MemoryBudget {
    limit_bytes: usize,
    used_bytes: AtomicUsize,
    released: Notify,
}

/// A part of a [`MemoryBudget`] that is in use.
#[derive(Debug)]
pub struct Charge {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl MemoryBudget {
    /// A budget of so many bytes.
    pub fn new(limit_bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            limit_bytes,
            used_bytes: AtomicUsize::new(0),
            released: Notify::new(),
        })
    }

    /// Bytes in use now.
    pub fn used_bytes(&self) -> usize {
        self.used_bytes.load(Ordering::Relaxed)
    }

    /// Whether the budget is spent: connections stop reading until some of it comes back.
    pub fn is_exhausted(&self) -> bool {
        self.used_bytes() >= self.limit_bytes
    }

    /// Whether twice the budget is spent: what need not be served at once has to wait.
    pub fn is_overdrawn(&self) -> bool {
        self.used_bytes() / 2 >= self.limit_bytes
    }

    /// Bytes that are not in use.
    pub fn left_bytes(&self) -> usize {
        self.limit_bytes.saturating_sub(self.used_bytes())
    }

    /// Whether half of it is spent: what makes no progress has to go.
    pub fn is_under_pressure(&self) -> bool {
        self.used_bytes() >= self.limit_bytes / 2
    }

    /// Takes `bytes`, even past the limit: for memory that already exists.
    pub fn charge(self: &Arc<Self>, bytes: usize) -> Charge {
        self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        Charge {
            budget: Arc::clone(self),
            bytes,
        }
    }

    /// Waits until the budget is no longer spent.
    pub async fn available(&self) {
        while self.is_exhausted() {
            let released = self.released.notified();
            if !self.is_exhausted() {
                return;
            }
            released.await;
        }
    }
}

impl Charge {
    /// Bytes this charge holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Changes the amount, as a buffer grows or another part joins.
    pub fn resize(&mut self, bytes: usize) {
        let used = &self.budget.used_bytes;
        if bytes >= self.bytes {
            used.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            used.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
            self.budget.released.notify_waiters();
        }
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let before = self
                .budget
                .used_bytes
                .fetch_sub(self.bytes, Ordering::Relaxed);
            if before >= self.budget.limit_bytes {
                self.budget.released.notify_waiters();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryBudget;

    #[test]
    fn a_charge_gives_itself_back() {
        let budget = MemoryBudget::new(100);
        let mut charge = budget.charge(60);
        charge.resize(120);
        assert!(budget.is_exhausted() && !budget.is_overdrawn());
        charge.resize(200);
        assert!(budget.is_overdrawn());
        charge.resize(10);
        assert_eq!(budget.used_bytes(), 10);
        drop(charge);
        assert_eq!(budget.used_bytes(), 0);
    }
}
