//! OpenMetrics 1.0: single blanks, families in one piece, suffixes by type, `# EOF` at the end.

use std::collections::HashSet;

use super::line::{self, SampleLine, expected, help, is_blank, metric_name, sample};
use super::{Collected, ParseError, Problem, at, excerpt};
use crate::family::{Family, Kind, Sample};

/// A type: its word, what it is in memory, and the suffixes of its samples.
struct Type {
    word: &'static str,
    kind: Kind,
    suffixes: &'static [&'static str],
}

/// THE TYPES. In memory a counter's name has its `_total` and an info's its `_info`, as in text 0.0.4.
const TYPES: &[Type] = &[
    row("unknown", Kind::Untyped, &[""]),
    row("counter", Kind::Counter, &["_total", "_created"]),
    row("gauge", Kind::Gauge, &[""]),
    row(
        "histogram",
        Kind::Histogram,
        &["_bucket", "_count", "_sum", "_created"],
    ),
    row(
        "summary",
        Kind::Summary,
        &["", "_count", "_sum", "_created"],
    ),
    row("info", Kind::Gauge, &["_info"]),
    row("stateset", Kind::Gauge, &[""]),
];

const fn row(word: &'static str, kind: Kind, suffixes: &'static [&'static str]) -> Type {
    Type {
        word,
        kind,
        suffixes,
    }
}

/// A family whose lines are being read.
struct Open {
    name: String,
    family_type: &'static Type,
    has_type: bool,
    has_unit: bool,
    help: Option<String>,
    samples: Vec<Sample>,
    lines: Vec<usize>,
}

#[derive(Default)]
struct Reader {
    open: Option<Open>,
    collected: Vec<Collected>,
    /// Names of families and of every sample that they could have.
    taken: HashSet<String>,
}

pub(super) fn families(text: &str) -> Result<Vec<Collected>, ParseError> {
    let mut reader = Reader::default();
    let mut lines = (1..).zip(text.split('\n'));
    let mut number = 0;
    for (at_line, line) in lines.by_ref() {
        number = at_line;
        if line == "# EOF" {
            reader.close().map_err(at(number))?;
            return match (lines.next(), lines.next()) {
                (None | Some((_, "")), None) => Ok(reader.collected),
                _ => Err(at(number + 1)(Problem::Eof)),
            };
        }
        match line.strip_prefix("# ") {
            Some(comment) => reader.comment(comment),
            None => reader.sample(line, number),
        }
        .map_err(at(number))?;
    }
    Err(at(number)(Problem::Eof))
}

impl Reader {
    fn comment(&mut self, comment: &str) -> Result<(), Problem> {
        let (keyword, rest) = comment.split_once(' ').unwrap_or((comment, ""));
        let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let keyword = match keyword {
            "TYPE" => "TYPE",
            "HELP" => "HELP",
            "UNIT" => "UNIT",
            _ => return Err(expected("`TYPE`, `HELP`, `UNIT` or `EOF`", comment)),
        };
        let open = self.enter(metric_name(name, comment)?)?;
        let is_again = match keyword {
            "TYPE" => std::mem::replace(&mut open.has_type, true),
            "UNIT" => std::mem::replace(&mut open.has_unit, true),
            _ => open.help.is_some(),
        };
        if is_again || !open.lines.is_empty() {
            let name = excerpt(name);
            return Err(Problem::Late { keyword, name });
        }
        match keyword {
            "TYPE" => {
                let found = TYPES.iter().find(|row| row.word == rest);
                open.family_type = found.ok_or_else(|| Problem::Type(excerpt(rest)))?;
            }
            "HELP" => open.help = Some(help(rest, true)),
            _ => {
                let base = name.strip_suffix(rest);
                if !rest.is_empty() && !base.is_some_and(|base| base.ends_with('_')) {
                    return Err(Problem::Unit {
                        name: excerpt(name),
                        unit: excerpt(rest),
                    });
                }
            }
        }
        Ok(())
    }

    fn sample(&mut self, text: &str, number: usize) -> Result<(), Problem> {
        if text.is_empty() || text.starts_with(is_blank) {
            return Err(expected("a sample or a comment", text));
        }
        let parsed = sample(text)?;
        let suffix = self.open.as_ref().and_then(|open| open.suffix(parsed.name));
        let (open, suffix) = match (&mut self.open, suffix) {
            (Some(open), Some(suffix)) => (open, suffix),
            // A head without samples of its own type, and then one that only begins like it.
            (Some(open), None) if open.has_type && begins_like(parsed.name, &open.name) => {
                return Err(Problem::Suffix {
                    sample: excerpt(parsed.name),
                    kind: open.family_type.word,
                    family: excerpt(&open.name),
                });
            }
            _ => (self.enter(parsed.name)?, ""),
        };
        let (value, timestamp_ms) = point(&parsed, open.family_type, suffix)?;
        // Creation times are not carried.
        if suffix == "_created" {
            return Ok(());
        }
        open.lines.push(number);
        open.samples.push(Sample {
            suffix: match open.family_type.word {
                "counter" | "info" => "",
                _ => suffix,
            },
            labels: parsed.labels,
            value,
            timestamp_ms,
        });
        Ok(())
    }

    /// The open family if it is called `name`; else that one is closed, and a new one opened.
    fn enter(&mut self, name: &str) -> Result<&mut Open, Problem> {
        if self.open.as_ref().is_none_or(|open| open.name != name) {
            self.close()?;
        }
        Ok(self.open.get_or_insert_with(|| Open::new(name)))
    }

    fn close(&mut self) -> Result<(), Problem> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let suffixes = open.family_type.suffixes.iter().chain(&[""]);
        let names: HashSet<String> = suffixes
            .map(|suffix| format!("{}{suffix}", open.name))
            .collect();
        if let Some(name) = names.iter().find(|name| self.taken.contains(*name)) {
            return Err(Problem::Taken(excerpt(name)));
        }
        self.taken.extend(names);
        let in_memory = match open.family_type.word {
            "counter" => open.name + "_total",
            "info" => open.name + "_info",
            _ => open.name,
        };
        self.collected.push(Collected {
            family: Family {
                name: in_memory.into(),
                help: open.help.unwrap_or_default().into(),
                kind: open.family_type.kind,
                samples: open.samples,
            },
            lines: open.lines,
        });
        Ok(())
    }
}

impl Open {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            family_type: &TYPES[0],
            has_type: false,
            has_unit: false,
            help: None,
            samples: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// What the name of one of its samples has beyond its own.
    fn suffix(&self, sample: &str) -> Option<&'static str> {
        let rest = sample.strip_prefix(self.name.as_str())?;
        let mut suffixes = self.family_type.suffixes.iter().copied();
        suffixes.find(|suffix| *suffix == rest)
    }
}

/// Whether a sample can only have been meant for this family: its name, with a suffix of any type.
fn begins_like(sample: &str, family: &str) -> bool {
    sample.strip_prefix(family).is_some_and(|rest| {
        let mut suffixes = TYPES.iter().flat_map(|row| row.suffixes);
        suffixes.any(|suffix| *suffix == rest)
    })
}

/// Value and time of a sample, checked against its type.
fn point(
    sample: &SampleLine<'_>,
    family_type: &Type,
    suffix: &str,
) -> Result<(f64, Option<i64>), Problem> {
    let (point, exemplar) = match sample.rest.split_once(" # ") {
        Some((point, exemplar)) => (point, Some(exemplar)),
        None => (sample.rest, None),
    };
    let (spelled, timestamp) = match point.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp)),
        None => (point, None),
    };
    let value = line::value(spelled)?;
    let timestamp_ms = timestamp.map(milliseconds).transpose()?;
    match (family_type.word, suffix) {
        ("histogram", "_bucket") => line::bound(sample, "le")?,
        ("summary", "") => line::bound(sample, "quantile")?,
        _ => {}
    }
    let only_grows = matches!(suffix, "_total" | "_bucket" | "_count");
    if only_grows && (value.is_nan() || value < 0.0) {
        return Err(Problem::Range(excerpt(sample.name)));
    }
    if let Some(exemplar) = exemplar {
        if !matches!(suffix, "_total" | "_bucket") {
            return Err(expected("the end of the line", exemplar));
        }
        let inner = exemplar.strip_prefix('{');
        let inner = inner.ok_or_else(|| expected("`{` of an exemplar", exemplar))?;
        let (_, rest) = line::labels(inner)?;
        let rest = rest.strip_prefix(' ');
        let rest = rest.ok_or_else(|| expected("an exemplar's value", exemplar))?;
        let (spelled, timestamp) = rest.split_once(' ').unwrap_or((rest, "0"));
        line::value(spelled)?;
        milliseconds(timestamp)?;
    }
    Ok((value, timestamp_ms))
}

/// Seconds, with or without a fraction, as milliseconds.
fn milliseconds(text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::Timestamp(excerpt(text));
    let milliseconds = (line::value(text)? * 1000.0).round();
    // 2^63 is exact in an f64; every f64 below it fits.
    if milliseconds.is_nan() || milliseconds.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(wrong());
    }
    Ok(milliseconds as i64)
}
