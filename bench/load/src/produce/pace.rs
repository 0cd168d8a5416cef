//! When each message of a producer is due.

use crate::cli::Produce;

/// One producer's share of the run. Pure: the time comes in.
pub(super) struct Schedule {
    start_ns: u64,
    end_ns: u64,
    quota: u64,
    /// Nanoseconds between two messages and before the first; `None` is as fast as possible.
    pace: Option<(f64, f64)>,
}

impl Schedule {
    /// The schedule of producer `index` of those asked for.
    pub(super) fn new(asked: &Produce, index: u64, start_ns: u64) -> Self {
        const DURATION_DEFAULT_S: f64 = 10.0;
        let producers = u64::from(asked.producers);
        let duration_s = match (asked.duration, asked.messages) {
            (None, None) => Some(DURATION_DEFAULT_S),
            (given, _) => given,
        };
        Self {
            start_ns,
            end_ns: duration_s.map_or(u64::MAX, |s| start_ns.saturating_add((s * 1e9) as u64)),
            quota: asked.messages.map_or(u64::MAX, |all| {
                all / producers + u64::from(index < all % producers)
            }),
            pace: (asked.rate > 0.0).then(|| {
                let period_ns = producers as f64 * 1e9 / asked.rate;
                (period_ns, period_ns * index as f64 / producers as f64)
            }),
        }
    }

    /// When the next message is due, `sent` having gone before it; `None` when the run is over.
    pub(super) fn next(&self, sent: u64, now_ns: u64) -> Option<u64> {
        let due_ns = match self.pace {
            Some((period_ns, stagger_ns)) => {
                self.start_ns + (stagger_ns + sent as f64 * period_ns) as u64
            }
            None => now_ns,
        };
        (sent < self.quota && due_ns < self.end_ns).then_some(due_ns)
    }
}

/// Lets this thread sleep for less than the usual 50 µs of timer slack: they matter to a pacer.
pub(crate) fn precise_sleeps() {
    // Where the kernel refuses, send_lag shows it.
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
}

#[cfg(test)]
mod tests;
