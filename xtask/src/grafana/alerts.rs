//! THE TABLE of alerts: one row each, with what fires it, what a person reads, and the two courses of series that prove both.
//!
//! Prometheus' rule file, Grafana's alerting file, the tests of promtool and the runbook pages are all written from these rows.

mod clients;
mod cluster;
mod load;
mod logs;
mod node;
mod security;
mod suite;

/// Alerts that are evaluated together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) alerts: &'static [Alert],
}

pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: "kafka-cluster",
        alerts: cluster::ALERTS,
    },
    Group {
        name: "kafka-load",
        alerts: load::ALERTS,
    },
    Group {
        name: "kafka-clients",
        alerts: clients::ALERTS,
    },
    Group {
        name: "kafka-security",
        alerts: security::ALERTS,
    },
    Group {
        name: "logs",
        alerts: logs::ALERTS,
    },
    Group {
        name: "node",
        alerts: node::ALERTS,
    },
    Group {
        name: "suite",
        alerts: suite::ALERTS,
    },
];

/// One alert and its runbook.
pub(crate) struct Alert {
    /// Names the fault; it is also the name of its runbook page.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// What is measured, without the comparison. Names of recording rules may stand in it.
    pub(crate) expr: &'static str,
    pub(crate) fires: Fires,
    /// How long it must hold.
    pub(crate) for_seconds: u32,
    /// One line for a pager; Prometheus' templates.
    pub(crate) summary: &'static str,
    /// What it means for users, and the figure.
    pub(crate) description: &'static str,
    /// The runbook: why it fires, where to look, what to do.
    pub(crate) causes: &'static [&'static str],
    pub(crate) look: &'static [&'static str],
    pub(crate) act: &'static [&'static str],
    /// Series, one sample a minute, of a cluster with this fault, and of one without it.
    pub(crate) firing: &'static [Series],
    pub(crate) quiet: &'static [Series],
}

/// A series and its values in promtool's notation.
pub(crate) type Series = (&'static str, &'static str);

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Severity {
    /// Data or service is at risk now: wake somebody.
    Critical,
    /// It will be, or somebody is served badly: look at it today.
    Warning,
}

impl Severity {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Fires {
    Above(f64),
    Below(f64),
}

impl Fires {
    /// As PromQL writes it.
    pub(crate) fn comparison(self) -> String {
        match self {
            Fires::Above(limit) => format!("> {limit}"),
            Fires::Below(limit) => format!("< {limit}"),
        }
    }
}

const MINUTE: u32 = 60;

/// All alerts, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Alert> {
    GROUPS.iter().flat_map(|group| group.alerts)
}
