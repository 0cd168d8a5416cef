//! What collectors write into: samples, grouped by the name of their family, in buffers that one
//! round leaves to the next.
//!
//! Nothing here knows where a value comes from. In a steady state a round allocates nothing.

mod series;

use std::collections::HashMap;

use exposition::{Family, Format, Kind, Sample};

use series::SeriesSet;

/// A family that is known when compiling.
#[derive(Clone, Copy, Debug)]
pub struct Desc {
    /// node_exporter's name, verbatim.
    pub name: &'static str,
    /// node_exporter's help, verbatim.
    pub help: &'static str,
    /// Its type.
    pub kind: Kind,
}

/// More families than any machine has: beyond, names that came up once (a device renamed in a
/// loop) are forgotten before the next round.
const FAMILIES_KEPT_MAX: usize = 8192;

/// The families of one round.
#[derive(Debug, Default)]
pub struct Families {
    entries: Vec<Entry>,
    by_name: HashMap<Box<str>, usize>,
    /// The family of the last sample: the next one is mostly of the same, or of the one that
    /// followed the last time.
    last: usize,
    /// Samples of this round.
    count: usize,
    left_out: usize,
    /// Indices of `entries` in the order of their names.
    sorted: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    name: Box<str>,
    help: Box<str>,
    kind: Kind,
    /// The texts of the program that name and help came from, where they did.
    fixed: Option<Fixed>,
    /// Those of this round, then what is left of the last one.
    rows: Vec<Row>,
    /// How many of `rows` are of this round.
    live: usize,
    /// The series of this round, once it is not as the last one was: until then they are those of
    /// the last round in their order, of which none is there twice.
    series: Option<SeriesSet>,
    /// The family that came after this one.
    next: usize,
}

/// Name and help of a [`Desc`]: whoever comes with the very same texts again is known without a comparison.
type Fixed = (&'static str, &'static str);

/// A sample. Its labels are compared with those of the next round, which mostly are the same, and
/// then stay as they are.
#[derive(Debug, Default)]
struct Row {
    suffix: &'static str,
    /// Names and values of labels, one behind the other.
    text: String,
    /// Where a name, then where its value ends.
    ends: Vec<(usize, usize)>,
    /// The labels as an exposition has them, with the blank behind them.
    rendered: Vec<u8>,
    value: f64,
}

impl Desc {
    /// A family that only grows.
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        let kind = Kind::Counter;
        Self { name, help, kind }
    }

    /// A family that goes up and down.
    pub const fn gauge(name: &'static str, help: &'static str) -> Self {
        let kind = Kind::Gauge;
        Self { name, help, kind }
    }

    /// A family of which upstream does not say what it does.
    pub const fn untyped(name: &'static str, help: &'static str) -> Self {
        let kind = Kind::Untyped;
        Self { name, help, kind }
    }
}

impl Families {
    /// Adds a sample. The second of a series is left out, and one whose name is none: Prometheus
    /// would refuse the whole exposition.
    pub fn put(&mut self, desc: &Desc, labels: &[(&str, &str)], value: f64) {
        let fixed = Some((desc.name, desc.help));
        self.put_sample((desc.kind, desc.name, desc.help), fixed, "", labels, value);
    }

    /// Adds a sample to a family whose name is made of words of the machine. The kind and help
    /// that a name came with first in a round hold.
    pub fn put_named(
        &mut self,
        kind: Kind,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        self.put_part((kind, name, help), "", labels, value);
    }

    /// Adds a part (`_bucket`, `_sum`, `_count`) of a histogram or summary.
    pub fn put_part(
        &mut self,
        family: (Kind, &str, &str),
        suffix: &'static str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        self.put_sample(family, None, suffix, labels, value);
    }

    fn put_sample(
        &mut self,
        (kind, name, help): (Kind, &str, &str),
        fixed: Option<Fixed>,
        suffix: &'static str,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        let entry = self.entry(kind, name, help, fixed);
        let entry = entry.and_then(|at| self.entries.get_mut(at));
        let is_put = entry.is_some_and(|entry| {
            if entry.live == 0 {
                entry.begin(kind, help, fixed);
            }
            entry.put(suffix, labels, value)
        });
        match is_put {
            true => self.count += 1,
            false => self.left_out += 1,
        }
    }

    /// Kind and help of a family that has samples in this round.
    pub fn declared(&self, name: &str) -> Option<(Kind, &str)> {
        let entry = self.entries.get(*self.by_name.get(name)?)?;
        (entry.live > 0).then_some((entry.kind, &*entry.help))
    }

    /// How many samples were left out since the last call.
    pub fn take_left_out(&mut self) -> usize {
        std::mem::take(&mut self.left_out)
    }

    /// Forgets the samples, and keeps the room that they took.
    pub fn clear(&mut self) {
        self.count = 0;
        if self.entries.len() > FAMILIES_KEPT_MAX {
            self.entries.clear();
            self.by_name.clear();
            self.sorted.clear();
        }
        for entry in &mut self.entries {
            // A round may ask for a part of the collectors only; what is left of the others costs
            // no more than it did.
            if entry.live > 0 {
                entry.rows.truncate(entry.live);
            }
            entry.live = 0;
            entry.series = None;
        }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends the whole exposition, without its end mark.
    pub fn write(&self, format: Format, out: &mut Vec<u8>) {
        for entry in self.sorted_entries() {
            exposition::write_head(out, &entry.name, &entry.help, entry.kind, format);
            for row in entry.live_rows() {
                exposition::write_name(out, &entry.name, row.suffix, entry.kind, format);
                out.extend_from_slice(&row.rendered);
                exposition::write_value(out, row.value);
                out.push(b'\n');
            }
        }
    }

    /// The families as values of their own, for those who push them.
    pub fn to_families(&self) -> Vec<Family> {
        let entries = self.sorted_entries();
        let families = entries.map(|entry| {
            let owned = |text: &str| text.to_owned().into();
            let samples = entry.live_rows().iter().map(|row| Sample {
                suffix: row.suffix,
                labels: row
                    .labels()
                    .map(|(name, value)| (owned(name), owned(value)))
                    .collect(),
                value: row.value,
                timestamp_ms: None,
            });
            let mut family =
                Family::new(entry.name.to_string(), entry.help.to_string(), entry.kind);
            family.samples = samples.collect();
            family
        });
        families.collect()
    }

    fn sorted_entries(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.sorted.iter().filter_map(|at| self.entries.get(*at));
        entries.filter(|entry| entry.live > 0)
    }

    /// `None` for what is no name of a family.
    fn entry(&mut self, kind: Kind, name: &str, help: &str, fixed: Option<Fixed>) -> Option<usize> {
        let is_it = |at: usize| {
            let entry = self.entries.get(at);
            entry.is_some_and(|entry| is_same(entry.fixed, fixed) || *entry.name == *name)
        };
        if is_it(self.last) {
            return Some(self.last);
        }
        let next = self.entries.get(self.last).map_or(0, |entry| entry.next);
        let at = match is_it(next) {
            true => next,
            false => self.find_or_add(kind, name, help)?,
        };
        if let Some(last) = self.entries.get_mut(self.last) {
            last.next = at;
        }
        self.last = at;
        Some(at)
    }

    fn find_or_add(&mut self, kind: Kind, name: &str, help: &str) -> Option<usize> {
        if let Some(at) = self.by_name.get(name) {
            return Some(*at);
        }
        if !is_name(name) {
            return None;
        }
        let at = self.entries.len();
        self.entries.push(Entry {
            name: name.into(),
            help: help.into(),
            kind,
            fixed: None,
            rows: Vec::new(),
            live: 0,
            series: None,
            next: 0,
        });
        self.by_name.insert(name.into(), at);
        let before = |other: &usize| self.entries.get(*other).is_some_and(|e| *e.name < *name);
        let place = self.sorted.partition_point(before);
        self.sorted.insert(place, at);
        Some(at)
    }
}

impl Entry {
    /// What the first sample of a round comes with holds for all of them.
    fn begin(&mut self, kind: Kind, help: &str, fixed: Option<Fixed>) {
        self.kind = kind;
        if !is_same(self.fixed, fixed) && *self.help != *help {
            self.help = help.into();
        }
        self.fixed = fixed;
    }

    /// Adds a sample, unless its series is there.
    fn put(&mut self, suffix: &'static str, labels: &[(&str, &str)], value: f64) -> bool {
        let known = self.rows.get_mut(self.live);
        match known {
            Some(row) if self.series.is_none() && row.is(suffix, labels) => row.value = value,
            _ => {
                if !self.is_new(suffix, labels) {
                    return false;
                }
                self.replace(suffix, labels, value);
            }
        }
        self.live += 1;
        true
    }

    fn is_new(&mut self, suffix: &str, labels: &[(&str, &str)]) -> bool {
        let told = self.rows.get(..self.live).unwrap_or_default();
        let series = self.series.get_or_insert_with(|| {
            let mut series = SeriesSet::default();
            for row in told {
                series.insert(row.suffix, row.labels());
            }
            series
        });
        series.insert(suffix, labels.iter().copied())
    }

    fn replace(&mut self, suffix: &'static str, labels: &[(&str, &str)], value: f64) {
        if self.rows.len() == self.live {
            self.rows.push(Row::default());
        }
        let Some(row) = self.rows.get_mut(self.live) else {
            return;
        };
        (row.suffix, row.value) = (suffix, value);
        row.text.clear();
        row.ends.clear();
        row.rendered.clear();
        for (name, value) in labels {
            row.text.push_str(name);
            let end = row.text.len();
            row.text.push_str(value);
            row.ends.push((end, row.text.len()));
        }
        exposition::write_labels(&mut row.rendered, labels);
        row.rendered.push(b' ');
    }

    fn live_rows(&self) -> &[Row] {
        self.rows.get(..self.live).unwrap_or_default()
    }
}

impl Row {
    /// Whether it is of this series, with its labels in this order.
    fn is(&self, suffix: &str, labels: &[(&str, &str)]) -> bool {
        self.suffix == suffix
            && self.ends.len() == labels.len()
            && self.labels().zip(labels).all(|(own, other)| own == *other)
    }

    fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let mut start = 0;
        self.ends.iter().map(move |(name, value)| {
            let label = (text(start, *name), text(*name, *value));
            start = *value;
            label
        })
    }
}

/// Whether both are the same texts in the same place.
fn is_same(one: Option<Fixed>, other: Option<Fixed>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| std::ptr::eq(one.0, other.0) && std::ptr::eq(one.1, other.1))
}

fn is_name(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    let begins_well = text
        .bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit());
    begins_well && text.bytes().all(is_inside)
}

#[cfg(test)]
mod tests;
