//! What rules make of all sources' beans, kept rendered: a scrape is a walk over (name, labels, value).
//!
//! Sections are compiled when they are new and forgotten when they are gone, so that a topic that is created among
//! thousands costs its own series only. What a source had stays compiled, and is not shown, while the source says
//! nothing: only its next reading tells what is gone. A series that two attributes become is shown once: the first
//! source wins, even while it says nothing, and within a source the older section.

mod claims;
mod compiled;
mod families;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use exposition::{Format, write_value};

use crate::level::Level;
use crate::rules::Rules;
use crate::source::{ABSENT_BITS, Reading, SectionId};
use claims::Claims;
use compiled::Compiled;
use families::Families;

/// Names of metrics that nothing has any more are kept until there are this many, and as many as in use.
const IDLE_FAMILIES_MAX: usize = 1_000;

/// What a scrape wants of it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Nothing above this level.
    pub level: Level,
    /// These metrics alone; all of them where it is empty.
    pub names: &'a HashSet<&'a str>,
    /// How it is written.
    pub format: Format,
}

/// How many series there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That are shown.
    pub series: usize,
    /// That are left out because the same source has them before.
    pub duplicates: usize,
    /// That are left out because an earlier source has them.
    pub clashes: usize,
    /// Whose name is one of the exporter's own metrics.
    pub reserved: usize,
}

/// The compiled state of one set of rules.
#[derive(Debug)]
pub struct View {
    rules: Rules,
    families: Families,
    /// By index, so that runs refer to them cheaply.
    sections: Vec<Option<Compiled>>,
    by_key: HashMap<Key, usize>,
    free: Vec<usize>,
    claims: Claims,
    /// By family, where its lines are.
    runs: Vec<Vec<Run>>,
    round: u64,
    /// Which sources said something in the last update.
    has_spoken: Vec<bool>,
    counts: Counts,
    /// What was written last, for the room to make for the next time.
    bytes_written: AtomicUsize,
}

/// A section of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    source: usize,
    id: SectionId,
}

/// Lines of one family that follow each other in a section.
#[derive(Clone, Copy, Debug)]
struct Run {
    section: usize,
    level: Level,
    start: u32,
    end: u32,
}

impl View {
    /// Nothing compiled as yet.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            families: Families::default(),
            sections: Vec::new(),
            by_key: HashMap::new(),
            free: Vec::new(),
            claims: Claims::default(),
            runs: Vec::new(),
            round: 0,
            has_spoken: Vec::new(),
            counts: Counts::default(),
            bytes_written: AtomicUsize::new(0),
        }
    }

    /// About how many bytes the next scrape has.
    pub fn bytes_written(&self) -> usize {
        self.bytes_written.load(Ordering::Relaxed)
    }

    /// How many series there are now.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Brings it to what the sources said; `None` is a source that said nothing.
    pub fn update(&mut self, readings: &[Option<&Reading>]) {
        self.round += 1;
        let has_spoken: Vec<bool> = readings.iter().map(Option::is_some).collect();
        let mut recount = self.has_spoken != has_spoken;
        self.has_spoken = has_spoken;
        let mut changed = false;
        for (source, reading) in readings.iter().enumerate() {
            let Some(reading) = reading else { continue };
            for section in &reading.sections {
                let key = Key {
                    source,
                    id: section.id,
                };
                changed |= self.take(key, section, reading);
            }
        }
        let gone: Vec<Key> = self
            .by_key
            .iter()
            .filter(|(key, index)| {
                let section = self.sections[**index].as_ref();
                self.speaks(key.source) && section.is_none_or(|s| s.round != self.round)
            })
            .map(|(key, _)| *key)
            .collect();
        for key in &gone {
            self.remove(*key);
        }
        if changed || !gone.is_empty() {
            self.lay_out();
            recount = true;
        }
        if recount {
            self.count();
        }
        if self.families.len() > 2 * self.families_in_use() + IDLE_FAMILIES_MAX {
            // A rule that makes names of metrics out of names that come and go.
            *self = Self::new(std::mem::take(&mut self.rules));
            self.update(readings);
        }
    }

    fn speaks(&self, source: usize) -> bool {
        self.has_spoken.get(source).copied().unwrap_or_default()
    }

    fn families_in_use(&self) -> usize {
        self.runs.iter().filter(|runs| !runs.is_empty()).count()
    }

    /// Whether the section had to be compiled.
    fn take(&mut self, key: Key, section: &crate::source::Section, reading: &Reading) -> bool {
        let values = reading
            .values
            .get(section.first_value..)
            .unwrap_or_default();
        let round = self.round;
        if let Some(index) = self.by_key.get(&key)
            && let Some(Some(known)) = self.sections.get_mut(*index)
            && known.number == section.number
            && known.still_holds(values)
        {
            known.round = round;
            known.first_value = section.first_value;
            return false;
        }
        self.remove(key);
        let mut compiled = Compiled::new(&self.rules, section, values, &mut self.families);
        compiled.round = round;
        let index = self.free.pop().unwrap_or(self.sections.len());
        if index == self.sections.len() {
            self.sections.push(None);
        }
        self.by_key.insert(key, index);
        self.sections[index] = Some(compiled);
        self.claims.claim_all(index, key.source, &mut self.sections);
        true
    }

    fn remove(&mut self, key: Key) {
        let Some(index) = self.by_key.remove(&key) else {
            return;
        };
        self.claims
            .release_all(index, key.source, &mut self.sections);
        self.sections[index] = None;
        self.free.push(index);
    }

    fn lay_out(&mut self) {
        self.families.sort();
        self.runs.clear();
        self.runs.resize_with(self.families.len(), Vec::new);
        let mut keys: Vec<_> = self.by_key.iter().collect();
        keys.sort_unstable();
        for (_, &index) in keys {
            let Some(section) = &self.sections[index] else {
                continue;
            };
            for run in &section.runs {
                self.runs[run.family as usize].push(Run {
                    section: index,
                    level: run.level,
                    start: run.start,
                    end: run.end,
                });
            }
        }
    }

    /// What the sources have that said something.
    fn count(&mut self) {
        let mut counts = Counts::default();
        for (key, &index) in &self.by_key {
            if let Some(section) = self.sections[index].as_ref()
                && self.speaks(key.source)
            {
                counts.series += section.lines.len();
                counts.reserved += section.reserved;
            }
        }
        (counts.duplicates, counts.clashes) = self.claims.counts(|source| self.speaks(source));
        counts.series -= counts.duplicates + counts.clashes;
        self.counts = counts;
    }

    /// Writes what is wanted, with the values of the readings it was updated by; gives the number of samples.
    pub fn write(
        &self,
        readings: &[Option<&Reading>],
        wanted: Wanted<'_>,
        out: &mut Vec<u8>,
    ) -> usize {
        let values = self.values(readings);
        let from = out.len();
        let mut samples = 0;
        for &number in self.families.sorted() {
            let family = self.families.get(number);
            if !wanted.names.is_empty() && !wanted.names.contains(&*family.name) {
                continue;
            }
            let mut has_head = false;
            for run in &self.runs[number as usize] {
                // Not even a fixed value is shown of a source that said nothing.
                let (Some(section), Some(values)) =
                    (&self.sections[run.section], values[run.section])
                else {
                    continue;
                };
                if run.level > wanted.level {
                    continue;
                }
                for line in &section.lines[run.start as usize..run.end as usize] {
                    let Some(value) = line.value(values).filter(|_| !line.is_shadowed) else {
                        continue;
                    };
                    if !has_head {
                        family.write_head(out, wanted.format);
                        has_head = true;
                    }
                    out.extend_from_slice(family.name.as_bytes());
                    out.extend_from_slice(section.labels(line));
                    write_value(out, value);
                    out.push(b'\n');
                    samples += 1;
                }
            }
        }
        self.bytes_written
            .store(out.len() - from, Ordering::Relaxed);
        samples
    }

    /// By section, the values of its reading from its first one on; `None` where there is no reading.
    fn values<'a>(&self, readings: &[Option<&'a Reading>]) -> Vec<Option<&'a [f64]>> {
        let mut values = vec![None; self.sections.len()];
        for (key, &index) in &self.by_key {
            if let (Some(section), Some(Some(reading))) =
                (&self.sections[index], readings.get(key.source))
            {
                let from = reading.values.get(section.first_value..);
                values[index] = Some(from.unwrap_or_default());
            }
        }
        values
    }
}

impl compiled::Line {
    /// `None` where the source gave none.
    fn value(&self, values: &[f64]) -> Option<f64> {
        match self.reading {
            compiled::Value::Raw(index) => values.get(index as usize).copied(),
            compiled::Value::Times(index, factor) => {
                let value = values.get(index as usize).copied();
                value.map(|value| {
                    if value.to_bits() == ABSENT_BITS {
                        value
                    } else {
                        value * factor
                    }
                })
            }
            compiled::Value::Fixed(value) => Some(value),
        }
        .filter(|value| value.to_bits() != ABSENT_BITS)
    }
}
