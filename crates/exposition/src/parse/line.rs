//! The pieces of one line: names, labels, values, comments. Both formats share them.

use std::borrow::Cow;

use super::{Problem, excerpt};
use crate::family::Label;

/// A sample's line in pieces.
pub(super) struct SampleLine<'a> {
    pub(super) name: &'a str,
    pub(super) labels: Vec<Label>,
    /// Value and whatever follows, without leading blanks.
    pub(super) rest: &'a str,
}

/// `name{a="b",…} rest`.
pub(super) fn sample(line: &str) -> Result<SampleLine<'_>, Problem> {
    let (name, rest) = split_word(line, is_name_byte);
    if name.is_empty() && rest.starts_with('{') {
        return Err(Problem::QuotedName);
    }
    let name = metric_name(name, line)?;
    let trimmed = rest.trim_start_matches(is_blank);
    let (labels, after) = match trimmed.strip_prefix('{') {
        Some(inner) => labels(inner)?,
        None => (Vec::new(), rest),
    };
    let rest = after.trim_start_matches(is_blank);
    if labels.is_empty() && rest.len() == after.len() && !trimmed.starts_with('{') {
        return Err(expected("a blank after the name", after));
    }
    Ok(SampleLine { name, labels, rest })
}

/// What stands between braces, up to and with the closing one; then the rest.
pub(super) fn labels(text: &str) -> Result<(Vec<Label>, &str), Problem> {
    let mut labels: Vec<Label> = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            unique(&labels)?;
            return Ok((labels, after));
        }
        if rest.starts_with('"') {
            return Err(Problem::QuotedName);
        }
        let (name, after) = split_word(rest, is_name_byte);
        if !is_label_name(name) {
            return Err(Problem::LabelName(excerpt(if name.is_empty() {
                rest
            } else {
                name
            })));
        }
        let after = after.trim_start_matches(is_blank);
        let after = after
            .strip_prefix('=')
            .ok_or_else(|| expected("`=`", after))?;
        let after = after.trim_start_matches(is_blank);
        let after = after
            .strip_prefix('"')
            .ok_or_else(|| expected("a quote", after))?;
        let (value, after) = quoted(after)?;
        labels.push((name.to_owned().into(), value.into_owned().into()));
        let after = after.trim_start_matches(is_blank);
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start_matches(is_blank),
            None if after.starts_with('}') => after,
            None => return Err(expected("`,` or `}`", after)),
        };
    }
}

/// The text up to the closing quote, unescaped; then the rest.
fn quoted(text: &str) -> Result<(Cow<'_, str>, &str), Problem> {
    let end = text.find(['"', '\\']).ok_or(Problem::OpenQuote)?;
    let (plain, rest) = text.split_at(end);
    if let Some(after) = rest.strip_prefix('"') {
        return Ok((plain.into(), after));
    }
    let mut value = plain.to_owned();
    let mut chars = rest.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => return Ok((value.into(), chars.as_str())),
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(escaped @ ('\\' | '"')) => value.push(escaped),
                Some(other) => return Err(Problem::Escape(other)),
                None => return Err(Problem::OpenQuote),
            },
            other => value.push(other),
        }
    }
    Err(Problem::OpenQuote)
}

fn unique(labels: &[Label]) -> Result<(), Problem> {
    let mut names: Vec<&str> = labels.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair.first() == pair.last());
    match twice.and_then(|pair| pair.first()) {
        Some(name) => Err(Problem::LabelTwice(excerpt(name))),
        None => Ok(()),
    }
}

/// A help text: a backslash before anything else stands for itself.
pub(super) fn help(text: &str, quotes: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('\\') => plain.push('\\'),
            Some('n') => plain.push('\n'),
            Some('"') if quotes => plain.push('"'),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

/// A value: what Rust and Go both read, but nothing that is only too large for an f64.
pub(super) fn value(text: &str) -> Result<f64, Problem> {
    let wrong = || Problem::Value(excerpt(text));
    let value: f64 = text.parse().map_err(|_| wrong())?;
    let spelled_out = text.contains(['n', 'N']);
    if value.is_infinite() && !spelled_out {
        return Err(wrong());
    }
    Ok(value)
}

/// A bucket needs its `le`, a quantile its `quantile`; both are numbers.
pub(super) fn bound(sample: &SampleLine<'_>, label: &'static str) -> Result<(), Problem> {
    let found = sample.labels.iter().find(|(name, _)| name == label);
    match found.map(|(_, text)| value(text)) {
        Some(Ok(_)) => Ok(()),
        _ => Err(Problem::Bound {
            name: excerpt(sample.name),
            label,
        }),
    }
}

/// A metric's name, or what is wrong with it.
pub(super) fn metric_name<'a>(name: &'a str, line: &str) -> Result<&'a str, Problem> {
    if is_metric_name(name) {
        Ok(name)
    } else {
        let found = if name.is_empty() { line } else { name };
        Err(Problem::MetricName(excerpt(found)))
    }
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
pub(crate) fn is_metric_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| !byte.is_ascii_digit()) && name.bytes().all(is_name_byte)
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`
pub(crate) fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':')
}

/// The word up to the first blank; then the rest without the blanks between.
pub(super) fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_at(text.find(is_blank).unwrap_or(text.len()));
    (word, rest.trim_start_matches(is_blank))
}

pub(super) fn is_blank(char: char) -> bool {
    char == ' ' || char == '\t'
}

pub(super) fn expected(expected: &'static str, found: &str) -> Problem {
    let found = excerpt(found);
    Problem::Expected { expected, found }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':'
}

fn split_word(text: &str, belongs: fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !belongs(byte));
    text.split_at(end.unwrap_or(text.len()))
}
