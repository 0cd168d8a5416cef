//! Edges that may be and edges that may not.

use super::*;

fn check_one(name: &str, dependencies: &[&str]) -> Vec<String> {
    let package = |name: &str, dependencies: &[&str]| Package {
        name: name.to_string(),
        folder: String::new(),
        dependencies: dependencies.iter().map(ToString::to_string).collect(),
    };
    let rows = EDGES.iter().filter(|(row, _)| *row != name);
    let mut packages: Vec<Package> = rows.map(|(row, _)| package(row, &[])).collect();
    packages.push(package(name, dependencies));
    let mut findings = Vec::new();
    check(&packages, &mut findings);
    findings.into_iter().map(|finding| finding.what).collect()
}

#[test]
fn edges_of_the_table_and_foreign_crates_pass() {
    assert_eq!(
        check_one("storage", &["model", "records", "bytes"]),
        [""; 0]
    );
    assert_eq!(check_one("outrigger", &["broker", "client"]), [""; 0]);
}

#[test]
fn storage_never_sees_the_protocol() {
    let found = check_one("storage", &["protocol"]);
    assert_eq!(found, ["forbidden edge to `protocol` (see EDGES in xtask)"]);
}

#[test]
fn nobody_but_the_aggregate_depends_on_a_process() {
    let found = check_one("tests", &["broker"]);
    assert_eq!(
        found,
        ["depends on the process `broker`: processes meet on a wire"]
    );
}

#[test]
fn a_crate_must_have_a_row() {
    let found = check_one("stranger", &[]);
    assert_eq!(
        found,
        ["crate without a row in EDGES (xtask/src/tidy/edges.rs)"]
    );
}
