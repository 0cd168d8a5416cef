//! No event is lost, however many threads count.

use std::sync::Barrier;
use std::thread;

use super::{APART, Allocator, CELLS, Counter, Counters};
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

#[test]
fn counters_that_are_added_to_together_count_like_each_alone() {
    let mut allocator = Allocator::new();
    let made: Vec<_> = (0..=CELLS).map(|_| allocator.counter()).collect();
    let other = Counter::default();
    // One after another, in another order, over the end of a block, of two blocks.
    let sets = [
        [&made[3], &made[4]],
        [&made[6], &made[5]],
        [&made[CELLS - 1], &made[CELLS]],
        [&made[0], &other],
    ];
    let sets = sets.map(|[a, b]| (a, b, Counters::of([a, b])));
    let fast = sets.each_ref().map(|(.., together)| together.first);
    assert_eq!(fast, [3, APART, APART, APART]);
    for (a, b, together) in &sets {
        thread::scope(|scope| {
            let threads = slot::count() as u64 * 2;
            for _ in 0..threads {
                scope.spawn(|| {
                    together.add([2, 3]);
                    a.inc();
                });
            }
        });
        let threads = slot::count() as u64 * 2;
        assert_eq!((a.count(), b.count()), (3 * threads, 3 * threads));
    }
    assert_eq!(made[2].count() + made[7].count(), 0);
}
