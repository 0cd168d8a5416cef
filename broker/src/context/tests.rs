//! The table of checks against the handlers: a check that nobody makes any more is noticed.

use std::path::{Path, PathBuf};

use crate::api::APIS;

/// What only versions ask that are not served.
const NOT_SERVED: [&str; 1] = ["INIT_PRODUCER_ID_TWO_PHASE"];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The words of all handlers.
fn words() -> std::collections::HashSet<String> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"),
        &mut files,
    );
    let texts = files
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    texts
        .flat_map(|text| {
            let words = text.split(|c| !is_word(c)).map(str::to_owned);
            words.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_check_of_a_served_api_is_made() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/authz/src/checks/table.rs");
    let table = std::fs::read_to_string(table).unwrap();
    let words = words();
    let mut rows = 0;
    for row in table.split("\npub const ").skip(1) {
        let (Some((name, _)), Some((_, api))) =
            (row.split_once(": Check"), row.split_once("ApiKey::"))
        else {
            continue;
        };
        let api = api.split([',', ')']).next().unwrap();
        if APIS.iter().any(|served| served.key.name() == api) && !NOT_SERVED.contains(&name) {
            assert!(words.contains(name), "no handler of {api} checks {name}");
            rows += 1;
        }
    }
    assert!(rows >= APIS.len(), "{rows} rows were found");
}
