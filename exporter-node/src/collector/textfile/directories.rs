//! Directories named by a pattern, as a shell's: `*`, `?` and `[a-z]` within a name.

use std::path::{Path, PathBuf};

use crate::file::list;

/// More directories than anybody has metrics in.
const DIRECTORIES_MAX: usize = 1024;

/// The directories that a pattern matches, sorted; the pattern itself where it matches none, so that
/// what is missing is told.
pub fn expand(pattern: &str) -> Vec<PathBuf> {
    if !pattern.contains(['*', '?', '[']) {
        return vec![PathBuf::from(pattern)];
    }
    let start = if pattern.starts_with('/') { "/" } else { "" };
    let mut found = vec![PathBuf::from(start)];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = found
            .iter()
            .flat_map(|directory| below(directory, part))
            .take(DIRECTORIES_MAX)
            .collect();
    }
    if found.is_empty() {
        found.push(PathBuf::from(pattern));
    }
    found
}

fn below(directory: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?', '[']) {
        let path = directory.join(part);
        return Vec::from_iter(rustix::fs::stat(&path).is_ok().then_some(path));
    }
    let place = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let names = list(place).unwrap_or_default();
    let pattern: Vec<char> = part.chars().collect();
    let names = names.into_iter().filter(|name| {
        let name: Vec<char> = name.chars().collect();
        matches(&pattern, &name)
    });
    names.map(|name| directory.join(name)).collect()
}

/// Whether a name is one of a pattern's. Goes back to the last `*` only, so it takes at most the
/// product of both lengths.
pub fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while let Some(c) = name.get(n) {
        match one(pattern.get(p..).unwrap_or_default(), *c) {
            Step::Star => {
                star = Some((p + 1, n));
                p += 1;
            }
            Step::Taken(length) => {
                p += length;
                n += 1;
            }
            Step::Refused => match star {
                Some((after, from)) => {
                    p = after;
                    n = from + 1;
                    star = Some((after, n));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == '*')
}

enum Step {
    Star,
    /// So many characters of the pattern took one of the name.
    Taken(usize),
    Refused,
}

fn one(pattern: &[char], c: char) -> Step {
    match pattern {
        ['*', ..] => Step::Star,
        ['?', ..] => Step::Taken(1),
        ['\\', escaped, ..] if *escaped == c => Step::Taken(2),
        ['[', rest @ ..] => class(rest, c),
        [plain, ..] if *plain == c => Step::Taken(1),
        _ => Step::Refused,
    }
}

/// `a-z]…`, `^a]…`: one that is not closed matches nothing.
fn class(rest: &[char], c: char) -> Step {
    let Some(end) = rest.iter().position(|c| *c == ']') else {
        return Step::Refused;
    };
    let mut members = rest.get(..end).unwrap_or_default();
    let negated = members.first() == Some(&'^');
    if negated {
        members = members.get(1..).unwrap_or_default();
    }
    let mut found = false;
    while let Some((first, after)) = members.split_first() {
        match after {
            ['-', last, after @ ..] => {
                found |= (*first..=*last).contains(&c);
                members = after;
            }
            _ => {
                found |= *first == c;
                members = after;
            }
        }
    }
    match found != negated {
        true => Step::Taken(end + 2),
        false => Step::Refused,
    }
}
