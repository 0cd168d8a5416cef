//! What is told of trouble: health, while nothing is sent for long; a line, when data are lost, and each hour
//! how many since.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use service::Clock;
use service::admin::Health;

/// The component of health.
pub(crate) const COMPONENT: &str = "cloudwatch";
/// Intervals without anything sent, after which it is no hiccup.
const INTERVALS: u32 = 3;
/// Between two lines about lost data.
const REMINDER: Duration = Duration::from_secs(3600);

/// Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Trouble(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    health: Health,
    clock: Clock,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Since when everything fails, and why it did last.
    failing: Option<(Duration, String)>,
    losses: Losses,
}

/// Lost data that nobody was told of, and when somebody was.
#[derive(Debug, Default)]
struct Losses {
    untold: usize,
    in_all: usize,
    told_at: Option<Duration>,
}

impl Trouble {
    pub(crate) fn new(health: Health, clock: Clock, interval: Duration) -> Self {
        health.ok(COMPONENT);
        Self(Arc::new(Shared {
            health,
            clock,
            patience: interval * INTERVALS,
            state: Mutex::default(),
        }))
    }

    /// CloudWatch took something.
    pub(crate) fn sent(&self) {
        self.lock().failing = None;
        self.0.health.ok(COMPONENT);
    }

    /// CloudWatch took nothing of a request.
    pub(crate) fn failed(&self, why: &str) {
        let now = self.0.clock.monotonic();
        let mut state = self.lock();
        let since = state.failing.as_ref().map_or(now, |(since, _)| *since);
        state.failing = Some((since, why.to_owned()));
        drop(state);
        if now.saturating_sub(since) >= self.0.patience {
            let reason = format!("nothing was sent for {INTERVALS} intervals or more: {why}");
            self.0.health.failed(COMPONENT, reason);
        }
    }

    /// So many data are lost.
    pub(crate) fn dropped(&self, count: usize) {
        let now = self.0.clock.monotonic();
        let mut state = self.lock();
        let Some(untold) = state.losses.add(count, now) else {
            return;
        };
        let in_all = state.losses.in_all;
        let why = state.failing.as_ref().map(|(_, why)| why.clone());
        drop(state);
        let why = why.unwrap_or_else(|| "more is collected than CloudWatch takes".to_owned());
        tracing::warn!(
            count = untold,
            in_all,
            why,
            "metric data are dropped: the queue is full"
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Losses {
    /// How many to tell of, when it is time.
    fn add(&mut self, count: usize, now: Duration) -> Option<usize> {
        self.untold += count;
        self.in_all += count;
        let told_at = self.told_at;
        let is_due = told_at.is_none_or(|at| now.saturating_sub(at) >= REMINDER);
        if self.untold == 0 || !is_due {
            return None;
        }
        self.told_at = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPONENT, Losses, Trouble};
    use service::Clock;
    use service::admin::Health;
    use std::time::Duration;

    #[test]
    fn losses_are_told_at_once_and_then_each_hour() {
        let mut losses = Losses::default();
        for (seconds, count, expected) in [
            (5, 0, None),
            (10, 20, Some(20)),
            (70, 20, None),
            (3609, 1, None),
            (3610, 9, Some(30)),
            (3611, 1, None),
            (9000, 0, Some(1)),
            (99_000, 0, None),
        ] {
            let told = losses.add(count, Duration::from_secs(seconds));
            assert_eq!(told, expected, "{seconds}");
        }
        assert_eq!(losses.in_all, 51);
    }

    #[test]
    fn health_fails_after_some_intervals_until_something_is_sent() {
        let health = Health::default();
        let patient = Trouble::new(health.clone(), Clock::real(), Duration::from_secs(3600));
        patient.failed("no credentials");
        patient.failed("no credentials");
        assert!(health.works(COMPONENT), "one hiccup is none");
        let impatient = Trouble::new(health.clone(), Clock::real(), Duration::ZERO);
        impatient.failed("no credentials");
        assert!(!health.works(COMPONENT));
        let report = format!("{:?}", health.report());
        assert!(report.contains("no credentials"), "{report}");
        impatient.sent();
        assert!(health.works(COMPONENT));
    }
}
