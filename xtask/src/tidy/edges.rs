//! Which crate of ours may depend on which: the constant list, compared with `cargo metadata`.
//!
//! A new edge is a decision: its own commit, a line in ARCHITECTURE.md, and a change here. Edges for
//! tests count like any other, because a crate that needs a forbidden one to be tested is cut wrongly.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Finding;
use crate::command::Failure;

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

/// A crate of the workspace with everything it depends on by name, for any purpose.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    name: String,
    dependencies: Vec<String>,
}

/// Asks cargo, offline: the lock file says everything.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, Failure> {
    let answer = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root)
        .output()
        .map_err(|cause| Failure::of("cargo metadata", cause))?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        return Err(Failure::of("cargo metadata", said.trim()));
    }
    let metadata: Value = serde_json::from_slice(&answer.stdout)
        .map_err(|cause| Failure::of("cargo metadata", cause))?;
    Ok(parse(&metadata))
}

fn parse(metadata: &Value) -> Vec<Package> {
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_string();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| Package {
            name: name(package),
            dependencies: list(&package["dependencies"]).iter().map(name).collect(),
        })
        .collect()
}

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
