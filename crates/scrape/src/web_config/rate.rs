//! A token bucket over all requests: one more each `interval`, at most `burst` at once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use service::Clock;
use service::flags::parse_duration;

use super::file::RateLimit;
use super::{WebConfigError, refused};

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    interval: Duration,
    burst: u32,
}

/// What of it is left.
#[derive(Debug)]
pub(crate) struct Limiter {
    rate: Rate,
    clock: Clock,
    /// When the bucket would have been full: the later, the emptier it is.
    full_at: Mutex<Duration>,
}

impl Rate {
    /// `None` where an interval of 0 switches it off.
    pub(super) fn new(given: RateLimit) -> Result<Option<Self>, WebConfigError> {
        let text = given.interval.unwrap_or_default();
        let interval = match text.as_str() {
            "" => Duration::ZERO,
            text => parse_duration(text)
                .map_err(|error| refused("rate_limit.interval", format!("{text:?} {error}")))?,
        };
        if interval.is_zero() {
            return Ok(None);
        }
        match given.burst {
            Some(burst @ 1..) => Ok(Some(Self { interval, burst })),
            _ => Err(refused(
                "rate_limit.burst",
                "must be 1 or more: nothing would be answered",
            )),
        }
    }
}

impl Limiter {
    pub(crate) fn new(rate: Rate, clock: Clock) -> Self {
        let full_at = Mutex::new(clock.monotonic());
        Self {
            rate,
            clock,
            full_at,
        }
    }

    /// Takes one; `false` when there is none.
    pub(crate) fn take(&self) -> bool {
        let Rate { interval, burst } = self.rate;
        let now = self.clock.monotonic();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let after = (*full_at).max(now) + interval;
        let is_left = after.saturating_sub(now) <= interval.saturating_mul(burst);
        if is_left {
            *full_at = after;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::{Limiter, Rate};
    use service::Clock;
    use std::time::Duration;

    #[test]
    fn a_burst_is_followed_by_one_an_interval() {
        let (clock, hands) = Clock::manual(0);
        let interval = Duration::from_secs(1);
        let limiter = Limiter::new(Rate { interval, burst: 3 }, clock);
        let taken = |limiter: &Limiter| (0..10).filter(|_| limiter.take()).count();
        assert_eq!(taken(&limiter), 3);
        hands.advance(interval);
        assert_eq!(taken(&limiter), 1);
        hands.advance(interval * 2);
        assert_eq!(taken(&limiter), 2);
        hands.advance(interval * 100);
        assert_eq!(taken(&limiter), 3);
    }
}
