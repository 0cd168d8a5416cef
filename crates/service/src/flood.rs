//! A guard for log lines that strangers can cause: the first is logged, then one per interval
//! with the number that was left out.
//!
//! One guard per cause, made where the cause is logged. It never keys by address or name, which
//! a stranger chooses, so it needs no memory.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The state of one cause.
#[derive(Debug)]
pub struct Flood {
    interval_ms: i64,
    next_ms: AtomicI64,
    suppressed: AtomicU64,
}

impl Flood {
    /// At most one line per `interval`.
    pub const fn new(interval: Duration) -> Self {
        Self {
            interval_ms: interval.as_millis() as i64,
            next_ms: AtomicI64::new(i64::MIN),
            suppressed: AtomicU64::new(0),
        }
    }

    /// One per minute: what the broker's listeners use.
    pub const fn minutely() -> Self {
        Self::new(Duration::from_secs(60))
    }

    /// Counts one occurrence. `Some(n)`: log it, and say that `n` others since the last line were
    /// not logged. `None`: stay silent.
    pub fn admit(&self, now_ms: i64) -> Option<u64> {
        if self.pass(now_ms) {
            return Some(self.suppressed.swap(0, Ordering::Relaxed));
        }
        self.suppressed.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// For a periodic caller: the number of occurrences nobody has read about yet, when there are
    /// some and the interval is over. So the end of a flood is reported without waiting for the next.
    pub fn drain(&self, now_ms: i64) -> Option<u64> {
        let waiting = self.suppressed.load(Ordering::Relaxed) > 0;
        (waiting && self.pass(now_ms)).then(|| self.suppressed.swap(0, Ordering::Relaxed))
    }

    fn pass(&self, now_ms: i64) -> bool {
        let next_ms = self.next_ms.load(Ordering::Relaxed);
        // A wall clock set back must not silence the cause for longer than one interval.
        let due = now_ms >= next_ms || now_ms < next_ms.saturating_sub(self.interval_ms);
        let then = now_ms.saturating_add(self.interval_ms);
        due && self
            .next_ms
            .compare_exchange(next_ms, then, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Flood;
    use std::time::Duration;

    #[test]
    fn first_is_logged_then_one_per_interval_with_a_count() {
        let flood = Flood::new(Duration::from_secs(1));
        let cases = [
            (5_000, Some(0)),
            (5_000, None),
            (5_999, None),
            (6_000, Some(2)),
            (6_001, None),
            // The clock goes back by more than an interval.
            (1_000, Some(1)),
            (1_001, None),
        ];
        for (now_ms, expected) in cases {
            assert_eq!(flood.admit(now_ms), expected, "at {now_ms}");
        }
        assert_eq!(flood.drain(1_500), None);
        assert_eq!(flood.drain(2_000), Some(1));
        assert_eq!(flood.drain(9_000), None, "nothing was left out since");
    }
}
