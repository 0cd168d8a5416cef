//! Which bytes of a file are dealt with: everything below the low-water mark, and ranges above it, because
//! requests end in another order than they began.
//!
//! It does not know why a range is dealt with: delivered, dead-lettered or lost.

use std::collections::BTreeMap;
use std::ops::Range;

/// A set of bytes that begins at 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    low_water: u64,
    /// Start to end; neither empty, nor overlapping, nor adjoining, all above the mark.
    above: BTreeMap<u64, u64>,
}

/// Bytes that are not in the set: up to the next that are, or without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: Option<u64>,
}

impl Ranges {
    /// Everything below `low_water`.
    pub fn below(low_water: u64) -> Self {
        Self {
            low_water,
            above: BTreeMap::new(),
        }
    }

    /// Everything below this is in the set, the byte at it is not.
    pub fn low_water(&self) -> u64 {
        self.low_water
    }

    /// The ranges above the mark, in order.
    pub fn above(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.above.iter().map(|(&start, &end)| start..end)
    }

    /// How many bytes are in the set.
    pub fn bytes(&self) -> u64 {
        let above = self.above.iter().map(|(start, end)| end - start);
        self.low_water.saturating_add(above.sum())
    }

    /// How many bytes below `end` are not in the set.
    pub fn missing_below(&self, end: u64) -> u64 {
        let above = self.above().map(|range| {
            let end = range.end.min(end);
            end.saturating_sub(range.start)
        });
        let above: u64 = above.sum();
        end.saturating_sub(self.low_water).saturating_sub(above)
    }

    /// Adds `start..end`; what is in already does no harm. Says whether the mark moved.
    pub fn insert(&mut self, start: u64, end: u64) -> bool {
        let before = self.low_water;
        let (mut start, mut end) = (start.max(before), end);
        if start >= end {
            return false;
        }
        // The one that begins before and reaches into it, and all that begin within it or at its end.
        if let Some((&first, &reach)) = self.above.range(..=start).next_back()
            && reach >= start
        {
            (start, end) = (first, end.max(reach));
            self.above.remove(&first);
        }
        while let Some((&next, &reach)) = self.above.range(start..=end).next() {
            end = end.max(reach);
            self.above.remove(&next);
        }
        if start <= self.low_water {
            self.low_water = end;
        } else {
            self.above.insert(start, end);
        }
        self.low_water != before
    }

    /// Adds all of `other`.
    pub fn insert_all(&mut self, other: &Self) {
        self.insert(0, other.low_water);
        for range in other.above() {
            self.insert(range.start, range.end);
        }
    }

    /// Takes `start..end` out.
    pub fn remove(&mut self, start: u64, end: u64) {
        if start >= end {
            return;
        }
        let all = std::iter::once(0..self.low_water).chain(self.above());
        let mut rest = Self::default();
        for range in all.collect::<Vec<_>>() {
            rest.insert(range.start, range.end.min(start));
            rest.insert(range.start.max(end), range.end);
        }
        *self = rest;
    }

    /// The first bytes at or above `from` that are not in the set.
    pub fn gap_from(&self, from: u64) -> Gap {
        let mut start = from.max(self.low_water);
        if let Some((_, &reach)) = self.above.range(..=start).next_back() {
            start = start.max(reach);
        }
        let next = self.above.range(start..).next();
        Gap {
            start,
            end: next.map(|(&start, _)| start),
        }
    }
}

#[cfg(test)]
mod tests;
