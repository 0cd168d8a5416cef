//! Slots are owned by one thread at a time, and come back.

use std::collections::HashSet;
use std::sync::{Barrier, Mutex};
use std::thread;

use super::{SHARED, count, current};

#[test]
fn no_two_living_threads_own_one_slot() {
    let threads = count() * 2;
    let (owned, alive) = (Mutex::new(HashSet::new()), Barrier::new(threads));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let slot = current();
                assert!(slot < count());
                assert_eq!(slot, current());
                assert!(slot == SHARED || owned.lock().unwrap().insert(slot));
                alive.wait();
            });
        }
    });
}

#[test]
fn a_slot_comes_back_when_its_thread_ends() {
    // Other tests hold some meanwhile, but never all of them for a thousand threads on end.
    let owned = (0..1000).map(|_| thread::spawn(current).join().unwrap());
    assert!(owned.filter(|slot| *slot != SHARED).count() > 0);
}
