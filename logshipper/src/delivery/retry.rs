//! When to try again: full jitter on a pause that doubles, without a limit of attempts, because the file keeps
//! what is not delivered. Pure: chance and time come in.

use std::time::Duration;

use crate::sink::{Trouble, TroubleClass};

/// The first pause.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause: what AWS's own clients wait at most, give or take.
const LONGEST: Duration = Duration::from_secs(30);
/// The first pause where somebody has to act.
const FIRST_SLOW: Duration = Duration::from_secs(1);
/// The longest pause where somebody has to act: soon enough after they did.
const LONGEST_SLOW: Duration = Duration::from_secs(60);
/// A sink that asks for more than this is asked again all the same.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);
/// Beyond, doubling changes nothing.
const DOUBLINGS_MAX: u32 = 16;

/// How often something failed in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    /// Those where somebody has to act, which have pauses of their own.
    slow_failures: u32,
}

impl Backoff {
    /// It failed: how long to wait. `chance` is evenly distributed in 0..1.
    pub fn failed(&mut self, trouble: &Trouble, chance: f64) -> Duration {
        let is_slow = is_slow(trouble.class);
        let failures = match is_slow {
            false => &mut self.failures,
            true => &mut self.slow_failures,
        };
        let doublings = (*failures).min(DOUBLINGS_MAX);
        *failures = failures.saturating_add(1);
        let chance = chance.clamp(0.0, 1.0);
        let pause = match is_slow {
            false => doubled(FIRST, doublings, LONGEST).mul_f64(chance),
            // Who waits for a person need not be hurried by luck: at least half of it.
            true => doubled(FIRST_SLOW, doublings, LONGEST_SLOW).mul_f64(0.5 + chance / 2.0),
        };
        let asked = trouble.retry_after.unwrap_or_default();
        pause.max(asked.min(RETRY_AFTER_MAX))
    }

    /// It succeeded.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }
}

/// Whether somebody has to act before it can succeed.
pub fn is_slow(class: TroubleClass) -> bool {
    match class {
        TroubleClass::Credentials | TroubleClass::Missing | TroubleClass::Disk => true,
        TroubleClass::Throttled
        | TroubleClass::Service
        | TroubleClass::Unanswered
        | TroubleClass::Data => false,
    }
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1 << times).min(longest)
}

#[cfg(test)]
mod tests;
