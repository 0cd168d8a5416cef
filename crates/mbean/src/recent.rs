//! What Kafka's `Avg` and `Max` read: count, sum and largest value since the last tick.
//!
//! The largest value has to be forgotten by the reader, who may not write where a thread writes: it
//! opens a new period instead, and a thread that records in a new period starts over by itself.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::reading::windows::Windows;
use crate::scale::Scale;
use crate::slot;

/// Records values of which average and maximum are read over Kafka's windows (2 of 30 s). Clones
/// record together.
#[derive(Clone)]
pub struct Recent {
    shared: Arc<Shared>,
    scale: Scale,
}

struct Shared {
    /// The reader's side.
    windows: Mutex<Folded>,
    /// Only the reader writes it. Period 0 never is, so that a fresh stripe belongs to none.
    period: AtomicU64,
    stripes: Box<[OnceLock<Box<Stripe>>]>,
}

/// What was taken over from the stripes.
#[derive(Default)]
struct Folded {
    windows: Windows,
    count: u64,
    sum: u64,
    /// Of the period that was closed last.
    largest: Option<u64>,
}

#[repr(align(128))]
#[derive(Default)]
struct Stripe {
    count: AtomicU64,
    sum: AtomicU64,
    /// The largest value of the last odd and of the last even period.
    largest: [Largest; 2],
}

#[derive(Default)]
struct Largest {
    period: AtomicU64,
    value: AtomicU64,
}

/// Values that are recorded together.
#[derive(Clone, Copy)]
struct Batch {
    count: u64,
    sum: u64,
    largest: u64,
}

/// Since the beginning, and the largest of the period that was closed.
struct Closed {
    count: u64,
    sum: u64,
    largest: Option<u64>,
    /// A value that came into the period before when that was closed.
    late: Option<u64>,
}

impl Recent {
    /// Values that are multiplied when they are read.
    pub fn scaled(scale: Scale) -> Self {
        let stripes = (0..slot::places()).map(|_| OnceLock::new()).collect();
        let shared = Shared {
            windows: Mutex::default(),
            period: AtomicU64::new(1),
            stripes,
        };
        Self {
            shared: Arc::new(shared),
            scale,
        }
    }

    /// Records one value.
    #[inline]
    pub fn record(&self, value: u64) {
        self.record_batch(1, value, value);
    }

    /// Records `count` values at once, which add up to `sum` and of which this is the largest.
    #[inline]
    pub fn record_batch(&self, count: u64, sum: u64, largest: u64) {
        if cfg!(feature = "unrecorded") {
            return;
        }
        let period = self.shared.period.load(Ordering::Relaxed);
        let batch = Batch {
            count,
            sum,
            largest,
        };
        let own = self.shared.stripes.get(slot::own_place());
        match own.and_then(OnceLock::get) {
            Some(stripe) => stripe.record(period, batch),
            None => self.record_slowly(period, batch),
        }
    }

    /// Nothing was recorded before this moment.
    pub(crate) fn begin(&self, now_ns: u64) {
        let windows = &self.shared.windows;
        let mut folded = windows.lock().unwrap_or_else(PoisonError::into_inner);
        folded.windows.begin(now_ns);
    }

    /// Takes in what was recorded since the last call.
    pub(crate) fn fold(&self, now_ns: u64) {
        self.read(now_ns, |_| ());
    }

    pub(crate) fn average(&self, now_ns: u64) -> f64 {
        self.scale
            .of(self.read(now_ns, |windows| windows.average(now_ns)))
    }

    pub(crate) fn max(&self, now_ns: u64) -> f64 {
        self.scale
            .of(self.read(now_ns, |windows| windows.max(now_ns)))
    }

    fn read<T>(&self, now_ns: u64, answer: impl FnOnce(&mut Windows) -> T) -> T {
        let mut folded = self
            .shared
            .windows
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let closed = self.close_period(folded.largest);
        let count = closed.count.wrapping_sub(folded.count);
        let sum = closed.sum.wrapping_sub(folded.sum);
        let largest = closed.largest.max(closed.late).unwrap_or(0) as f64;
        folded.windows.record(now_ns, count, sum as f64, largest);
        folded.count = closed.count;
        folded.sum = closed.sum;
        folded.largest = closed.largest;
        answer(&mut folded.windows)
    }

    /// Opens a new period and tells what was recorded before; under the lock of the windows.
    fn close_period(&self, read_before: Option<u64>) -> Closed {
        let period = self.shared.period.load(Ordering::Relaxed);
        // A thread may have been about to record when the period before was closed.
        let late = self
            .largest(period - 1)
            .filter(|late| Some(*late) > read_before);
        self.shared.period.store(period + 1, Ordering::Relaxed);
        let mut closed = Closed {
            count: 0,
            sum: 0,
            largest: None,
            late,
        };
        for stripe in self.stripes() {
            closed.count = closed
                .count
                .wrapping_add(stripe.count.load(Ordering::Relaxed));
            closed.sum = closed.sum.wrapping_add(stripe.sum.load(Ordering::Relaxed));
        }
        closed.largest = self.largest(period);
        closed
    }

    /// The largest value of a period, of those threads that recorded nothing in the one after the
    /// next.
    fn largest(&self, period: u64) -> Option<u64> {
        self.stripes()
            .filter_map(|stripe| stripe.largest(period))
            .max()
    }

    fn stripes(&self) -> impl Iterator<Item = &Stripe> {
        let stripes = self.shared.stripes.iter();
        stripes.filter_map(OnceLock::get).map(Box::as_ref)
    }

    #[cold]
    fn record_slowly(&self, period: u64, batch: Batch) {
        let slot = slot::current();
        let stripe = |place: usize| {
            let stripe = self.shared.stripes.get(place);
            stripe.map(|stripe| stripe.get_or_init(Box::default))
        };
        if slot != slot::SHARED {
            if let Some(stripe) = stripe(slot) {
                stripe.record(period, batch);
            }
        } else if let Some(stripe) = stripe(slot::shared_place()) {
            stripe.record_shared(period, batch);
        }
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self::scaled(Scale::ONE)
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").finish_non_exhaustive()
    }
}

impl Stripe {
    /// By the only thread that writes here.
    #[inline]
    fn record(&self, period: u64, batch: Batch) {
        let largest = &self.largest[period as usize % 2];
        if largest.period.load(Ordering::Relaxed) != period {
            largest.value.store(batch.largest, Ordering::Relaxed);
            largest.period.store(period, Ordering::Release);
        } else if batch.largest > largest.value.load(Ordering::Relaxed) {
            largest.value.store(batch.largest, Ordering::Relaxed);
        }
        let sum = self.sum.load(Ordering::Relaxed).wrapping_add(batch.sum);
        self.sum.store(sum, Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed).wrapping_add(batch.count);
        self.count.store(count, Ordering::Relaxed);
    }

    /// Threads that open a period at once may lose all but one of their first values' maximum.
    fn record_shared(&self, period: u64, batch: Batch) {
        let largest = &self.largest[period as usize % 2];
        if largest.period.swap(period, Ordering::AcqRel) != period {
            largest.value.store(batch.largest, Ordering::Relaxed);
        } else {
            largest.value.fetch_max(batch.largest, Ordering::Relaxed);
        }
        self.sum.fetch_add(batch.sum, Ordering::Relaxed);
        self.count.fetch_add(batch.count, Ordering::Relaxed);
    }

    fn largest(&self, period: u64) -> Option<u64> {
        let largest = &self.largest[period as usize % 2];
        let is_current = largest.period.load(Ordering::Acquire) == period;
        is_current.then(|| largest.value.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
