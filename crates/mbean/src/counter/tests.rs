//! No event is lost, however many threads count.

use std::sync::Barrier;
use std::thread;

use super::{Allocator, CELLS, Counter};
use crate::slot;

const EVENTS: u64 = 10_000;

#[test]
fn more_threads_than_slots_count_exactly() {
    let threads = slot::count() * 2;
    let (counter, together) = (Counter::default(), Barrier::new(threads));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                together.wait();
                (0..EVENTS).for_each(|_| counter.inc());
            });
        }
    });
    assert_eq!(counter.count(), threads as u64 * EVENTS);
}

#[test]
fn threads_that_come_and_go_count_exactly() {
    let counter = Counter::default();
    for _ in 0..200 {
        thread::scope(|scope| {
            scope.spawn(|| counter.add(3));
            scope.spawn(|| counter.inc());
        });
    }
    assert_eq!(counter.count(), 800);
}

#[test]
fn counters_of_one_block_do_not_mix() {
    let mut allocator = Allocator::new();
    let counters: Vec<_> = (0..CELLS as u64 * 2 + 1)
        .map(|_| allocator.counter())
        .collect();
    (1..).zip(&counters).for_each(|(n, counter)| counter.add(n));
    (1..)
        .zip(&counters)
        .for_each(|(n, counter)| assert_eq!(counter.count(), n));
}
