//! Time for the tooling: how long something took, and polling with a deadline. Nothing here is part of the product, which takes its time from `service::Clock`.

use std::time::{Duration, Instant};

/// Started once, read often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    started: Instant,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "tooling measures real time and has no clock to be given"
    )]
    pub(crate) fn start() -> Stopwatch {
        Stopwatch {
            started: Instant::now(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

/// Calls `ready` every `every` until it gives a value; `None` when `limit` has passed.
#[expect(
    clippy::disallowed_methods,
    reason = "a poll with a deadline, not a sleep to be right"
)]
pub(crate) fn poll<T>(
    limit: Duration,
    every: Duration,
    mut ready: impl FnMut() -> Option<T>,
) -> Option<T> {
    let watch = Stopwatch::start();
    loop {
        if let Some(value) = ready() {
            return Some(value);
        }
        if watch.elapsed() >= limit {
            return None;
        }
        std::thread::sleep(every);
    }
}
