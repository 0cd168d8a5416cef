//! Text 0.0.4: forgiving about blanks, comments and the order of families.

use std::collections::HashMap;

use super::line::{expected, help, is_blank, metric_name, sample, value, word};
use super::{Collected, ParseError, Problem, at, excerpt};
use crate::family::{Family, Kind, Sample};

/// The types and the words for them.
const KINDS: &[(&str, Kind)] = &[
    ("counter", Kind::Counter),
    ("gauge", Kind::Gauge),
    ("histogram", Kind::Histogram),
    ("summary", Kind::Summary),
    ("untyped", Kind::Untyped),
];

#[derive(Default)]
struct Reader {
    /// Grows only; the indexes in the map are into it.
    collected: Vec<Collected>,
    by_name: HashMap<String, Known>,
}

struct Known {
    index: usize,
    has_help: bool,
    has_type: bool,
}

pub(super) fn families(text: &str) -> Result<Vec<Collected>, ParseError> {
    let mut reader = Reader::default();
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        number += 1;
        let line = line
            .strip_suffix('\n')
            .ok_or(Problem::Cut)
            .map_err(at(number))?;
        let trimmed = line.trim_start_matches(is_blank);
        if let Some(comment) = trimmed.strip_prefix('#') {
            let comment = comment.trim_start_matches(is_blank);
            reader.comment(comment).map_err(at(number))?;
        } else if !trimmed.is_empty() {
            reader.sample(trimmed, number).map_err(at(number))?;
        }
    }
    Ok(reader.collected)
}

impl Reader {
    fn comment(&mut self, comment: &str) -> Result<(), Problem> {
        let (keyword, rest) = word(comment);
        let (name, rest) = word(rest);
        match keyword {
            "HELP" => {
                let (known, collected) = self.family(metric_name(name, comment)?);
                if std::mem::replace(&mut known.has_help, true) {
                    return Err(late("HELP", name));
                }
                collected.family.help = help(rest, false).into();
            }
            "TYPE" => {
                let row = KINDS.iter().find(|(word, _)| *word == rest);
                let (known, collected) = self.family(metric_name(name, comment)?);
                let is_late = !collected.lines.is_empty();
                if std::mem::replace(&mut known.has_type, true) || is_late {
                    return Err(late("TYPE", name));
                }
                let (_, kind) = row.ok_or_else(|| Problem::Type(excerpt(rest)))?;
                collected.family.kind = *kind;
            }
            _ => {}
        }
        Ok(())
    }

    fn sample(&mut self, line: &str, number: usize) -> Result<(), Problem> {
        let parsed = sample(line)?;
        let (spelled, rest) = word(parsed.rest);
        if spelled.is_empty() {
            return Err(expected("a value", parsed.rest));
        }
        let (timestamp, rest) = word(rest);
        if !rest.is_empty() {
            return Err(expected("the end of the line", rest));
        }
        let timestamp_ms = match timestamp {
            "" => None,
            text => Some(
                text.parse()
                    .map_err(|_| Problem::Timestamp(excerpt(text)))?,
            ),
        };
        let value = value(spelled)?;
        let (collected, suffix) = self.place(parsed.name);
        let bound = match (collected.family.kind, suffix) {
            (Kind::Histogram, "_bucket") => Some("le"),
            (Kind::Summary, "") => Some("quantile"),
            (Kind::Histogram, "") => {
                return Err(Problem::Suffix {
                    sample: excerpt(parsed.name),
                    kind: "histogram",
                    family: excerpt(&collected.family.name),
                });
            }
            _ => None,
        };
        if let Some(label) = bound {
            super::line::bound(&parsed, label)?;
        }
        collected.lines.push(number);
        collected.family.samples.push(Sample {
            suffix,
            labels: parsed.labels,
            value,
            timestamp_ms,
        });
        Ok(())
    }

    /// The family of a sample, and what its name has beyond the family's.
    fn place(&mut self, name: &str) -> (&mut Collected, &'static str) {
        const SUFFIXES: &[(&str, &[Kind])] = &[
            ("_bucket", &[Kind::Histogram]),
            ("_sum", &[Kind::Histogram, Kind::Summary]),
            ("_count", &[Kind::Histogram, Kind::Summary]),
        ];
        if !self.by_name.contains_key(name) {
            for (suffix, kinds) in SUFFIXES {
                let base = name.strip_suffix(suffix);
                if let Some(known) = base.and_then(|base| self.by_name.get(base))
                    && kinds.contains(&self.collected[known.index].family.kind)
                {
                    return (&mut self.collected[known.index], suffix);
                }
            }
        }
        let (_, collected) = self.family(name);
        (collected, "")
    }

    /// The family of this name, made if it is new.
    fn family(&mut self, name: &str) -> (&mut Known, &mut Collected) {
        let index = self.collected.len();
        let fresh = Known {
            index,
            has_help: false,
            has_type: false,
        };
        let known = self.by_name.entry(name.to_owned()).or_insert(fresh);
        let place = known.index;
        if place == index {
            self.collected.push(Collected {
                family: Family::untyped(name.to_owned(), ""),
                lines: Vec::new(),
            });
        }
        (known, &mut self.collected[place])
    }
}

fn late(keyword: &'static str, name: &str) -> Problem {
    let name = excerpt(name);
    Problem::Late { keyword, name }
}
