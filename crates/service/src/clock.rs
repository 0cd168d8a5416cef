//! The only place that reads a clock; everything else is handed a [`Clock`] or a time.
//!
//! It does not sleep and sets no timers: those belong to the runtime.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A source of wall-clock and monotonic time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

/// The hands of a manual clock; every [`Clock`] made from it follows.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Hands>);

#[derive(Clone, Debug)]
enum Source {
    Manual(Arc<Hands>),
    Real,
}

#[derive(Debug)]
struct Hands {
    wall_ms: AtomicI64,
    monotonic_nanos: AtomicU64,
}

static ORIGIN: OnceLock<Instant> = OnceLock::new();

impl Clock {
    /// The machine's clocks.
    pub fn real() -> Self {
        Self(Source::Real)
    }

    /// A clock that stands at `now_ms` until its hands are moved.
    pub fn manual(now_ms: i64) -> (Self, ManualClock) {
        let hands = Arc::new(Hands {
            wall_ms: AtomicI64::new(now_ms),
            monotonic_nanos: AtomicU64::new(0),
        });
        (Self(Source::Manual(Arc::clone(&hands))), ManualClock(hands))
    }

    /// Wall-clock time in milliseconds since 1970-01-01 UTC; it may jump.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::Manual(hands) => hands.wall_ms.load(Ordering::Relaxed),
            Source::Real => wall_ms(),
        }
    }

    /// Nanoseconds since an arbitrary moment of this process; never goes back.
    pub fn monotonic_nanos(&self) -> u64 {
        match &self.0 {
            Source::Manual(hands) => hands.monotonic_nanos.load(Ordering::Relaxed),
            Source::Real => monotonic_nanos(),
        }
    }

    /// [`Clock::monotonic_nanos`] as a duration.
    pub fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic_nanos())
    }
}

impl ManualClock {
    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.0.wall_ms.fetch_add(ms, Ordering::Relaxed);
        self.0.monotonic_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Sets the wall clock alone, as an administrator or a time server would.
    pub fn set_wall_ms(&self, now_ms: i64) {
        self.0.wall_ms.store(now_ms, Ordering::Relaxed);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the wall clock"
)]
fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the monotonic clock"
)]
fn monotonic_nanos() -> u64 {
    let origin = *ORIGIN.get_or_init(Instant::now);
    u64::try_from(Instant::now().duration_since(origin).as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
