//! What differs from node_exporter and is meant to, each with its reason; and how far values of one moment lie apart.

use crate::tools::Release;

/// In what a family differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// We do not report it.
    Missing,
    Type,
    Help,
    /// Label sets.
    Series,
    Value,
}

/// A difference that is meant: the family (or how the names of several begin, with a star behind), with which releases, and why.
type Difference = (&'static str, &'static [Release], Kind, &'static str);

#[rustfmt::skip]
const DIFFERENCES: &[Difference] = &[
    ("node_filesystem_readonly", &[Release::Sid], Kind::Value, "1.11 says 0 of a mount that is ro by its own options and by its filesystem's; 1.5 and 1.12 say 1, as we do"),
    ("node_scrape_collector_duration_seconds", &Release::ALL, Kind::Value, "how long a collector took is its own affair"),
];

/// Labels that are not compared, and why.
#[rustfmt::skip]
const ASIDE: &[(&str, &[Release], &str, &str)] = &[
    ("node_filesystem_*", &[Release::Stable], "device_error", "newer than 1.5"),
    ("node_network_info", &[Release::Stable], "adminstate", "newer than 1.5"),
    ("node_disk_info", &[Release::Stable], "rotational", "newer than 1.5"),
    ("node_disk_info", &[Release::Sid], "rotational", "1.11 says 0 of every disk whose queue it cannot read whole; 1.12 does not"),
];

/// Families of the process itself and of its language: nobody imitates them.
const THEIRS_ALONE: [&str; 4] = [
    "go_*",
    "promhttp_*",
    "process_*",
    "node_exporter_build_info",
];

/// How far apart values may lie beyond what we saw before and after.
pub(super) struct Slack {
    pub(super) relative: f64,
    pub(super) absolute: f64,
}

/// Gauges that never stand still, and how far they move between two scrapes; and one that an exporter changes by reading it.
#[rustfmt::skip]
const RESTLESS: &[(&str, Slack)] = &[
    ("node_memory_*", Slack { relative: 0.02, absolute: 4_194_304.0 }),
    // Each counts what it has open itself while it reads: node_exporter the files of all the collectors that run beside this one, anew
    // each time, we a few that stay open. On a machine that is quiet otherwise, no round makes the two equal.
    ("node_filefd_allocated", Slack { relative: 0.0, absolute: 64.0 }),
];

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

pub(super) fn is_allowed(family: &str, release: Release, kind: Kind) -> bool {
    DIFFERENCES.iter().any(|(pattern, releases, of, _)| {
        releases.contains(&release) && *of == kind && matches(pattern, family)
    })
}

/// The labels of a family that are not compared.
pub(super) fn labels_aside(family: &str, release: Release) -> Vec<&'static str> {
    let rows = ASIDE
        .iter()
        .filter(|(pattern, releases, ..)| releases.contains(&release) && matches(pattern, family));
    rows.map(|(.., label, _)| *label).collect()
}

pub(super) fn is_theirs_alone(family: &str) -> bool {
    THEIRS_ALONE.iter().any(|pattern| matches(pattern, family))
}

pub(super) fn slack(family: &str, kind: &str) -> Slack {
    let restless = RESTLESS
        .iter()
        .find(|(pattern, _)| matches(pattern, family));
    match restless {
        Some((_, slack)) if kind != "counter" => Slack { ..*slack },
        _ => Slack {
            relative: 0.0,
            absolute: 0.0,
        },
    }
}
