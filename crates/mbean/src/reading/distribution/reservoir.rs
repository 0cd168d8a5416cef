//! Yammer's reservoir without its chance: how many of 1,028 places each bucket may expect to hold.
//!
//! A value recorded at second t has the weight e^(α·t) and the priority weight / U, U uniform in
//! 0..1; the 1,028 highest priorities stay. With τ for the lowest priority that stays, a value
//! stays with probability min(1, weight / τ), and τ only rises. So values younger than τ stay for
//! sure and are kept one by one; all older ones share the same fate ever after, and are kept as
//! expected places per bucket. τ follows from the sum, which is 1,028.

use std::collections::VecDeque;

use crate::histogram::bucket::{BUCKETS_PER_OCTAVE, OCTAVES};

/// Samples in Yammer's reservoir.
pub(super) const PLACES: f64 = 1028.0;
/// Its decay per second.
const ALPHA: f64 = 0.015;

/// At most 1,028 values (12 bytes each) and one float per bucket of the octaves in use.
#[derive(Debug, Default)]
pub(super) struct Reservoir {
    /// The oldest first.
    sure: VecDeque<Cohort>,
    /// Values in `sure`.
    sure_places: u64,
    /// Expected places by octave and bucket.
    octaves: Vec<Option<Box<Places>>>,
    /// Their sum.
    places: f64,
    /// The second whose weight is τ; means nothing while `places` is 0.
    threshold: f64,
}

type Places = [f32; BUCKETS_PER_OCTAVE];

/// Values of one bucket that were recorded at once.
#[derive(Clone, Copy, Debug)]
struct Cohort {
    second: u32,
    octave: u8,
    bucket: u8,
    count: u32,
}

impl Reservoir {
    /// Takes in values of one bucket; `balance` follows when all of this second are there.
    pub(super) fn add(&mut self, second: u32, octave: usize, bucket: usize, count: u32) {
        self.sure_places += u64::from(count);
        self.sure.push_back(Cohort {
            second,
            octave: octave as u8,
            bucket: bucket as u8,
            count,
        });
    }

    /// Raises τ until no more than 1,028 places are taken.
    pub(super) fn balance(&mut self) {
        while self.places + self.sure_places as f64 > PLACES {
            let room = PLACES - self.sure_places as f64;
            let oldest = self.sure.front().map(|cohort| f64::from(cohort.second));
            let wanted = if room > 0.0 {
                self.threshold + (self.places / room).ln() / ALPHA
            } else {
                f64::INFINITY
            };
            match oldest {
                Some(second) if self.places == 0.0 || wanted > second => self.unsettle(second),
                _ => {
                    self.scale(room / self.places);
                    self.threshold = wanted;
                    self.places = room;
                    break;
                }
            }
        }
        if self.sure.is_empty() {
            // A histogram that became busy has no use for the room any more.
            self.sure.shrink_to_fit();
        }
    }

    /// How many values there are, at most 1,028.
    pub(super) fn len(&self) -> f64 {
        (self.places + self.sure_places as f64).round().min(PLACES)
    }

    /// Expected places by octave and bucket.
    pub(super) fn by_bucket(&self) -> Vec<Places> {
        let octaves = self.octaves.iter();
        let mut all: Vec<Places> = octaves
            .map(|places| {
                places
                    .as_ref()
                    .map_or([0.0; BUCKETS_PER_OCTAVE], |places| **places)
            })
            .collect();
        for cohort in &self.sure {
            let octave = usize::from(cohort.octave).min(OCTAVES - 1);
            if all.len() <= octave {
                all.resize(octave + 1, [0.0; BUCKETS_PER_OCTAVE]);
            }
            all[octave][usize::from(cohort.bucket) % BUCKETS_PER_OCTAVE] += cohort.count as f32;
        }
        all
    }

    /// Makes the oldest values that are sure unsure: τ rises to their weight, or is above it already.
    fn unsettle(&mut self, second: f64) {
        if self.places == 0.0 {
            self.threshold = second;
        }
        let above = self.threshold - second;
        if above < 0.0 {
            let factor = (ALPHA * above).exp();
            self.scale(factor);
            self.places *= factor;
            self.threshold = second;
        }
        let chance = (-ALPHA * above.max(0.0)).exp();
        while let Some(cohort) = self.sure.front().copied() {
            if f64::from(cohort.second) > second {
                break;
            }
            self.sure.pop_front();
            self.sure_places -= u64::from(cohort.count);
            let expected = f64::from(cohort.count) * chance;
            self.places += expected;
            let octave = usize::from(cohort.octave);
            if self.octaves.len() <= octave {
                self.octaves.resize(octave + 1, None);
            }
            let places = self.octaves[octave].get_or_insert_default();
            places[usize::from(cohort.bucket) % BUCKETS_PER_OCTAVE] += expected as f32;
        }
    }

    fn scale(&mut self, factor: f64) {
        for places in self.octaves.iter_mut().flatten() {
            places
                .iter_mut()
                .for_each(|places| *places *= factor as f32);
        }
    }
}
