//! Yammer's histogram: count, extremes, mean and deviation of all time; percentiles of recent values.

mod reservoir;

use crate::histogram::Histogram;
use crate::histogram::bucket::{self, BUCKETS_PER_OCTAVE, OCTAVES};
use reservoir::Reservoir;

/// What a Yammer histogram shows.
pub(crate) const QUANTILES: [f64; 6] = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999];

/// What a reader remembers of one histogram.
#[derive(Debug, Default)]
pub(crate) struct Distribution {
    /// The count when it was last read.
    folded: u64,
    /// The counts of each bucket then, modulo 2^32.
    seen: Vec<Option<Box<[u32; BUCKETS_PER_OCTAVE]>>>,
    reservoir: Reservoir,
    extremes: (f64, f64),
    quantiles: [f64; QUANTILES.len()],
}

impl Distribution {
    /// Takes in what was recorded since the last call, and brings the percentiles up to date.
    pub(crate) fn fold(&mut self, now_ns: u64, histogram: &Histogram) {
        let totals = histogram.totals();
        if totals.count == self.folded {
            return;
        }
        let second = u32::try_from(now_ns / 1_000_000_000).unwrap_or(u32::MAX);
        for octave in 0..OCTAVES {
            if let Some(counts) = histogram.octave(octave) {
                self.add(second, octave, &counts);
            }
        }
        self.reservoir.balance();
        self.folded = totals.count;
        self.extremes = (totals.min as f64, totals.max as f64);
        self.quantiles = self.percentiles(QUANTILES);
    }

    /// The percentiles of `QUANTILES`, 0 where nothing was recorded yet.
    pub(crate) fn quantiles(&self) -> [f64; QUANTILES.len()] {
        self.quantiles
    }

    /// Yammer's: position q·(n+1) among n values in order, the line between two neighbours.
    pub(crate) fn percentiles<const N: usize>(&self, quantiles: [f64; N]) -> [f64; N] {
        let samples = self.reservoir.len();
        let places = self.reservoir.by_bucket();
        let mut ranks = Ranks::new(&places);
        quantiles.map(|quantile| {
            let position = (quantile * (samples + 1.0)).clamp(1.0, samples.max(1.0));
            let lower = ranks.value(position.floor() - 0.5);
            let upper = ranks.value((position.floor() + 0.5).min(samples - 0.5));
            let value = lower + position.fract() * (upper - lower);
            value.max(self.extremes.0).min(self.extremes.1)
        })
    }

    fn add(&mut self, second: u32, octave: usize, counts: &[u32; BUCKETS_PER_OCTAVE]) {
        if self.seen.len() <= octave {
            self.seen.resize(octave + 1, None);
        }
        let seen = self.seen[octave].get_or_insert_default();
        for (bucket, (count, seen)) in counts.iter().zip(seen.iter_mut()).enumerate() {
            let fresh = count.wrapping_sub(*seen);
            if fresh > 0 {
                self.reservoir.add(second, octave, bucket, fresh);
                *seen = *count;
            }
        }
    }
}

/// Walks the buckets once, for ranks that mostly rise.
struct Ranks<'a> {
    places: &'a [[f32; BUCKETS_PER_OCTAVE]],
    octave: usize,
    bucket: usize,
    /// The places of all buckets before this one.
    before: f64,
}

impl<'a> Ranks<'a> {
    fn new(places: &'a [[f32; BUCKETS_PER_OCTAVE]]) -> Self {
        Self {
            places,
            octave: 0,
            bucket: 0,
            before: 0.0,
        }
    }

    /// The value below which `rank` of the places lie.
    fn value(&mut self, rank: f64) -> f64 {
        if rank < self.before {
            *self = Self::new(self.places);
        }
        let mut last = 0.0;
        while let Some(octave) = self.places.get(self.octave) {
            let places = f64::from(octave[self.bucket]);
            if places > 0.0 {
                let (start, width) = bucket::range(self.octave, self.bucket);
                if rank < self.before + places {
                    let share = (rank - self.before) / places;
                    return start as f64 + share * (width - 1) as f64;
                }
                last = start as f64 + (width - 1) as f64;
            }
            self.before += places;
            self.step();
        }
        last
    }

    fn step(&mut self) {
        self.bucket += 1;
        if self.bucket == BUCKETS_PER_OCTAVE {
            self.bucket = 0;
            self.octave += 1;
        }
    }
}

#[cfg(test)]
mod tests;
