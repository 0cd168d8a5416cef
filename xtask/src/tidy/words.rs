//! Words that may not stand in the tree: promises of later work, names that say nothing, paths of
//! one machine, hosts of registries.

use super::Finding;
use super::tree::File;

/// In any text file, with the remedy. In two halves, so that this file passes its own check.
const ANYWHERE: &[(&str, &[&str])] = &[
    (
        "do it, fix it, or open an issue",
        &[concat!("TO", "DO"), concat!("FIX", "ME")],
    ),
    ("a test runs or is deleted", &[concat!("#[ig", "nore")]),
    (
        "a path of one machine",
        &[
            concat!("/ho", "me/"),
            concat!("/ro", "ot/"),
            concat!("/wo", "rk/"),
        ],
    ),
    (
        "a registry's host: its own client knows it",
        &[
            concat!("crates", ".io/"),
            concat!("maven", ".org"),
            concat!("maven.apache", ".org/maven2"),
            concat!("proxy.golang", ".org"),
            concat!("pypi", ".org"),
            concat!("pythonhosted", ".org"),
            concat!("registry.npm", "js.org"),
        ],
    ),
];

/// A folder of one run; Kafka's own default data directory is a fact about Kafka.
const TEMPORARY: &str = concat!("/tm", "p/");
const TEMPORARY_OF_KAFKA: &str = concat!("/tm", "p/kafka-logs");

/// As a part of a name that we define.
const NAMES: &[&str] = &["Manager", "Helper", "Utils", "helper", "utils"];
const DEFINITIONS: &[&str] = &["enum", "fn", "mod", "static", "struct", "trait", "type"];
const MODIFIERS: &[&str] = &["async", "const", "unsafe"];

pub(super) fn check(file: &File, findings: &mut Vec<Finding>) {
    for (line, number) in file.text.lines().zip(1..) {
        let place = || format!("{}:{number}", file.path);
        for (remedy, words) in ANYWHERE {
            for word in words.iter().filter(|word| contains_word(line, word)) {
                findings.push(Finding::new(place(), format!("`{word}`: {remedy}")));
            }
        }
        let temporary = line.matches(TEMPORARY).count();
        if temporary > line.matches(TEMPORARY_OF_KAFKA).count() {
            let what = format!("`{TEMPORARY}`: ask for a temporary folder, do not name one");
            findings.push(Finding::new(place(), what));
        }
        if file.is_rust() && !file.is_generated() {
            for name in defined(line)
                .into_iter()
                .filter(|name| NAMES.iter().any(|bad| name.contains(bad)))
            {
                let what = format!("`{name}`: name what it is, not that it helps");
                findings.push(Finding::new(place(), what));
            }
        }
    }
}

/// A capital word counts only where it stands alone: `TODOS` in a schema is not a promise.
fn contains_word(line: &str, word: &str) -> bool {
    let is_capital = word.bytes().all(|byte| byte.is_ascii_uppercase());
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins = |char: Option<char>| char.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_capital || !(joins(before) || joins(after))
    })
}

/// The name that a line of Rust defines, if it begins with a definition.
fn defined(line: &str) -> Option<&str> {
    let is_modifier = |word: &&str| word.starts_with("pub") || MODIFIERS.contains(word);
    let mut words = line.split_whitespace().skip_while(is_modifier);
    let keyword = words.next()?;
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
    DEFINITIONS
        .contains(&keyword)
        .then(|| &name[..end.unwrap_or(name.len())])
}

#[cfg(test)]
mod tests;
