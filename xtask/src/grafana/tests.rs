//! The committed files are what the tables say, and the tables keep their rules.

use std::collections::HashSet;

use super::{alerts, boards, differing, generated, lint};
use crate::command::root;

#[test]
fn committed_files_are_as_generated() {
    let stale = differing(&root().join("grafana"), &generated());
    assert!(stale.is_empty(), "run `cargo xtask grafana`: {stale:?}");
}

#[test]
fn boards_and_alerts_pass_the_linter() {
    let problems = lint::problems();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn uids_and_names_are_each_their_own() {
    let uids: HashSet<&str> = boards::BOARDS.iter().map(|board| board.uid).collect();
    assert_eq!(uids.len(), boards::BOARDS.len());
    let names: HashSet<&str> = alerts::all().map(|alert| alert.name).collect();
    assert_eq!(names.len(), alerts::all().count());
}
