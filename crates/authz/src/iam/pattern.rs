//! Texts of a policy that are compared with texts of a request: `*`, `?` and `${variables}`.
//!
//! Wildcards are only those of the policy. A `*` in what a request names, or in what a variable
//! stands for, is a letter like any other.

use super::context_key::{ContextKey, NotAKey};
use super::request::Request;
use super::truth::Truth;
use std::borrow::Cow;

/// What a text of a policy may hold besides letters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syntax {
    /// `*` and `?` stand for others.
    pub(crate) wildcards: bool,
    /// `${key}` stands for a value: since version 2012-10-17 of the policy language.
    pub(crate) variables: bool,
}

/// A text of a policy, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// `*`.
    Everything,
    /// Letters alone.
    Literal(Box<str>),
    /// Letters, and `*` at the end.
    Prefix(Box<str>),
    /// Anything else.
    Parts(Box<[Part]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(Box<str>),
    /// `*`.
    Any,
    /// `?`.
    One,
    Variable {
        key: ContextKey,
        default: Option<Box<str>>,
    },
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("a variable begins with ${{ and is not ended; write ${{$}} for a dollar sign")]
    Unended,
    #[error("a variable is ${{key}} or ${{key, 'default'}}, not ${{{0}}}")]
    NotAVariable(String),
    #[error(transparent)]
    NotAKey(#[from] NotAKey),
}

impl Pattern {
    /// Takes a text apart.
    pub(crate) fn compile(text: &str, syntax: Syntax) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut letters = String::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (part, after) = next_part(letter, rest, syntax)?;
            rest = after;
            match part {
                Part::Text(text) => letters.push_str(&text),
                // Several `*` are one.
                Part::Any if letters.is_empty() && parts.last() == Some(&Part::Any) => {}
                part => {
                    flush(&mut letters, &mut parts);
                    parts.push(part);
                }
            }
        }
        flush(&mut letters, &mut parts);
        Ok(match parts.as_slice() {
            [] => Self::Literal("".into()),
            [Part::Any] => Self::Everything,
            [Part::Text(text)] => Self::Literal(text.clone()),
            [Part::Text(text), Part::Any] => Self::Prefix(text.clone()),
            _ => Self::Parts(parts.into()),
        })
    }

    /// Whether `text` is what the pattern describes. A variable without a value makes that unknown,
    /// unless no value could make it true.
    pub(crate) fn matches(&self, text: &str, request: &Request<'_>) -> Truth {
        match self {
            Self::Everything => Truth::Yes,
            Self::Literal(literal) => (&**literal == text).into(),
            Self::Prefix(prefix) => text.starts_with(&**prefix).into(),
            Self::Parts(parts) if !parts.iter().any(Part::is_variable) => {
                parts_match(parts, text).into()
            }
            Self::Parts(parts) => {
                let (parts, complete) = substituted(parts, request);
                match parts_match(&parts, text) {
                    false => Truth::No,
                    true if complete => Truth::Yes,
                    true => Truth::Unknown,
                }
            }
        }
    }

    /// The text that a pattern without wildcards stands for; none where a variable has no value.
    pub(crate) fn text<'a>(&'a self, request: &'a Request<'_>) -> Option<Cow<'a, str>> {
        let parts = match self {
            Self::Everything => return Some("*".into()),
            Self::Literal(text) => return Some(Cow::Borrowed(text)),
            Self::Prefix(prefix) => return Some(format!("{prefix}*").into()),
            Self::Parts(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(letters) => text.push_str(letters),
                Part::Any => text.push('*'),
                Part::One => text.push('?'),
                Part::Variable { key, default } => {
                    text.push_str(&value(key, default.as_deref(), request)?);
                }
            }
        }
        Some(text.into())
    }

    /// Whether it begins with a variable, which may stand for anything.
    pub(crate) fn begins_with_variable(&self) -> bool {
        matches!(self, Self::Parts(parts) if parts.first().is_some_and(Part::is_variable))
    }
}

impl Part {
    fn is_variable(&self) -> bool {
        matches!(self, Self::Variable { .. })
    }
}

/// The part that begins with `letter`, and what comes after it.
fn next_part(letter: char, text: &str, syntax: Syntax) -> Result<(Part, &str), PatternError> {
    if syntax.variables
        && let Some(inside) = text.strip_prefix("${")
    {
        let (name, after) = inside.split_once('}').ok_or(PatternError::Unended)?;
        return Ok((variable(name)?, after));
    }
    let part = match letter {
        '*' if syntax.wildcards => Part::Any,
        '?' if syntax.wildcards => Part::One,
        letter => Part::Text(letter.to_string().into()),
    };
    Ok((part, text.get(letter.len_utf8()..).unwrap_or_default()))
}

fn flush(letters: &mut String, parts: &mut Vec<Part>) {
    if !letters.is_empty() {
        parts.push(Part::Text(std::mem::take(letters).into()));
    }
}

/// Whether `*` and `?` of a pattern make it the text; it has no variables.
pub(crate) fn wildcards_match(pattern: &str, text: &str) -> bool {
    let syntax = Syntax {
        wildcards: true,
        variables: false,
    };
    match Pattern::compile(pattern, syntax) {
        Ok(Pattern::Everything) => true,
        Ok(Pattern::Literal(literal)) => &*literal == text,
        Ok(Pattern::Prefix(prefix)) => text.starts_with(&*prefix),
        Ok(Pattern::Parts(parts)) => parts_match(&parts, text),
        Err(_) => false,
    }
}

/// What stands between `${` and `}`.
fn variable(inside: &str) -> Result<Part, PatternError> {
    if matches!(inside, "*" | "?" | "$") {
        return Ok(Part::Text(inside.into()));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let quoted = default.trim();
            let text = quoted
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''))
                .ok_or_else(|| PatternError::NotAVariable(inside.to_owned()))?;
            (key.trim_end(), Some(text.into()))
        }
    };
    let key = ContextKey::parse(key)?;
    Ok(Part::Variable { key, default })
}

fn value<'a>(
    key: &ContextKey,
    default: Option<&'a str>,
    request: &'a Request<'_>,
) -> Option<Cow<'a, str>> {
    // Of a key with several values none can be chosen.
    match request.values(key).as_slice() {
        [one] => Some(one.text()),
        _ => default.map(Cow::Borrowed),
    }
}

/// Variables replaced by the letters they stand for, one without a value by `*`; and whether all
/// had one.
fn substituted(parts: &[Part], request: &Request<'_>) -> (Vec<Part>, bool) {
    let mut complete = true;
    let parts = parts
        .iter()
        .map(|part| match part {
            Part::Variable { key, default } => match value(key, default.as_deref(), request) {
                Some(text) => Part::Text(text.into()),
                None => {
                    complete = false;
                    Part::Any
                }
            },
            other => other.clone(),
        })
        .collect();
    (parts, complete)
}

/// Goes through the text once and, where it does not fit, back to the last `*` alone: an earlier
/// one could only have taken less, which the last makes up for.
fn parts_match(parts: &[Part], text: &str) -> bool {
    let (mut pattern, mut rest) = (parts, text);
    let mut last_any: Option<(&[Part], &str)> = None;
    loop {
        let fits = match pattern.split_first() {
            None => rest.is_empty().then_some((pattern, rest)),
            Some((Part::Any, after)) => {
                last_any = Some((after, rest));
                Some((after, rest))
            }
            Some((Part::One, after)) => after_letter(rest).map(|rest| (after, rest)),
            Some((Part::Text(letters), after)) => {
                rest.strip_prefix(&**letters).map(|rest| (after, rest))
            }
            Some((Part::Variable { .. }, _)) => None,
        };
        match (fits, last_any) {
            (Some(_), _) if pattern.is_empty() => return true,
            // A `*` at the end takes what is left.
            (Some(([], _)), Some(([], _))) => return true,
            (Some(next), _) => (pattern, rest) = next,
            (None, Some((after, from))) => {
                let Some(shorter) = after_letter(from) else {
                    return false;
                };
                last_any = Some((after, shorter));
                (pattern, rest) = (after, shorter);
            }
            (None, None) => return false,
        }
    }
}

fn after_letter(text: &str) -> Option<&str> {
    let mut letters = text.chars();
    letters.next().map(|_| letters.as_str())
}

#[cfg(test)]
mod tests;
