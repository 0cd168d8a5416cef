//! What groups go through, in the log: rebalances, members that come and go. Clients can do that as
//! often as they like and choose the names that are told, so lines are counted and cut.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use coordinator::Notice;
use service::Clock;
use tracing::{debug, info, warn};

/// Lines that all shards together log at most in [`LINES_PER`].
const LINES_MAX: u32 = 200;
const LINES_PER: Duration = Duration::from_secs(10);
/// Characters of one line: names of clients may have 32,767 each.
const CHARS_MAX: usize = 500;

/// Writes notices while there is room for them; shared by all shards.
#[derive(Debug)]
pub(super) struct Notices {
    clock: Clock,
    budget: Mutex<Budget>,
}

#[derive(Debug, Default)]
struct Budget {
    since: Duration,
    told: u32,
    untold: u64,
}

impl Notices {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            budget: Mutex::default(),
        }
    }

    /// Writes one notice, or counts it.
    pub(super) fn tell(&self, notice: &Notice) {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = budget.admit(self.clock.monotonic());
        drop(budget);
        let text: String = notice.to_string().chars().take(CHARS_MAX).collect();
        match (notice, admitted) {
            (_, None) => debug!("{text}"),
            (Notice::AppendFailed(_), Some(_)) => warn!("{text}"),
            (_, Some(0)) => info!("{text}"),
            (_, Some(untold)) => info!(untold, "{text}"),
        }
    }
}

impl Budget {
    /// Whether one more line may be written; gives how many were not since the last one.
    fn admit(&mut self, now: Duration) -> Option<u64> {
        if now.saturating_sub(self.since) >= LINES_PER {
            (self.since, self.told) = (now, 0);
        }
        if self.told < LINES_MAX {
            self.told += 1;
            Some(std::mem::take(&mut self.untold))
        } else {
            self.untold += 1;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Budget, LINES_MAX, LINES_PER};

    #[test]
    fn a_flood_of_notices_is_cut_and_counted() {
        let mut budget = Budget::default();
        let at = Duration::from_secs(100);
        for _ in 0..LINES_MAX {
            assert_eq!(budget.admit(at), Some(0));
        }
        assert_eq!(budget.admit(at), None);
        assert_eq!(budget.admit(at + LINES_PER / 2), None);
        assert_eq!(budget.admit(at + LINES_PER), Some(2));
        assert_eq!(budget.admit(at + LINES_PER), Some(0));
    }
}
