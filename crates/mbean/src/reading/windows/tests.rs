//! Kafka's windows: what `Rate`, `Avg` and `Max` answer at every moment of a short story.

use super::Windows;

const SECOND: u64 = 1_000_000_000;

enum Step {
    /// At a second, this many events of this value.
    Record(u64, u64, f64),
    /// At a second: rate, average, maximum.
    Expect(u64, f64, f64, f64),
}
use Step::{Expect, Record};

/// Beside each expectation stands how many seconds the rate was divided by.
const STORY: &[Step] = &[
    Expect(0, 0.0, f64::NAN, f64::NAN),
    Record(0, 1, 30.0),
    // One window at least: 30.
    Expect(0, 1.0, 30.0, 30.0),
    // 15 and the missing window.
    Expect(15, 30.0 / 45.0, 30.0, 30.0),
    Record(29, 3, 10.0),
    // 29 and the missing window.
    Expect(29, 60.0 / 59.0, 15.0, 30.0),
    // The second sample begins.
    Record(40, 1, 100.0),
    Expect(40, 160.0 / 40.0, 32.0, 100.0),
    Record(75, 1, 40.0),
    // A third one, because the first still reaches into the windows.
    Expect(75, 200.0 / 75.0, 200.0 / 6.0, 100.0),
    // The first is emptied at 89, 60 s after its last event, and begins anew there.
    Expect(89, 140.0 / 49.0, 70.0, 100.0),
    // The second as well; 25 and the missing window.
    Expect(100, 40.0 / 55.0, 40.0, 40.0),
    Expect(135, 0.0, f64::NAN, f64::NAN),
];

fn same(actual: f64, expected: f64) -> bool {
    actual.is_nan() && expected.is_nan() || (actual - expected).abs() < 1e-9
}

#[test]
fn windows_come_and_go_as_kafkas() {
    let mut windows = Windows::default();
    for step in STORY {
        match *step {
            Record(second, count, value) => {
                windows.record(second * SECOND, 0, 0.0, 0.0);
                windows.record(second * SECOND, count, count as f64 * value, value);
            }
            Expect(second, rate, average, max) => {
                let now = second * SECOND;
                let answers = [windows.rate(now), windows.average(now), windows.max(now)];
                let all = answers.iter().zip([rate, average, max]);
                assert!(
                    all.clone().all(|(a, e)| same(*a, e)),
                    "{second} s: {answers:?}"
                );
            }
        }
    }
}

#[test]
fn a_steady_stream_has_its_rate_however_seldom_it_is_read() {
    for interval in [1, 5, 7, 29] {
        let mut windows = Windows::default();
        windows.record(0, 0, 0.0, 0.0);
        for now in (interval..200).step_by(interval) {
            windows.record(now as u64 * SECOND, interval as u64, interval as f64, 1.0);
            let rate = windows.rate(now as u64 * SECOND);
            assert!(now < 30 || same(rate, 1.0), "{rate} at {now} s");
        }
    }
}
