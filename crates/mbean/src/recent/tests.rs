//! Average and maximum of the last windows, whoever recorded.

use std::thread;

use super::{Batch, Recent};
use crate::scale::Scale;
use crate::slot;

const SECOND: u64 = 1_000_000_000;

#[test]
fn a_maximum_is_forgotten_with_its_window() {
    let recent = Recent::scaled(Scale::NANOS_AS_MILLIS);
    assert!(recent.average(0).is_nan() && recent.max(0).is_nan());
    recent.record(8_000_000);
    recent.record(2_000_000);
    assert_eq!((recent.average(SECOND), recent.max(SECOND)), (5.0, 8.0));
    recent.fold(39 * SECOND);
    recent.record(1_000_000);
    recent.fold(40 * SECOND);
    assert_eq!(recent.max(40 * SECOND), 8.0);
    assert_eq!(recent.max(61 * SECOND), 1.0);
    assert!(recent.max(100 * SECOND).is_nan());
}

#[test]
fn a_value_that_came_while_its_period_closed_counts_in_the_next() {
    let recent = Recent::default();
    recent.record(5);
    recent.fold(SECOND);
    // A thread that read the period before it was closed.
    let stripe = recent.shared.stripes[slot::current()].get().unwrap();
    let late = Batch {
        count: 1,
        sum: 50,
        largest: 50,
    };
    stripe.record(1, late);
    assert_eq!(recent.max(2 * SECOND), 50.0);
    recent.fold(35 * SECOND);
    recent.record(7);
    assert_eq!(recent.max(70 * SECOND), 7.0);
}

#[test]
fn more_threads_than_slots_record_exactly() {
    let threads = slot::count() as u64 * 2;
    let recent = Recent::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (1..=100).for_each(|n| recent.record(n)));
        }
    });
    assert_eq!((recent.average(SECOND), recent.max(SECOND)), (50.5, 100.0));
}

#[test]
fn a_batch_is_like_its_values_one_by_one() {
    let recent = Recent::default();
    recent.record_batch(3, 30, 25);
    recent.record(2);
    assert_eq!((recent.average(SECOND), recent.max(SECOND)), (8.0, 25.0));
}
