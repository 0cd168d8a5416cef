//! Flags in the manner of Prometheus' exporters, declared once in tables: from a table come the
//! arguments of the command line, the keys of the properties file and their printed defaults.
//!
//! `--web.max-requests=40` is `web.max-requests=40` in the file. What a flag means is decided where
//! [`Values`] are read.

mod arguments;
mod own;
mod values;

use std::fmt::Write as _;

pub use arguments::{FlagArgs, Given, Table};
pub use own::{LOG_LEVEL, OWN, Own, UNDELIVERED_FILE};
pub use values::{NoDuration, Values, parse_duration};

/// One flag: a row of some table.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Without dashes, as in the properties file.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// A sentence without its full stop.
    pub help: &'static str,
    /// Left out of `--help`.
    pub is_hidden: bool,
    /// The flag that another spelling means.
    pub renamed_to: Option<&'static str>,
    /// Whether that spelling is old.
    pub is_deprecated: bool,
}

/// What a flag takes, with its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing: `--x` and `--no-x`; in the file `true` and `false`.
    Switch(bool),
    /// One value; the empty default is none.
    Text(&'static str),
    /// A value each time it is given; in the file separated by commas, but for those in `{a,b}`.
    List(&'static [&'static str]),
}

impl Flag {
    /// `--name` and `--no-name`.
    pub const fn switch(name: &'static str, default: bool, help: &'static str) -> Self {
        Self::of(name, Shape::Switch(default), help)
    }

    /// `--name=VALUE`.
    pub const fn text(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::of(name, Shape::Text(default), help)
    }

    /// `--name=VALUE`, repeatable.
    pub const fn list(
        name: &'static str,
        defaults: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self::of(name, Shape::List(defaults), help)
    }

    /// An old spelling of the flag `now`, which takes the same.
    pub const fn renamed(name: &'static str, now: &Self) -> Self {
        Self {
            name,
            shape: now.shape,
            help: "Deprecated spelling",
            is_hidden: true,
            renamed_to: Some(now.name),
            is_deprecated: true,
        }
    }

    /// Another name of the flag `of`, which takes the same.
    pub const fn alias(name: &'static str, of: &Self, help: &'static str) -> Self {
        Self {
            name,
            shape: of.shape,
            help,
            is_hidden: false,
            renamed_to: Some(of.name),
            is_deprecated: false,
        }
    }

    /// Left out of `--help`.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    const fn of(name: &'static str, shape: Shape, help: &'static str) -> Self {
        Self {
            name,
            shape,
            help,
            is_hidden: false,
            renamed_to: None,
            is_deprecated: false,
        }
    }

    /// Its default, as it would be written in the properties file.
    pub fn default_text(&self) -> String {
        match self.shape {
            Shape::Switch(default) => default.to_string(),
            Shape::Text(default) => default.to_owned(),
            Shape::List(defaults) => defaults.join(","),
        }
    }
}

/// A properties file with every flag of `flags` at its default, each below its help.
pub fn default_properties(flags: &[&Flag]) -> String {
    let mut sorted: Vec<_> = flags
        .iter()
        .filter(|flag| flag.renamed_to.is_none())
        .collect();
    sorted.sort_unstable_by_key(|flag| flag.name);
    let mut text = String::new();
    for flag in sorted {
        let default = flag.default_text().replace('\\', "\\\\");
        let _ = writeln!(text, "# {}", flag.help);
        let _ = match default.is_empty() {
            false => writeln!(text, "{}={default}\n", flag.name),
            true => writeln!(text, "#{}=\n", flag.name),
        };
    }
    text
}

#[cfg(test)]
mod tests;
