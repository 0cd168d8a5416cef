//! Assertions at the resolution of the histogram.

use super::*;

#[test]
fn quantiles_are_in_microseconds() {
    let mut histogram = Histogram::new().unwrap();
    for us in 1..=100 {
        histogram.record(us * 1_000);
    }
    let mut other = Histogram::new().unwrap();
    other.record(0);
    histogram.merge(&other).unwrap();
    let summary = histogram.summary();
    assert_eq!(summary.count, 101);
    assert!(summary.min_us <= 1.0, "{}", summary.min_us);
    assert!(
        (49.0..=51.0).contains(&summary.p50_us),
        "{}",
        summary.p50_us
    );
    assert!(
        (99.0..=101.0).contains(&summary.max_us),
        "{}",
        summary.max_us
    );
}
