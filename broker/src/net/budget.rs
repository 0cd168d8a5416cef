//! Memory that requests may hold, counted in bytes: one budget for the whole broker.
//!
//! A charge is taken for what has been received, decoded or read for an answer, never for what a
//! peer claims, and gives itself back when dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use mbean::Counter;
use service::Clock;
use tokio::sync::Notify;

/// A bounded amount of memory.
#[derive(Debug)]
pub struct MemoryBudget {
    clock: Clock,
    limit_bytes: usize,
    used_bytes: AtomicUsize,
    released: Notify,
    /// When the budget was spent last.
    spent_ns: AtomicU64,
    /// Nanoseconds in which it was.
    depleted: Counter,
}

/// A part of a [`MemoryBudget`] that is in use.
#[derive(Debug)]
pub struct Charge {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl MemoryBudget {
    /// A budget of so many bytes.
    pub fn new(limit_bytes: usize, clock: &Clock) -> Arc<Self> {
        Arc::new(Self {
            clock: clock.clone(),
            limit_bytes,
            used_bytes: AtomicUsize::new(0),
            released: Notify::new(),
            spent_ns: AtomicU64::new(0),
            depleted: Counter::default(),
        })
    }

    /// Nanoseconds in which the budget was spent.
    pub fn depleted(&self) -> &Counter {
        &self.depleted
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
        self.take(bytes);
        Charge {
            budget: Arc::clone(self),
            bytes,
        }
    }

    fn take(&self, bytes: usize) {
        let before = self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        if before < self.limit_bytes && before + bytes >= self.limit_bytes {
            let now_ns = self.clock.monotonic_nanos();
            self.spent_ns.store(now_ns, Ordering::Relaxed);
        }
    }

    /// Gives how much was used before.
    fn give_back(&self, bytes: usize) -> usize {
        let before = self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
        if before >= self.limit_bytes && before - bytes < self.limit_bytes {
            let spent_ns = self.spent_ns.load(Ordering::Relaxed);
            let now_ns = self.clock.monotonic_nanos();
            self.depleted.add(now_ns.saturating_sub(spent_ns));
        }
        before
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
        if bytes >= self.bytes {
            self.budget.take(bytes - self.bytes);
        } else {
            self.budget.give_back(self.bytes - bytes);
            self.budget.released.notify_waiters();
        }
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let before = self.budget.give_back(self.bytes);
            if before >= self.budget.limit_bytes {
                self.budget.released.notify_waiters();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use service::Clock;

    use super::MemoryBudget;

    #[test]
    fn a_charge_gives_itself_back() {
        let (clock, hands) = Clock::manual(0);
        let budget = MemoryBudget::new(100, &clock);
        let mut charge = budget.charge(60);
        charge.resize(120);
        assert!(budget.is_exhausted() && !budget.is_overdrawn());
        hands.advance(Duration::from_nanos(30));
        charge.resize(200);
        assert!(budget.is_overdrawn());
        charge.resize(10);
        assert_eq!(budget.used_bytes(), 10);
        assert_eq!(budget.depleted().count(), 30);
        drop(charge);
        assert_eq!(budget.used_bytes(), 0);
    }
}
