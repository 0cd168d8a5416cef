//! One section of a source, taken through the rules.

use exposition::write_labels;

use super::families::{Families, RESERVED};
use crate::level::{self, Level};
use crate::rules::{Evaluation, Rules, Series};
use crate::source::{Attribute, Bean, Section};

/// What a section became.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Of the section that it was made of.
    pub(super) number: u64,
    pub(super) first_value: usize,
    /// The last update that had it.
    pub(super) round: u64,
    /// By family, then by level.
    pub(super) lines: Vec<Line>,
    pub(super) runs: Vec<FamilyRun>,
    /// Series whose name is one of the exporter's own.
    pub(super) reserved: usize,
    /// `{a="b"} ` of every line.
    labels: Vec<u8>,
    /// Values that lines depend on, and what they were.
    read_values: Vec<(u32, u64)>,
}

/// One series.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) reading: Value,
    pub(super) family: u32,
    labels: (u32, u32),
    level: Level,
    /// Another line is the same series.
    pub(super) is_shadowed: bool,
}

/// Where the value of a line is, counted from the first of its section.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Raw(u32),
    Times(u32, f64),
    Fixed(f64),
}

/// Lines of one family and level.
#[derive(Clone, Copy, Debug)]
pub(super) struct FamilyRun {
    pub(super) family: u32,
    pub(super) level: Level,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Compiled {
    pub(super) fn new(
        rules: &Rules,
        section: &Section,
        values: &[f64],
        families: &mut Families,
    ) -> Self {
        let mut compiled = Self {
            number: section.number,
            first_value: section.first_value,
            round: 0,
            lines: Vec::new(),
            runs: Vec::new(),
            reserved: 0,
            labels: Vec::new(),
            read_values: Vec::new(),
        };
        let mut first = 0;
        for bean in section.beans.iter() {
            let end = first + bean.attributes.len();
            let own = values.get(first..end).unwrap_or_default();
            if rules.takes(bean) {
                compiled.bean(rules, bean, first, own, families);
            }
            first = end;
        }
        compiled.group();
        compiled
    }

    fn bean(
        &mut self,
        rules: &Rules,
        bean: &Bean,
        first: usize,
        values: &[f64],
        families: &mut Families,
    ) {
        let level = level::of(bean);
        let evaluation = rules.evaluate(bean, values);
        for (attribute, value) in evaluation.extra_metrics() {
            let of = Of {
                attribute,
                value,
                index: None,
                level,
            };
            self.attribute(&evaluation, of, families);
        }
        for (index, attribute) in bean.attributes.iter().enumerate() {
            if rules.takes_attribute(bean, &attribute.name) {
                let of = Of {
                    attribute,
                    value: values.get(index).copied().unwrap_or(f64::NAN),
                    index: u32::try_from(first + index).ok(),
                    level,
                };
                self.attribute(&evaluation, of, families);
            }
        }
        if evaluation.labels_read_values() {
            let indexed = values.iter().enumerate();
            let all = indexed.filter_map(|(index, value)| {
                Some((u32::try_from(first + index).ok()?, value.to_bits()))
            });
            self.read_values.extend(all);
        }
    }

    fn attribute(&mut self, evaluation: &Evaluation<'_>, of: Of<'_>, families: &mut Families) {
        let outcome = evaluation.attribute(of.attribute, of.value, |name| families.knows(name));
        if outcome.reads_value
            && let Some(index) = of.index
        {
            self.read_values.push((index, of.value.to_bits()));
        }
        if let Some(series) = outcome.series {
            self.line(series, &of, families);
        }
    }

    fn line(&mut self, series: Series, of: &Of<'_>, families: &mut Families) {
        if RESERVED
            .iter()
            .any(|prefix| series.name.starts_with(prefix))
        {
            self.reserved += 1;
            return;
        }
        let reading = match (series.value, of.index) {
            (crate::rules::Value::Fixed(value), _) => Value::Fixed(value),
            (crate::rules::Value::Times(factor), None) => Value::Fixed(of.value * factor),
            (crate::rules::Value::Times(1.0), Some(index)) => Value::Raw(index),
            (crate::rules::Value::Times(factor), Some(index)) => Value::Times(index, factor),
        };
        let start = self.labels.len();
        write_labels(&mut self.labels, &series.labels);
        self.labels.push(b' ');
        // A section of more than 4 GiB of labels did not fit into the answer of its source.
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.labels.len())) else {
            return;
        };
        self.lines.push(Line {
            reading,
            family: families.number(&series.name, series.kind, series.help),
            labels: (start, end),
            level: of.level,
            is_shadowed: false,
        });
    }

    /// Puts what belongs to one family together, in the order of beans.
    fn group(&mut self) {
        self.lines.sort_by_key(|line| (line.family, line.level));
        for (index, line) in self.lines.iter().enumerate() {
            let Ok(at) = u32::try_from(index) else {
                return;
            };
            match self.runs.last_mut() {
                Some(run) if run.family == line.family && run.level == line.level => {
                    run.end = at + 1;
                }
                _ => self.runs.push(FamilyRun {
                    family: line.family,
                    level: line.level,
                    start: at,
                    end: at + 1,
                }),
            }
        }
        self.read_values.sort_unstable();
        self.read_values.dedup();
        self.lines.shrink_to_fit();
        self.labels.shrink_to_fit();
    }

    /// Whether no value is another that a line depends on.
    pub(super) fn still_holds(&self, values: &[f64]) -> bool {
        self.read_values.iter().all(|(index, bits)| {
            let now = values.get(*index as usize);
            now.is_some_and(|value| value.to_bits() == *bits)
        })
    }

    /// `{a="b"} ` of a line.
    pub(super) fn labels(&self, line: &Line) -> &[u8] {
        let (start, end) = line.labels;
        self.labels
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }
}

/// An attribute on its way.
struct Of<'a> {
    attribute: &'a Attribute,
    value: f64,
    /// Of its value in the section; `None` for what a customizer adds.
    index: Option<u32>,
    level: Level,
}
