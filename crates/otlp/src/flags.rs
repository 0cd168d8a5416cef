//! The keys as flags, for processes whose properties are flags.

use std::sync::LazyLock;

use service::flags::{Flag, Values};

use crate::settings::{KEYS, Key, Settings};

/// The flags have no default of their own: where one is not given the environment counts, which their help says.
static ROWS: LazyLock<Vec<Flag>> = LazyLock::new(|| {
    let row = |key: &Key| Flag::text(key.name, "", help(key).leak());
    KEYS.iter().map(row).collect()
});

/// What the key is for and what holds without it, without the full stop, as flags are told.
fn help(key: &Key) -> String {
    let doc = key.doc.trim_end_matches('.');
    let mut sources: Vec<String> = key
        .variables
        .iter()
        .map(|name| format!("${name}"))
        .collect();
    if !key.default.is_empty() {
        sources.push(key.default.to_owned());
    }
    match sources.is_empty() {
        true => doc.to_owned(),
        false => format!("{doc} [default: {}]", sources.join(", else ")),
    }
}

/// A flag for each key.
pub fn flags() -> impl Iterator<Item = &'static Flag> {
    ROWS.iter()
}

impl Settings {
    /// What the flags came to; what is wrong is noted in `values`.
    pub fn from_flags(values: &mut Values) -> Option<Self> {
        let read = Self::read(|name| {
            let flag = ROWS.iter().find(|flag| flag.name == name)?;
            values.optional(flag)
        });
        read.unwrap_or_else(|problems| {
            for problem in problems {
                // The problem names the key that it is about.
                let flag = ROWS.iter().find(|flag| problem.contains(flag.name));
                let problem = flag.map_or(problem.as_str(), |flag| {
                    problem
                        .trim_start_matches(flag.name)
                        .trim_start_matches(": ")
                });
                values.problem(flag.unwrap_or(&ROWS[0]), problem);
            }
            None
        })
    }
}

#[cfg(test)]
mod tests;
