//! Edges that may be and edges that may not.

use serde_json::json;

use super::*;

fn check_one(name: &str, dependencies: &[&str]) -> Vec<String> {
    let dependency = |name: &&str| json!({ "name": name });
    let mut packages: Vec<Value> = EDGES
        .iter()
        .filter(|(row, _)| *row != name)
        .map(|(row, _)| json!({ "name": row, "dependencies": [] }))
        .collect();
    let dependencies: Vec<Value> = dependencies.iter().map(dependency).collect();
    packages.push(json!({ "name": name, "dependencies": dependencies }));
    let mut findings = Vec::new();
    check(&parse(&json!({ "packages": packages })), &mut findings);
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
