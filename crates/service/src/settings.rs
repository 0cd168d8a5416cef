//! Configuration as a flat list of settings: dotted key, text value, and where it was said.
//!
//! It reads `outrigger.toml` and `--set`; what keys mean is for the process that has them. Kafka's
//! keys contain dots, which TOML reads as nested tables: flattening gives the keys back.

use crate::files::read_text;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// A configuration file of people is far smaller.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Dotted, as in `broker.num.partitions`.
    pub key: String,
    /// As text: a list is joined by commas, as Kafka's lists are.
    pub value: String,
    /// Where it was said, for messages.
    pub origin: Origin,
}

/// Where a setting was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of a file, counted from 1.
    Line(Arc<Path>, usize),
    /// The command line.
    Option(&'static str),
    /// The environment.
    Variable(String),
}

/// Why settings cannot be read. The text names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is not TOML.
    #[error(
        "{origin}: {problem}; the file must be TOML, such as: [broker] and below it num.partitions = 4"
    )]
    Syntax {
        /// The line.
        origin: Origin,
        /// What the parser said.
        problem: String,
    },
    /// A value of a kind that no setting has.
    #[error(
        "{origin}: '{key}' is {kind}; use a string, a number, true or false, or a list of these"
    )]
    Kind {
        /// The line.
        origin: Origin,
        /// The setting.
        key: String,
        /// What it is instead.
        kind: &'static str,
    },
    /// A `--set` without `=`.
    #[error(
        "{option} {text}: '=' is missing; write {option} PART.KEY=VALUE, such as {option} broker.num.partitions=4"
    )]
    Assignment {
        /// The option.
        option: &'static str,
        /// What was given.
        text: String,
    },
}

/// Reads a TOML file.
pub fn read(path: &Path) -> Result<Vec<Setting>, SettingsError> {
    let text = read_text(path, FILE_BYTES_MAX).map_err(|error| SettingsError::Read {
        path: path.to_owned(),
        error,
    })?;
    parse(&text, path)
}

/// Reads TOML text that came from `path`; settings come in the order of their lines.
pub fn parse(text: &str, path: &Path) -> Result<Vec<Setting>, SettingsError> {
    let file = Source {
        path: path.into(),
        text,
    };
    let table = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
        origin: file.line(error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let mut found = Vec::new();
    file.flatten(table.get_ref(), "", &mut found)?;
    found.sort_by_key(|&(at, _)| at);
    Ok(found.into_iter().map(|(_, setting)| setting).collect())
}

/// Reads `KEY=VALUE` as given to `option`.
pub fn assignment(option: &'static str, text: &str) -> Result<Setting, SettingsError> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok(Setting {
            key: key.trim().to_owned(),
            value: value.trim().to_owned(),
            origin: Origin::Option(option),
        }),
        _ => Err(SettingsError::Assignment {
            option,
            text: text.to_owned(),
        }),
    }
}

struct Source<'a> {
    path: Arc<Path>,
    text: &'a str,
}

impl Source<'_> {
    fn line(&self, at: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(at);
        let line = 1 + before.filter(|&&byte| byte == b'\n').count();
        Origin::Line(Arc::clone(&self.path), line)
    }

    /// Collects what is below `prefix`, with the byte at which each value stands. Tables nest no
    /// deeper than the parser allows.
    fn flatten(
        &self,
        table: &DeTable<'_>,
        prefix: &str,
        found: &mut Vec<(usize, Setting)>,
    ) -> Result<(), SettingsError> {
        for (name, value) in table {
            let name = name.get_ref();
            let key = if prefix.is_empty() {
                name.to_string()
            } else {
                format!("{prefix}.{name}")
            };
            if let DeValue::Table(inner) = value.get_ref() {
                self.flatten(inner, &key, found)?;
                continue;
            }
            let at = value.span().start;
            let origin = self.line(at);
            match text_of(value.get_ref()) {
                Ok(value) => found.push((at, Setting { key, value, origin })),
                Err(kind) => return Err(SettingsError::Kind { origin, key, kind }),
            }
        }
        Ok(())
    }
}

fn text_of(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().replace('_', "")),
        DeValue::Integer(_) => Err("not a decimal number"),
        DeValue::Float(number) => Ok(number.as_str().replace('_', "")),
        DeValue::Boolean(yes) => Ok(yes.to_string()),
        DeValue::Array(items) => {
            let items: Result<Vec<_>, _> = items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::Array(_) => Err("a list of lists"),
                    item => text_of(item),
                })
                .collect();
            Ok(items?.join(","))
        }
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Table(_) => Err("a list of tables"),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Option(option) => f.write_str(option),
            Self::Variable(name) => write!(f, "variable {name}"),
        }
    }
}

#[cfg(test)]
mod tests;
