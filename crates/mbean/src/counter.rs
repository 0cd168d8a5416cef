//! A counter: one plain add per event, in a cell that only the calling thread writes.
//!
//! ```text
//! block (16 counters of one section)
//!   slot 1 ──► page: 16 cells, written by the thread that owns slot 1
//!   slot 2 …   (a page appears when its slot first counts something)
//!   shared ──► page: 16 cells, written with fetch_add
//! ```

use std::array;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::slot;

/// Counters that share pages: those of one topic (10 meters) fit, and a page is one pair of lines.
const CELLS: usize = 16;

/// Counts events. Clones count together.
#[derive(Clone)]
pub struct Counter {
    block: Block,
    cell: usize,
}

/// Counters that are added to together: where the calling thread writes is looked up once for all of them.
#[derive(Clone, Debug)]
pub struct Counters<const N: usize> {
    counters: [Counter; N],
    /// The cell of the first, where the others lie behind it in their order; else [`APART`].
    first: usize,
}

/// No cell.
const APART: usize = usize::MAX;

/// The pages of some counters, one per place.
type Block = Arc<[OnceLock<Box<Page>>]>;

/// Two cache lines, because a processor may fetch lines in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Page([AtomicU64; CELLS]);

impl Counter {
    /// Counts one more.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Counts `n` more.
    #[inline]
    pub fn add(&self, n: u64) {
        if cfg!(feature = "unrecorded") {
            return;
        }
        match self.block.get(slot::own_place()).and_then(OnceLock::get) {
            Some(page) => page.add(self.cell, n),
            None => self.add_slowly(n),
        }
    }

    /// All that was counted.
    pub fn count(&self) -> u64 {
        let cells = self.block.iter().filter_map(OnceLock::get);
        cells.fold(0, |sum, page| {
            sum.wrapping_add(page.cell(self.cell).load(Ordering::Relaxed))
        })
    }

    #[cold]
    fn add_slowly(&self, n: u64) {
        let slot = slot::current();
        let page = |place: usize| self.block.get(place).map(|p| p.get_or_init(Box::default));
        if slot != slot::SHARED {
            if let Some(page) = page(slot) {
                page.add(self.cell, n);
            }
        } else if let Some(page) = page(slot::shared_place()) {
            page.cell(self.cell).fetch_add(n, Ordering::Relaxed);
        }
    }
}

impl<const N: usize> Counters<N> {
    /// Of these: fast where one section has made them one after another.
    pub fn of(counters: [&Counter; N]) -> Self {
        let counters = counters.map(Clone::clone);
        let first = counters.first().filter(|first| {
            let beside = |(at, counter): (usize, &Counter)| {
                Arc::ptr_eq(&counter.block, &first.block) && counter.cell == first.cell + at
            };
            counters.iter().enumerate().all(beside)
        });
        Self {
            first: first.map_or(APART, |first| first.cell),
            counters,
        }
    }

    /// Each by itself.
    pub fn each(&self) -> [&Counter; N] {
        self.counters.each_ref()
    }

    /// Counts so many more of each.
    #[inline]
    pub fn add(&self, counts: [u64; N]) {
        if cfg!(feature = "unrecorded") {
            return;
        }
        match self.own_cells() {
            Some(cells) => {
                for (cell, n) in cells.iter().zip(counts) {
                    add_alone(cell, n);
                }
            }
            None => self.add_one_by_one(counts),
        }
    }

    #[inline]
    fn own_cells(&self) -> Option<&[AtomicU64; N]> {
        const { assert!(N <= CELLS, "they share a page") };
        if self.first > CELLS - N {
            return None;
        }
        let block = &self.counters.first()?.block;
        let page = block.get(slot::own_place())?.get()?;
        page.0.get(self.first..self.first + N)?.first_chunk()
    }

    #[cold]
    fn add_one_by_one(&self, counts: [u64; N]) {
        let pairs = self.counters.iter().zip(counts);
        pairs.for_each(|(counter, n)| counter.add(n));
    }
}

impl<const N: usize> Default for Counters<N> {
    /// Counters that no registry reads.
    fn default() -> Self {
        let mut allocator = Allocator::new();
        let counters: [Counter; N] = array::from_fn(|_| allocator.counter());
        Self::of(counters.each_ref())
    }
}

impl Default for Counter {
    /// A counter that no registry reads.
    fn default() -> Self {
        Allocator::new().counter()
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.count()).finish()
    }
}

impl Page {
    #[inline]
    fn cell(&self, cell: usize) -> &AtomicU64 {
        &self.0[cell % CELLS]
    }

    /// By the only thread that writes here.
    #[inline]
    fn add(&self, cell: usize, n: u64) {
        add_alone(self.cell(cell), n);
    }
}

/// By the only thread that writes this cell.
#[inline]
fn add_alone(cell: &AtomicU64, n: u64) {
    let sum = cell.load(Ordering::Relaxed).wrapping_add(n);
    cell.store(sum, Ordering::Relaxed);
}

/// Hands out counters of as few blocks as possible.
pub(crate) struct Allocator {
    block: Block,
    used: usize,
}

impl Allocator {
    pub(crate) fn new() -> Self {
        let block = (0..slot::places()).map(|_| OnceLock::new()).collect();
        Self { block, used: 0 }
    }

    pub(crate) fn counter(&mut self) -> Counter {
        if self.used == CELLS {
            *self = Self::new();
        }
        let cell = self.used;
        self.used += 1;
        Counter {
            block: Arc::clone(&self.block),
            cell,
        }
    }
}

#[cfg(test)]
mod tests;
