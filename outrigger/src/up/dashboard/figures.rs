//! From what exporters expose to the figures of the panels. Pure: time comes in.

use super::panel::{Ask, Line, Panel, Select, Source, Test};
use exposition::{Family, Sample};
use std::collections::{BTreeMap, HashMap};

/// What one source answered, and when, in seconds of a clock that never goes back.
#[derive(Debug)]
pub(super) struct Scrape {
    pub(super) seconds: f64,
    pub(super) families: Vec<Family>,
}

/// What all sources answered at one moment; none where one did not.
pub(super) type Scrapes = BTreeMap<Source, Scrape>;

/// The figures of one panel: series by name.
pub(super) type Figures = Vec<(String, f64)>;

/// For how many answers of its source a counter that is not in them is remembered: an hour. Part of a source may fail
/// while the rest answers, and what it counted before must not come back as growth; what is gone for good has to go.
const MISSED_ANSWERS_MAX: u64 = 720;

/// Remembers counters from one scrape to the next.
#[derive(Debug, Default)]
pub(super) struct Evaluation {
    counters: HashMap<Source, Counters>,
}

/// The counters of one source.
#[derive(Debug, Default)]
struct Counters {
    /// When it answered last.
    seconds: f64,
    /// How often it has answered.
    answers: u64,
    values: HashMap<String, Counted>,
}

/// What a counter was when it was last there.
#[derive(Clone, Copy, Debug)]
struct Counted {
    value: f64,
    seconds: f64,
    /// Which answer of the source that was.
    answer: u64,
}

impl Counted {
    /// The growth since it was `earlier`; `None` where no time has passed.
    fn per_second_since(self, earlier: Self) -> Option<f64> {
        let passed = self.seconds - earlier.seconds;
        let growth = if self.value < earlier.value {
            self.value
        } else {
            self.value - earlier.value
        };
        (passed > 0.0).then(|| growth / passed)
    }
}

impl Counters {
    /// What a counter was; one that is not known was 0 at the last answer.
    fn counted(&self, key: &str) -> Counted {
        let nothing = Counted {
            value: 0.0,
            seconds: self.seconds,
            answer: self.answers,
        };
        self.values.get(key).copied().unwrap_or(nothing)
    }

    /// Takes in the next answer. What it lacks stays, with its own time.
    fn merge(&mut self, next: Self) {
        self.seconds = next.seconds;
        self.answers = next.answers;
        self.values.extend(next.values);
        let answers = self.answers;
        let is_due = |counted: &Counted| answers - counted.answer > MISSED_ANSWERS_MAX;
        self.values.retain(|_, counted| !is_due(counted));
    }
}

impl Evaluation {
    /// The figures of every panel, in their order.
    pub(super) fn figures(&mut self, panels: &[Panel], scrapes: &Scrapes) -> Vec<Figures> {
        let mut fresh: HashMap<Source, Counters> = HashMap::new();
        for (source, scrape) in scrapes {
            let before = self.counters.get(source);
            let counters = Counters {
                seconds: scrape.seconds,
                answers: before.map_or(0, |before| before.answers) + 1,
                values: HashMap::new(),
            };
            fresh.insert(*source, counters);
        }
        let index = Index::of(scrapes);
        let figures = panels.iter().map(|panel| {
            let lines = panel.lines.iter();
            let mut figures: Figures = lines
                .flat_map(|line| self.line(line, &index, &mut fresh))
                .filter(|(_, value)| value.is_finite())
                .collect();
            if panel.lines.len() == 1 {
                figures.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            }
            figures
        });
        let figures = figures.collect();
        // A source that does not answer keeps what it had: its next answer spans the gap.
        for (source, next) in fresh {
            self.counters.entry(source).or_default().merge(next);
        }
        figures
    }

    fn line(
        &self,
        line: &Line,
        index: &Index<'_>,
        fresh: &mut HashMap<Source, Counters>,
    ) -> Figures {
        let named = |values: BTreeMap<String, f64>| {
            let rename = |(label, value)| (line.name.replace("{}", label), value * line.scale);
            let values = values.iter().map(|(label, value)| (label.as_str(), *value));
            values.map(rename).collect()
        };
        let largest = |of: &Select| groups(index.samples(of).map(plain), of, f64::max);
        let sum = |of: &Select| groups(index.samples(of).map(plain), of, |a, b| a + b);
        let mut rate = |of: &Select| self.rate(of, index, fresh);
        named(match &line.ask {
            Ask::Sum(of) => sum(of),
            Ask::Max(of) => largest(of),
            Ask::Rate(of) => rate(of),
            Ask::RateShare(of, all) => share(&rate(of), &rate(all)),
            Ask::Rest(of, all) => {
                let shares = share(&sum(of), &sum(all)).into_iter();
                shares.map(|(label, share)| (label, 1.0 - share)).collect()
            }
        })
    }

    /// The growth of each group per second, of each counter since it was last there. A counter that became smaller
    /// began again at 0; one that was never there before did so, too, where its source had been asked before.
    fn rate(
        &self,
        of: &Select,
        index: &Index<'_>,
        fresh: &mut HashMap<Source, Counters>,
    ) -> BTreeMap<String, f64> {
        let before = self.counters.get(&of.source);
        let Some(now) = fresh.get_mut(&of.source) else {
            return BTreeMap::new();
        };
        let growth = index.samples(of).map(|sample| {
            let key = key(of.family, sample);
            let counted = Counted {
                value: sample.value,
                seconds: now.seconds,
                answer: now.answers,
            };
            let earlier = before.map(|before| before.counted(&key));
            now.values.insert(key, counted);
            Some((sample, counted.per_second_since(earlier?)?))
        });
        // All are walked, so that all are remembered.
        let growth: Vec<_> = growth.collect();
        groups(growth.into_iter().flatten(), of, |a, b| a + b)
    }
}

/// Families by source and name.
struct Index<'a>(HashMap<(Source, &'a str), Vec<&'a Family>>);

impl<'a> Index<'a> {
    fn of(scrapes: &'a Scrapes) -> Self {
        let mut families: HashMap<_, Vec<&Family>> = HashMap::new();
        for (source, scrape) in scrapes {
            for family in &scrape.families {
                let key = (*source, family.name.as_ref());
                families.entry(key).or_default().push(family);
            }
        }
        Self(families)
    }

    /// The samples that a select wants.
    fn samples(&self, of: &Select) -> impl Iterator<Item = &'a Sample> {
        let families = self.0.get(&(of.source, of.family));
        let samples = families
            .into_iter()
            .flatten()
            .flat_map(|family| &family.samples);
        let with = of.with;
        samples.filter(move |sample| with.iter().all(|(label, test)| holds(sample, label, test)))
    }
}

fn plain(sample: &Sample) -> (&Sample, f64) {
    (sample, sample.value)
}

fn holds(sample: &Sample, label: &str, test: &Test) -> bool {
    let value = value_of(sample, label);
    match test {
        Test::Any => true,
        Test::Is(wanted) => value == Some(wanted),
        Test::Not(unwanted) => value.is_some_and(|value| !unwanted.contains(&value)),
        Test::Has => value.is_some_and(|value| !value.is_empty()),
        Test::Lacks => value.is_none_or(str::is_empty),
    }
}

fn value_of<'a>(sample: &'a Sample, label: &str) -> Option<&'a str> {
    let found = sample.labels.iter().find(|(name, _)| name == label);
    found.map(|(_, value)| value.as_ref())
}

fn groups<'a>(
    samples: impl Iterator<Item = (&'a Sample, f64)>,
    of: &Select,
    together: impl Fn(f64, f64) -> f64,
) -> BTreeMap<String, f64> {
    let mut groups = BTreeMap::new();
    for (sample, value) in samples.filter(|(_, value)| !value.is_nan()) {
        let group = value_of(sample, of.by).unwrap_or_default();
        let group = groups.entry(group.to_owned());
        group
            .and_modify(|sum| *sum = together(*sum, value))
            .or_insert(value);
    }
    groups
}

/// Each group in the same group of all, or in all where those are not grouped.
fn share(of: &BTreeMap<String, f64>, all: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let share = |(group, value): (&String, &f64)| {
        let whole = all.get(group).or_else(|| all.get(""))?;
        (*whole > 0.0).then(|| (group.clone(), value / whole))
    };
    of.iter().filter_map(share).collect()
}

/// Tells a counter from all others of its source.
fn key(family: &str, sample: &Sample) -> String {
    let mut key = family.to_owned();
    for (name, value) in &sample.labels {
        key.push('\u{0}');
        key.push_str(name);
        key.push('\u{1}');
        key.push_str(value);
    }
    key
}

#[cfg(test)]
mod tests;
