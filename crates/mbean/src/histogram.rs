//! A histogram: log-linear buckets that only the calling thread writes, at most 3 % wide.
//!
//! ```text
//! slot ──► stripe: count, sum, sum of squares, min, max
//!                  octave 0 (values 0..32) ──► 32 buckets of u32, 128 bytes
//!                  octave 1 …               (an octave appears with its first value)
//!          stripe of the next histogram that is recorded together with it …
//! ```
//! A histogram that nothing was recorded in costs its slots (24 bytes each, once for all that are recorded
//! together); one whose values span ten octaves costs 2.3 kB per thread that records.

pub(crate) mod bucket;

use std::array;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::slot;
use bucket::{BUCKETS_PER_OCTAVE, OCTAVES};

/// Records values. Clones record together.
#[derive(Clone)]
pub struct Histogram {
    recorded: Arc<Recorded>,
    /// Which of those that are recorded together.
    at: usize,
}

/// Histograms that get one value each at a time: where the calling thread writes is looked up once
/// for all of them.
#[derive(Clone)]
pub struct Histograms<const N: usize>(Arc<Recorded>);

struct Recorded {
    /// One stripe per histogram, of each place.
    places: Box<[OnceLock<Box<[Stripe]>>]>,
    /// How many histograms.
    count: usize,
    /// Where values of 0 are not recorded but told from another histogram.
    zeros: Option<Zeros>,
}

/// Of each value of `of` there is one here, 0 unless it was recorded.
struct Zeros {
    of: Histogram,
    /// The most that were told: a value that is being recorded must not make them fewer.
    told: AtomicU64,
}

/// What the owner of one slot recorded, or all threads without one.
#[repr(align(128))]
struct Stripe {
    count: AtomicU64,
    sum: AtomicU64,
    /// Bits of an f64: a sum of squares does not fit an integer.
    squares: AtomicU64,
    min: AtomicU64,
    max: AtomicU64,
    octaves: [OnceLock<Box<Octave>>; OCTAVES],
}

/// A u32 may wrap: whoever reads takes differences.
#[repr(align(128))]
#[derive(Default)]
struct Octave([AtomicU32; BUCKETS_PER_OCTAVE]);

/// What all threads recorded since the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Totals {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl Totals {
    /// Largest, smallest, mean, and deviation of a sample; 0 where there was nothing.
    pub(crate) fn moments(&self) -> [f64; 4] {
        if self.count == 0 {
            return [0.0; 4];
        }
        let mean = self.sum / self.count as f64;
        let squares = (self.squares - self.sum * mean).max(0.0);
        let freedom = (self.count - 1).max(1) as f64;
        let deviation = (squares / freedom).sqrt();
        [self.max as f64, self.min as f64, mean, deviation]
    }
}

impl Histogram {
    /// Records one value.
    #[inline]
    pub fn record(&self, value: u64) {
        if cfg!(feature = "unrecorded") {
            return;
        }
        match self.recorded.own().and_then(|own| own.get(self.at)) {
            Some(stripe) => stripe.record(value),
            None => self.recorded.slowly(|stripes, record| {
                if let Some(stripe) = stripes.get(self.at) {
                    record(stripe, value);
                }
            }),
        }
    }

    /// Records one value of a histogram that was made `over` another, unless it is 0; the value of
    /// the other has to follow.
    #[inline]
    pub fn record_unless_zero(&self, value: u64) {
        if value != 0 {
            self.record(value);
        }
    }

    /// A histogram of which there is one value for each of `of`: those that are not recorded are 0.
    /// What is nearly always 0 then costs nearly nothing.
    pub fn over(of: &Self) -> Self {
        let zeros = Zeros {
            of: of.clone(),
            told: AtomicU64::new(0),
        };
        Self::alone(Some(zeros))
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.zeros() + self.counted()
    }

    fn counted(&self) -> u64 {
        let counts = self.stripes().map(|s| s.count.load(Ordering::Acquire));
        counts.fold(0, u64::wrapping_add)
    }

    /// Values of the other histogram are counted first, and follow those of this one: there are
    /// never more zeros than there were.
    fn zeros(&self) -> u64 {
        let Some(zeros) = &self.recorded.zeros else {
            return 0;
        };
        let all = zeros.of.count();
        let now = all.saturating_sub(self.counted());
        zeros.told.fetch_max(now, Ordering::Relaxed).max(now)
    }

    /// The sum of all values, modulo 2^64.
    pub fn sum(&self) -> u64 {
        let sums = self.stripes().map(|s| s.sum.load(Ordering::Relaxed));
        sums.fold(0, u64::wrapping_add)
    }

    pub(crate) fn totals(&self) -> Totals {
        let zeros = self.zeros();
        let mut totals = Totals {
            count: zeros,
            sum: 0.0,
            squares: 0.0,
            min: if zeros > 0 { 0 } else { u64::MAX },
            max: 0,
        };
        for stripe in self.stripes() {
            // Written last: whoever sees the count sees all else of the value.
            totals.count += stripe.count.load(Ordering::Acquire);
            totals.sum += stripe.sum.load(Ordering::Relaxed) as f64;
            totals.squares += f64::from_bits(stripe.squares.load(Ordering::Relaxed));
            totals.min = totals.min.min(stripe.min.load(Ordering::Relaxed));
            totals.max = totals.max.max(stripe.max.load(Ordering::Relaxed));
        }
        totals
    }

    /// The counts of one octave, each modulo 2^32; none where no value fell into it.
    pub(crate) fn octave(&self, octave: usize) -> Option<[u32; BUCKETS_PER_OCTAVE]> {
        let mut counts: Option<[u32; BUCKETS_PER_OCTAVE]> = None;
        let zeros = if octave == 0 { self.zeros() } else { 0 };
        if zeros > 0 {
            // Modulo 2^32, as all of them.
            counts.insert([0; BUCKETS_PER_OCTAVE])[0] = zeros as u32;
        }
        for buckets in self.stripes().filter_map(|s| s.octaves[octave].get()) {
            let counts = counts.get_or_insert([0; BUCKETS_PER_OCTAVE]);
            for (count, bucket) in counts.iter_mut().zip(&buckets.0) {
                *count = count.wrapping_add(bucket.load(Ordering::Relaxed));
            }
        }
        counts
    }

    fn stripes(&self) -> impl Iterator<Item = &Stripe> {
        let places = self.recorded.places.iter().filter_map(OnceLock::get);
        places.filter_map(|stripes| stripes.get(self.at))
    }

    fn alone(zeros: Option<Zeros>) -> Self {
        Self {
            recorded: Recorded::new(1, zeros),
            at: 0,
        }
    }
}

impl Default for Histogram {
    /// A histogram that no registry reads.
    fn default() -> Self {
        Self::alone(None)
    }
}

impl<const N: usize> Histograms<N> {
    /// Records one value of each.
    #[inline]
    pub fn record(&self, values: [u64; N]) {
        if cfg!(feature = "unrecorded") {
            return;
        }
        match self.0.own().and_then(<[_]>::first_chunk::<N>) {
            Some(stripes) => {
                for (stripe, value) in stripes.iter().zip(values) {
                    stripe.record(value);
                }
            }
            None => self.0.slowly(|stripes, record| {
                let pairs = stripes.iter().zip(values);
                pairs.for_each(|(stripe, value)| record(stripe, value));
            }),
        }
    }

    /// Each by itself.
    pub fn each(&self) -> [Histogram; N] {
        array::from_fn(|at| Histogram {
            recorded: Arc::clone(&self.0),
            at,
        })
    }
}

impl<const N: usize> Default for Histograms<N> {
    /// Histograms that no registry reads.
    fn default() -> Self {
        Self(Recorded::new(N, None))
    }
}

impl<const N: usize> fmt::Debug for Histograms<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.each()).finish()
    }
}

/// How a value gets into a stripe.
type Record = fn(&Stripe, u64);

impl Recorded {
    fn new(count: usize, zeros: Option<Zeros>) -> Arc<Self> {
        Arc::new(Self {
            places: (0..slot::places()).map(|_| OnceLock::new()).collect(),
            count,
            zeros,
        })
    }

    /// The stripes that only the calling thread writes, if there are any yet.
    #[inline]
    fn own(&self) -> Option<&[Stripe]> {
        let own = self.places.get(slot::own_place())?;
        own.get().map(Box::as_ref)
    }

    /// Records into stripes that are made now, or that threads share.
    #[cold]
    fn slowly(&self, into: impl FnOnce(&[Stripe], Record)) {
        let slot = slot::current();
        let (place, record): (_, Record) = if slot == slot::SHARED {
            (slot::shared_place(), Stripe::record_shared)
        } else {
            (slot, Stripe::record)
        };
        if let Some(stripes) = self.places.get(place) {
            let made = || (0..self.count).map(|_| Stripe::default()).collect();
            into(stripes.get_or_init(made), record);
        }
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Histogram").field(&self.totals()).finish()
    }
}

impl Default for Stripe {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            squares: AtomicU64::new(0),
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
            octaves: array::from_fn(|_| OnceLock::new()),
        }
    }
}

impl Stripe {
    /// By the only thread that writes here.
    #[inline]
    fn record(&self, value: u64) {
        let bucket = self.bucket(value);
        let count = bucket.load(Ordering::Relaxed).wrapping_add(1);
        bucket.store(count, Ordering::Relaxed);
        let sum = self.sum.load(Ordering::Relaxed).wrapping_add(value);
        self.sum.store(sum, Ordering::Relaxed);
        let squares = f64::from_bits(self.squares.load(Ordering::Relaxed)) + square(value);
        self.squares.store(squares.to_bits(), Ordering::Relaxed);
        if value < self.min.load(Ordering::Relaxed) {
            self.min.store(value, Ordering::Relaxed);
        }
        if value > self.max.load(Ordering::Relaxed) {
            self.max.store(value, Ordering::Relaxed);
        }
        let count = self.count.load(Ordering::Relaxed).wrapping_add(1);
        self.count.store(count, Ordering::Release);
    }

    fn record_shared(&self, value: u64) {
        self.bucket(value).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
        let mut squares = self.squares.load(Ordering::Relaxed);
        loop {
            let wanted = (f64::from_bits(squares) + square(value)).to_bits();
            let (done, failed) = (Ordering::Relaxed, Ordering::Relaxed);
            match (self.squares).compare_exchange_weak(squares, wanted, done, failed) {
                Ok(_) => break,
                Err(now) => squares = now,
            }
        }
        self.min.fetch_min(value, Ordering::Relaxed);
        self.max.fetch_max(value, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Release);
    }

    #[inline]
    fn bucket(&self, value: u64) -> &AtomicU32 {
        let (octave, bucket) = bucket::of(value);
        let octave = &self.octaves[octave];
        let buckets = match octave.get() {
            Some(buckets) => buckets,
            None => octave.get_or_init(Box::default),
        };
        &buckets.0[bucket]
    }
}

/// Of a value that an i64 holds, as nanoseconds of 292 years do: converting one is a single instruction.
#[inline]
fn square(value: u64) -> f64 {
    let value = value.cast_signed() as f64;
    value * value
}

#[cfg(test)]
mod tests;
