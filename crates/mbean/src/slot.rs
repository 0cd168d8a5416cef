//! Which cells a thread writes: every thread owns one slot of a small number, so that it may write
//! without a locked instruction; threads beyond that number share slot 0.
//!
//! A slot is given back when its thread ends, and the next owner sees all that was written.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The slot of all threads that own none: its cells are written with `fetch_add`.
pub(crate) const SHARED: usize = 0;
/// Bits of `TAKEN`. A machine with more cores than that has threads that share.
const OWNED_MAX: usize = 64;
/// A small machine has more threads that record than cores: the blocking ones.
const OWNED_MIN: usize = 16;

const UNKNOWN: usize = usize::MAX;

/// The slots that a living thread owns.
static TAKEN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(UNKNOWN) };
    static LEASE: Cell<Lease> = const { Cell::new(Lease(SHARED)) };
}

/// How many slots there are, slot 0 included: two threads per core, within bounds.
pub(crate) fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (cores * 2).clamp(OWNED_MIN, OWNED_MAX) + 1
    })
}

/// Where the cells lie that all threads without a slot share: behind all others, so that nothing
/// ever lies at `SHARED` and who looks there for cells of its own finds none.
pub(crate) fn shared_place() -> usize {
    count()
}

/// How many places for cells there are.
pub(crate) fn places() -> usize {
    count() + 1
}

/// Where the cells lie that only the calling thread writes. Where it owns no slot, or does not know
/// yet, nothing lies there: one test for all of it.
#[inline]
pub(crate) fn own_place() -> usize {
    CURRENT.get()
}

/// The slot of the calling thread.
#[inline]
pub(crate) fn current() -> usize {
    let slot = CURRENT.get();
    if slot == UNKNOWN { assign() } else { slot }
}

#[cold]
fn assign() -> usize {
    let lease = Lease(take());
    let slot = lease.0;
    // A thread that is ending has no place for a lease any more: it is dropped with the closure.
    let held = LEASE.try_with(move |place| drop(place.replace(lease)));
    let slot = if held.is_ok() { slot } else { SHARED };
    CURRENT.set(slot);
    slot
}

/// The lowest free slot, `SHARED` where none is free.
fn take() -> usize {
    let owned = count() - 1;
    let mut taken = TAKEN.load(Ordering::Relaxed);
    loop {
        let free = taken.trailing_ones() as usize;
        if free >= owned {
            return SHARED;
        }
        let wanted = taken | (1 << free);
        match TAKEN.compare_exchange_weak(taken, wanted, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return free + 1,
            Err(now) => taken = now,
        }
    }
}

/// A slot until it is dropped.
struct Lease(usize);

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0 != SHARED {
            // What other thread-locals record from here on goes to the shared cells.
            CURRENT.set(SHARED);
            TAKEN.fetch_and(!(1 << (self.0 - 1)), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests;
