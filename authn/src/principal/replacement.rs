//! The replacement of a mapping rule, in Java's grammar: `$1`, `${name}`, and a backslash before
//! what is meant literally.
//!
//! As Kafka has it, `$n` with a number beyond the groups is literal text. What Java would refuse
//! when somebody logs in is refused here, when the configuration is read.

use regex::{Captures, Regex};

/// A parsed replacement.
#[derive(Clone, Debug)]
pub(super) struct Replacement(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

/// A replacement that Java would not take either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplacementError {
    /// Nothing after a backslash.
    #[error("it ends in a backslash; write \\\\ for one")]
    Backslash,
    /// A `$` that is no reference.
    #[error("a '$' is followed by neither a number nor {{name}}; write \\$ for a dollar sign")]
    Dollar,
    /// A number where the pattern has no groups at all.
    #[error("it refers to group {0}, and the pattern has no groups")]
    NoGroups(usize),
    /// A name that the pattern does not have.
    #[error("it refers to the group '{0}', which the pattern does not have")]
    NoGroup(String),
}

impl Replacement {
    /// Reads the text between the second and the third slash of a rule.
    pub(super) fn parse(text: &str, pattern: &Regex) -> Result<Self, ReplacementError> {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(char) = rest.next() {
            match char {
                '\\' => push(&mut parts, rest.next().ok_or(ReplacementError::Backslash)?),
                '$' => {
                    let (part, after) = reference(rest.as_str(), pattern)?;
                    parts.push(part);
                    rest = after.chars();
                }
                _ => push(&mut parts, char),
            }
        }
        Ok(Self(parts))
    }

    /// Appends what it stands for where `groups` matched. A group that took no part is empty.
    pub(super) fn append(&self, groups: &Captures<'_>, out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(number) => {
                    out.push_str(groups.get(*number).map_or("", |found| found.as_str()));
                }
            }
        }
    }
}

fn push(parts: &mut Vec<Part>, char: char) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push(char),
        _ => parts.push(Part::Text(char.to_string())),
    }
}

/// What a `$` refers to, and the text after that.
fn reference<'a>(text: &'a str, pattern: &Regex) -> Result<(Part, &'a str), ReplacementError> {
    if let Some(named) = text.strip_prefix('{') {
        let (name, after) = named.split_once('}').ok_or(ReplacementError::Dollar)?;
        let number = pattern
            .capture_names()
            .position(|known| known == Some(name));
        let number = number.ok_or_else(|| ReplacementError::NoGroup(name.to_owned()))?;
        return Ok((Part::Group(number), after));
    }
    let first = text
        .chars()
        .next()
        .and_then(digit)
        .ok_or(ReplacementError::Dollar)?;
    let groups = pattern.captures_len().saturating_sub(1);
    if first > groups {
        if groups == 0 {
            return Err(ReplacementError::NoGroups(first));
        }
        return Ok((Part::Text("$".to_owned()), text));
    }
    // Java takes further digits as long as there is such a group.
    let mut number = first;
    let mut rest = text.get(1..).unwrap_or_default();
    while let Some(next) = rest.chars().next().and_then(digit) {
        let longer = number.saturating_mul(10).saturating_add(next);
        if longer > groups {
            break;
        }
        number = longer;
        rest = rest.get(1..).unwrap_or_default();
    }
    Ok((Part::Group(number), rest))
}

fn digit(char: char) -> Option<usize> {
    char.to_digit(10)
        .and_then(|digit| usize::try_from(digit).ok())
}
