//! Waiting: polls with a deadline. Nothing sleeps to be right; a deadline that passes fails the test with what was waited for.

use std::time::{Duration, Instant};

/// How often a poll looks.
const INTERVAL: Duration = Duration::from_millis(5);

/// How long `eventually` waits: generous, because it costs nothing when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The time since some moment.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests of a real process live in real time"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long ago that was.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Polls `look` until it gives something; panics with `what` after [`PATIENCE`].
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, look).unwrap_or_else(|| panic!("not within {PATIENCE:?}: {what}"))
}

/// Polls `look` until it gives something or `limit` has passed.
#[expect(clippy::disallowed_methods, reason = "a poll with a deadline")]
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let watch = Stopwatch::start();
    loop {
        let found = look();
        if found.is_some() || watch.elapsed() >= limit {
            return found;
        }
        std::thread::sleep(INTERVAL);
    }
}
