//! When replay gives a sink up: nobody watches it for hours, and its letters stay where they are. Pure: time comes in.

use std::time::Duration;

use crate::delivery::retry::is_slow;
use crate::sink::TroubleClass;

/// Attempts in a row where somebody has to act: what was made a moment ago may not be known everywhere yet.
const SLOW_ATTEMPTS_MAX: u32 = 3;

/// How long a sink has taken nothing.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    silence_max: Duration,
    since: Option<Duration>,
    slow_attempts: u32,
}

impl Patience {
    /// So much of it, where waiting may help.
    pub const fn new(silence_max: Duration) -> Self {
        Self {
            silence_max,
            since: None,
            slow_attempts: 0,
        }
    }

    /// The sink took something.
    pub fn taken(&mut self) {
        *self = Self::new(self.silence_max);
    }

    /// The sink did not, at `now`, counted from any moment. Whether that is enough.
    pub fn failed(&mut self, class: TroubleClass, now: Duration) -> bool {
        let since = *self.since.get_or_insert(now);
        self.slow_attempts = match is_slow(class) {
            true => self.slow_attempts + 1,
            false => 0,
        };
        self.slow_attempts >= SLOW_ATTEMPTS_MAX || now.saturating_sub(since) >= self.silence_max
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Patience;
    use crate::sink::TroubleClass::{Missing, Service, Throttled};

    #[test]
    fn what_nobody_mends_is_given_up_soon_and_the_rest_in_time() {
        let (missing, service, throttled) = (Some(Missing), Some(Service), Some(Throttled));
        let taken = None;
        for (attempts, expected) in [
            (vec![(0, missing), (1, missing)], None),
            (vec![(0, missing), (1, missing), (3, missing)], Some(2)),
            (
                vec![(0, missing), (1, missing), (2, taken), (3, missing)],
                None,
            ),
            (
                vec![(0, missing), (1, service), (2, missing), (3, missing)],
                None,
            ),
            (vec![(5, service), (64, throttled)], None),
            (vec![(5, service), (65, throttled)], Some(1)),
            (vec![(5, service), (60, taken), (65, service)], None),
        ] {
            let mut patience = Patience::new(Duration::from_secs(60));
            let enough = attempts.iter().position(|(now, class)| match class {
                Some(class) => patience.failed(*class, Duration::from_secs(*now)),
                None => {
                    patience.taken();
                    false
                }
            });
            assert_eq!(enough, expected, "{attempts:?}");
        }
    }
}
