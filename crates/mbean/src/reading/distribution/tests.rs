//! Percentiles as a reservoir gives them, but for its chance.

use super::reservoir::Reservoir;
use super::{Distribution, QUANTILES};
use crate::histogram::Histogram;

const SECOND: u64 = 1_000_000_000;

/// Yammer's: position q·(n+1) in the sorted values, the line between two neighbours.
fn expected(values: &mut [u64]) -> [f64; 6] {
    values.sort_unstable();
    let at = |position: usize| values[position.clamp(1, values.len()) - 1] as f64;
    QUANTILES.map(|quantile| {
        let position = quantile * (values.len() as f64 + 1.0);
        let (lower, upper) = (at(position as usize), at(position as usize + 1));
        lower + position.clamp(1.0, values.len() as f64).fract() * (upper - lower)
    })
}

#[track_caller]
fn close(actual: [f64; 6], expected: [f64; 6], tolerance: f64) {
    for (actual, expected) in actual.iter().zip(expected) {
        assert!(
            (actual - expected).abs() <= tolerance * expected,
            "{actual} for {expected}"
        );
    }
}

#[test]
fn nothing_is_zero() {
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    distribution.fold(SECOND, &histogram);
    assert_eq!(distribution.quantiles(), [0.0; 6]);
    assert_eq!(distribution.percentiles([0.5]), [0.0]);
}

#[test]
fn small_values_are_exact() {
    let cases: &[&[u64]] = &[
        &[7],
        &[7, 7, 7],
        &[1, 2],
        &[3, 1, 2],
        &[0, 0, 0, 63],
        &[10, 20, 30, 40, 50, 60, 5, 15, 25, 35],
    ];
    for case in cases {
        let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
        case.iter().for_each(|value| histogram.record(*value));
        distribution.fold(SECOND, &histogram);
        close(distribution.quantiles(), expected(&mut case.to_vec()), 1e-6);
    }
}

#[test]
fn large_values_are_off_by_at_most_3_percent() {
    let mut values: Vec<_> = (1..=1000).map(|n: u64| n.pow(3) * 1000 + 7).collect();
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    values.iter().for_each(|value| histogram.record(*value));
    distribution.fold(SECOND, &histogram);
    close(distribution.quantiles(), expected(&mut values), 0.03);
}

#[test]
fn one_value_is_itself() {
    for value in [0, 1, 1_000_003, u64::MAX / 2] {
        let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
        histogram.record(value);
        distribution.fold(SECOND, &histogram);
        assert_eq!(distribution.quantiles(), [value as f64; 6]);
    }
}

#[test]
fn up_to_1028_values_all_count_alike_whatever_their_age() {
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    let mut values = Vec::new();
    for n in 0..1028 {
        values.push(n % 60);
        histogram.record(n % 60);
        distribution.fold(n * 60 * SECOND, &histogram);
    }
    close(distribution.quantiles(), expected(&mut values), 1e-5);
}

#[test]
fn a_busy_histogram_forgets_as_fast_as_the_reservoir_does() {
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    let mut now = 0;
    let mut busy_at = |value: u64, seconds: u64, distribution: &mut Distribution| {
        for _ in 0..seconds / 5 {
            (0..5000).for_each(|_| histogram.record(value));
            now += 5 * SECOND;
            distribution.fold(now, &histogram);
        }
    };
    busy_at(10, 1200, &mut distribution);
    assert_eq!(distribution.quantiles(), [10.0; 6]);
    // Half of the weight is younger than ln 2 / 0.015 s = 46 s.
    busy_at(20, 40, &mut distribution);
    assert_eq!(distribution.quantiles()[..2], [10.0, 20.0]);
    busy_at(20, 15, &mut distribution);
    assert_eq!(distribution.quantiles(), [20.0; 6]);
    assert_eq!(distribution.percentiles([0.1]), [10.0]);
    busy_at(20, 600, &mut distribution);
    assert_eq!(distribution.percentiles([0.01]), [20.0]);
}

#[test]
fn one_that_goes_quiet_keeps_its_last_values() {
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    (0..100_000).for_each(|_| histogram.record(42));
    distribution.fold(SECOND, &histogram);
    // A month later one value comes: it is one of 1,028.
    histogram.record(50);
    distribution.fold(2_592_000 * SECOND, &histogram);
    assert_eq!(distribution.quantiles()[..5], [42.0; 5]);
    let [high] = distribution.percentiles([0.9999]);
    assert_eq!(high, 50.0);
}

#[test]
fn a_slow_histogram_shows_about_its_last_1028_values() {
    // One value a second: the reservoir has those of the last 961 s for sure, and forgets older
    // ones within minutes (the ages e^(-0.015·(a - 961)) sum up to the other 67).
    let (mut distribution, histogram) = (Distribution::default(), Histogram::default());
    for second in 0..6000 {
        histogram.record(second / 100);
        if second % 5 == 4 {
            distribution.fold(second * SECOND, &histogram);
        }
    }
    let [low, middle, high] = distribution.percentiles([0.01, 0.5, 0.99]);
    assert!((48.0..=49.0).contains(&low), "{low}");
    assert!((54.0..=55.0).contains(&middle), "{middle}");
    assert_eq!(high, 59.0);
}

#[test]
fn a_bucket_whose_count_wraps_is_not_noticed() {
    let mut distribution = Distribution::default();
    let mut counts = [0; 32];
    counts[5] = u32::MAX - 2;
    distribution.add(0, 0, &counts);
    distribution.reservoir = Reservoir::default();
    counts[5] = 7;
    distribution.add(0, 0, &counts);
    assert_eq!(distribution.reservoir.len(), 10.0);
}
