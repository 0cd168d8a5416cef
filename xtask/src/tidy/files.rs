//! What a source file must be: documented at its head, short, and named by a noun.

use super::Finding;
use super::tree::File;

/// A file longer than this holds two things.
pub(super) const LINES_MAX: usize = 600;
/// Names that say nothing about what is inside.
const NAMES_BANNED: &[&str] = &[
    "common", "helper", "helpers", "misc", "mod", "prelude", "types", "util", "utils",
];

pub(super) fn check(file: &File, findings: &mut Vec<Finding>) {
    for part in file.path.split('/') {
        let stem = part.strip_suffix(".rs").unwrap_or(part);
        if NAMES_BANNED.contains(&stem) {
            let what = format!("`{part}` says nothing: name the noun (mod.rs is x.rs beside x/)");
            findings.push(Finding::new(&file.path, what));
        }
    }
    if !file.is_rust() {
        return;
    }
    if !file.text.starts_with("//! ") {
        let what = "no module doc: the first line is `//! ` and what the file is";
        findings.push(Finding::new(&file.path, what));
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX && !file.is_generated() {
        let what = format!("{lines} lines, at most {LINES_MAX}: what are the two things in here?");
        findings.push(Finding::new(&file.path, what));
    }
}

#[cfg(test)]
mod tests;
