//! What the reader computes from what the threads recorded: the only place that knows time.

pub(crate) mod distribution;
pub(crate) mod rates;
pub(crate) mod windows;

/// Seconds between two readings of a clock in nanoseconds; none where it did not advance.
pub(crate) fn seconds_between(earlier_ns: u64, later_ns: u64) -> f64 {
    later_ns.saturating_sub(earlier_ns) as f64 * 1e-9
}
