//! Which crate of ours may depend on which: the constant list, compared with `cargo metadata`.
//!
//! A new edge is a decision: its own commit, a line in ARCHITECTURE.md, and a change here. Edges for
//! tests count like any other, because a crate that needs a forbidden one to be tested is cut wrongly.

use super::Finding;
use super::packages::Package;

/// THE EDGES: every crate of ours, and which of ours it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &[]),
    ("identity", &[]),
    ("service", &[]),
    ("records", &["model"]),
    ("protocol", &["model", "records"]),
    ("storage", &["model", "records"]),
    ("coordinator", &["model", "records"]),
    ("client", &["model", "protocol", "records"]),
    ("authz", &["identity", "protocol"]),
    (
        "broker",
        &[
            "authz",
            "config",
            "coordinator",
            "identity",
            "model",
            "protocol",
            "records",
            "service",
            "storage",
        ],
    ),
    (
        "outrigger",
        &[
            "broker", "client", "model", "protocol", "records", "service",
        ],
    ),
    ("tests", &["client", "model", "protocol", "records"]),
    ("xtask", &[]),
];

/// Crates that are processes: none may depend on another.
const PROCESSES: &[&str] = &["broker"];
/// The only crate that may see several processes.
const AGGREGATE: &str = "outrigger";

pub(super) fn check(packages: &[Package], findings: &mut Vec<Finding>) {
    for package in packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = EDGES.iter().find(|(row, _)| *row == name) else {
            let what = "crate without a row in EDGES (xtask/src/tidy/edges.rs)";
            findings.push(Finding::new(name, what));
            continue;
        };
        let is_ours = |other: &&String| packages.iter().any(|package| package.name == **other);
        for other in package.dependencies.iter().filter(is_ours) {
            if PROCESSES.contains(&other.as_str()) && name != AGGREGATE {
                let what = format!("depends on the process `{other}`: processes meet on a wire");
                findings.push(Finding::new(name, what));
            } else if !allowed.contains(&other.as_str()) {
                let what = format!("forbidden edge to `{other}` (see EDGES in xtask)");
                findings.push(Finding::new(name, what));
            }
        }
    }
}

#[cfg(test)]
mod tests;
