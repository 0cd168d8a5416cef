//! How long to wait before a request is sent again. Pure.

use std::time::Duration;

/// The waits: exponential from the first to the longest, for as long as there is patience.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Policy {
    pub first: Duration,
    pub longest: Duration,
    /// From the first attempt on.
    pub patience: Duration,
}

impl Policy {
    /// A collector's restart takes seconds; what is older than minutes is worth less than what
    /// comes next.
    pub const USUAL: Self = Self {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(30),
        patience: Duration::from_secs(300),
    };

    /// The wait after so many failed attempts before this one; `random` is from 0 to 1. What the
    /// collector asks for counts, but for more than there is patience.
    pub fn wait(&self, attempt: u32, asked: Option<Duration>, random: f64) -> Duration {
        if let Some(asked) = asked {
            return asked;
        }
        let factor = 1_u32.checked_shl(attempt).unwrap_or(u32::MAX);
        let doubled = self.first.checked_mul(factor).unwrap_or(self.longest);
        // At least half of it, so that the collector has a pause in any case.
        doubled
            .min(self.longest)
            .mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests;
