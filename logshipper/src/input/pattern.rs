//! A glob as a walk: the directory it starts in, and what each directory below it must be called.
//!
//! Which files are wanted is not decided here but by the whole glob; a walk only avoids listing what cannot
//! hold any.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};

/// A glob that was taken apart.
#[derive(Debug)]
pub(super) struct Pattern {
    /// Where the walk begins.
    pub(super) start: PathBuf,
    /// What the directories below are called.
    pub(super) steps: Vec<Step>,
    /// The whole.
    pub(super) glob: Glob,
}

/// One step of a walk.
#[derive(Debug)]
pub(super) enum Step {
    /// Into the directories of such names.
    Named(GlobMatcher),
    /// `**`: into any directory, any number of times.
    Any,
}

impl Pattern {
    /// Of a glob; relative ones begin in the working directory.
    pub(super) fn parse(glob: &str) -> Result<Self, String> {
        if glob.is_empty() {
            return Err("a glob is empty".to_owned());
        }
        let absolute = absolute(glob)?;
        let glob = build(&absolute)
            .map_err(|error| format!("the glob `{glob}` is wrong: {}", error.kind()))?;
        let (start, steps) = take_apart(&absolute);
        Ok(Self { start, steps, glob })
    }
}

/// A glob with a slash, from the root on.
pub(super) fn absolute(glob: &str) -> Result<String, String> {
    std::path::absolute(Path::new(glob))
        .map_err(|error| format!("the glob `{glob}` cannot be made absolute: {error}"))?
        .into_os_string()
        .into_string()
        .map_err(|_| {
            format!("the glob `{glob}` is relative to a directory whose name is not UTF-8")
        })
}

/// A glob in which neither `*` nor `?` matches a slash.
pub(super) fn build(glob: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).build()
}

fn take_apart(absolute: &str) -> (PathBuf, Vec<Step>) {
    let mut start = PathBuf::from("/");
    let mut parts = absolute
        .split('/')
        .filter(|part| !part.is_empty())
        .peekable();
    while let Some(part) = parts.peek().copied() {
        let plain = !part.contains(['*', '?', '[', ']', '{', '}', '\\']);
        // The last part names files, whatever it is.
        let last = parts.clone().nth(1).is_none();
        if !plain || last {
            break;
        }
        start.push(part);
        parts.next();
    }
    let rest: Vec<&str> = parts.collect();
    (start, steps(&rest))
}

fn steps(parts: &[&str]) -> Vec<Step> {
    // A brace around a slash cannot be taken apart; neither can what is no glob by itself.
    let mut steps = Vec::new();
    let (last, directories) = match parts.split_last() {
        Some((last, directories)) => (*last, directories),
        None => ("*", parts),
    };
    for part in directories {
        match (*part, balanced(part).then(|| build(part))) {
            ("**", _) => steps.push(Step::Any),
            (_, Some(Ok(glob))) => steps.push(Step::Named(glob.compile_matcher())),
            _ => return vec![Step::Any],
        }
    }
    if last == "**" || !balanced(last) {
        steps.push(Step::Any);
    }
    steps
}

fn balanced(part: &str) -> bool {
    part.matches('{').count() == part.matches('}').count()
}

#[cfg(test)]
mod tests;
