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
    ("exposition", &[]),
    ("mbean", &[]),
    ("service", &["config", "exposition"]),
    ("records", &["model"]),
    ("protocol", &["model", "records"]),
    ("storage", &["model", "records"]),
    ("coordinator", &["model", "records"]),
    ("client", &["identity", "model", "protocol", "records"]),
    ("authz", &["identity", "protocol"]),
    ("iam", &["authz", "identity", "service"]),
    ("aws", &["service"]),
    ("aws-stub", &[]),
    ("scrape", &["exposition", "service"]),
    ("cloudwatch", &["aws", "service"]),
    ("otlp", &["exposition", "service"]),
    (
        "exporter-jmx",
        &[
            "cloudwatch",
            "config",
            "exposition",
            "mbean",
            "otlp",
            "scrape",
            "service",
        ],
    ),
    (
        "exporter-node",
        &[
            "cloudwatch",
            "config",
            "exposition",
            "otlp",
            "scrape",
            "service",
        ],
    ),
    (
        "logshipper",
        &["aws", "aws-stub", "config", "exposition", "otlp", "service"],
    ),
    (
        "authn",
        &[
            "authz", "aws", "config", "iam", "identity", "mbean", "otlp", "protocol", "service",
        ],
    ),
    (
        "broker",
        &[
            "authz",
            "config",
            "coordinator",
            "iam",
            "identity",
            "mbean",
            "model",
            "otlp",
            "protocol",
            "records",
            "service",
            "storage",
        ],
    ),
    (
        "outrigger",
        &[
            "authn",
            "authz",
            "broker",
            "client",
            "config",
            "exporter-jmx",
            "exporter-node",
            "exposition",
            "iam",
            "identity",
            "logshipper",
            "model",
            "protocol",
            "records",
            "service",
        ],
    ),
    (
        "tests",
        &[
            "aws-stub",
            "client",
            "exposition",
            "identity",
            "mbean",
            "model",
            "protocol",
            "records",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that are processes: none may depend on another.
const PROCESSES: &[&str] = &[
    "authn",
    "broker",
    "exporter-jmx",
    "exporter-node",
    "logshipper",
];
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
