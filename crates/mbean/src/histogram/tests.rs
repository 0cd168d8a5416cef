//! Every value finds its bucket, and all of them are there afterwards.

use std::thread;

use proptest::prelude::{any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::bucket::{BUCKETS_PER_OCTAVE, OCTAVES, of, range};
use super::{Histogram, Histograms};
use crate::slot;

proptest! {
    #[test]
    fn a_bucket_holds_its_value_and_is_at_most_3_percent_wide(value: u64, shift in 0..64_u32) {
        let value = value >> shift;
        let (octave, bucket) = of(value);
        let (start, width) = range(octave, bucket);
        prop_assert!(start <= value && value - start < width);
        prop_assert!(width == 1 || width * 32 <= start);
    }

    #[test]
    fn totals_are_exact(values in prop::collection::vec(any::<u32>(), 1..50)) {
        let histogram = Histogram::default();
        values.iter().for_each(|value| histogram.record(u64::from(*value)));
        let totals = histogram.totals();
        prop_assert_eq!(totals.count, values.len() as u64);
        prop_assert_eq!(totals.sum, values.iter().map(|v| f64::from(*v)).sum::<f64>());
        prop_assert_eq!(Some(totals.min), values.iter().min().map(|v| u64::from(*v)));
        prop_assert_eq!(Some(totals.max), values.iter().max().map(|v| u64::from(*v)));
    }
}

#[test]
fn buckets_lie_side_by_side_up_to_the_largest_value() {
    let mut next = Some(0);
    for octave in 0..OCTAVES {
        for bucket in 0..BUCKETS_PER_OCTAVE {
            let (start, width) = range(octave, bucket);
            assert_eq!(Some(start), next);
            assert_eq!(of(start), (octave, bucket));
            next = start.checked_add(width);
        }
    }
    assert_eq!(next, None);
}

#[test]
fn more_threads_than_slots_record_exactly() {
    let threads = slot::count() as u64 * 2;
    let histogram = Histogram::default();
    thread::scope(|scope| {
        for thread in 0..threads {
            let histogram = &histogram;
            scope.spawn(move || (1..=1000).for_each(|n| histogram.record(thread * 1000 + n)));
        }
    });
    let totals = histogram.totals();
    assert_eq!(
        (totals.count, totals.min, totals.max),
        (threads * 1000, 1, threads * 1000)
    );
    let octaves = (0..OCTAVES).filter_map(|octave| histogram.octave(octave));
    assert_eq!(
        octaves.flatten().map(u64::from).sum::<u64>(),
        threads * 1000
    );
}

#[test]
fn moments_are_those_of_a_sample() {
    let histogram = Histogram::default();
    assert_eq!(histogram.totals().moments(), [0.0; 4]);
    histogram.record(7);
    assert_eq!(histogram.totals().moments(), [7.0, 7.0, 7.0, 0.0]);
    [2, 4, 4, 4, 5, 5, 7, 9]
        .iter()
        .for_each(|value| histogram.record(*value - 1));
    histogram.record(u64::MAX >> 20);
    let [max, min, mean, deviation] = histogram.totals().moments();
    let values = [
        7.0,
        1.0,
        3.0,
        3.0,
        3.0,
        4.0,
        4.0,
        6.0,
        8.0,
        (u64::MAX >> 20) as f64,
    ];
    let expected: f64 = values.iter().sum::<f64>() / 10.0;
    let squares: f64 = values.iter().map(|value| (value - expected).powi(2)).sum();
    assert_eq!((max, min, mean), ((u64::MAX >> 20) as f64, 1.0, expected));
    assert!((deviation / (squares / 9.0).sqrt() - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_not_recorded_is_zero() {
    let total = Histogram::default();
    let waits = Histogram::over(&total);
    assert_eq!((waits.count(), waits.octave(0)), (0, None));
    for value in [0, 7, 0, 40, 0] {
        waits.record_unless_zero(value);
        total.record(value + 1000);
    }
    let totals = waits.totals();
    assert_eq!((totals.count, totals.sum), (5, 47.0));
    assert_eq!((totals.min, totals.max), (0, 40));
    let lowest = waits.octave(0).unwrap();
    assert_eq!((lowest[0], lowest[7]), (3, 1));
}

#[test]
fn zeros_never_become_fewer() {
    let total = Histogram::default();
    let waits = Histogram::over(&total);
    (0..3).for_each(|_| total.record(5));
    assert_eq!(waits.octave(0).unwrap()[0], 3);
    // Somebody is between the two.
    waits.record_unless_zero(9);
    assert_eq!(waits.octave(0).unwrap()[0], 3);
    assert_eq!(waits.count(), 4);
    total.record(5);
    assert_eq!((waits.octave(0).unwrap()[0], waits.count()), (3, 4));
}

#[test]
fn histograms_that_are_recorded_together_are_each_its_own() {
    let threads = slot::count() as u64 * 2;
    let together = Histograms::default();
    thread::scope(|scope| {
        for thread in 0..threads {
            let together = &together;
            scope.spawn(move || (1..=100).for_each(|n| together.record([thread, 1000 * n])));
        }
    });
    let [first, second] = together.each();
    second.record(7);
    let [first, second] = [first.totals(), second.totals()];
    assert_eq!((first.count, first.max), (threads * 100, threads - 1));
    assert_eq!((second.count, second.min), (threads * 100 + 1, 7));
    assert_eq!(second.sum, threads as f64 * 5_050_000.0 + 7.0);
}
