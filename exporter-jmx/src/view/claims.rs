//! Which line has which series, so that none is shown twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};

use super::compiled::Compiled;

/// Series by what they are.
#[derive(Debug, Default)]
pub(super) struct Claims {
    hashing: RandomState,
    owners: HashMap<u64, Place>,
    /// Series that several lines are, all of them.
    contested: HashMap<u64, Vec<Place>>,
}

/// A line, ordered by who wins: the first source, then the section that came first, then the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    source: usize,
    arrival: u64,
    line: usize,
    section: usize,
}

type Sections = [Option<Compiled>];

impl Claims {
    pub(super) fn claim_all(&mut self, section: usize, source: usize, sections: &mut Sections) {
        for line in 0..lines(sections, section) {
            let Some((hash, place)) = self.place(section, source, line, sections) else {
                continue;
            };
            match self.owners.entry(hash) {
                Entry::Vacant(entry) => {
                    entry.insert(place);
                }
                // Two series may have one hash: then the later one is not looked after, and shown.
                Entry::Occupied(entry) if is_same(sections, *entry.get(), place) => {
                    let first = *entry.get();
                    let places = self.contested.entry(hash).or_insert_with(|| vec![first]);
                    places.push(place);
                    self.settle(hash, sections);
                }
                Entry::Occupied(_) => {}
            }
        }
    }

    pub(super) fn release_all(&mut self, section: usize, source: usize, sections: &mut Sections) {
        for line in 0..lines(sections, section) {
            let Some((hash, place)) = self.place(section, source, line, sections) else {
                continue;
            };
            if let Some(places) = self.contested.get_mut(&hash) {
                places.retain(|other| *other != place);
                self.settle(hash, sections);
            } else if self.owners.get(&hash) == Some(&place) {
                self.owners.remove(&hash);
            }
        }
    }

    fn place(
        &self,
        section: usize,
        source: usize,
        line: usize,
        sections: &Sections,
    ) -> Option<(u64, Place)> {
        let compiled = sections.get(section)?.as_ref()?;
        let found = compiled.lines.get(line)?;
        let hash = self
            .hashing
            .hash_one((found.family, compiled.labels(found)));
        let place = Place {
            source,
            arrival: compiled.number,
            line,
            section,
        };
        Some((hash, place))
    }

    /// The first of those who are one series is shown.
    fn settle(&mut self, hash: u64, sections: &mut Sections) {
        let Some(places) = self.contested.get_mut(&hash) else {
            return;
        };
        places.sort_unstable();
        for (rank, place) in places.iter().enumerate() {
            let compiled = sections.get_mut(place.section).and_then(Option::as_mut);
            let line = compiled.and_then(|compiled| compiled.lines.get_mut(place.line));
            if let Some(line) = line {
                line.is_shadowed = rank > 0;
            }
        }
        match places.first().copied() {
            Some(first) => {
                self.owners.insert(hash, first);
            }
            None => {
                self.owners.remove(&hash);
            }
        }
        if places.len() < 2 {
            self.contested.remove(&hash);
        }
    }

    /// How many lines of these sources are not shown: those that lose within their source, and those that lose to
    /// another.
    pub(super) fn counts(&self, of: impl Fn(usize) -> bool) -> (usize, usize) {
        let mut counts = (0, 0);
        for places in self.contested.values() {
            let Some((winner, others)) = places.split_first() else {
                continue;
            };
            for place in others.iter().filter(|place| of(place.source)) {
                match place.source == winner.source {
                    true => counts.0 += 1,
                    false => counts.1 += 1,
                }
            }
        }
        counts
    }
}

fn lines(sections: &Sections, section: usize) -> usize {
    let compiled = sections.get(section).and_then(Option::as_ref);
    compiled.map_or(0, |compiled| compiled.lines.len())
}

fn is_same(sections: &Sections, one: Place, other: Place) -> bool {
    let series = |place: Place| {
        let compiled = sections.get(place.section)?.as_ref()?;
        let line = compiled.lines.get(place.line)?;
        Some((line.family, compiled.labels(line)))
    };
    series(one) == series(other)
}
