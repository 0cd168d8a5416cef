//! What was found out about an instance, as text, as JSON and as an exit status. Pure.

use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::log_delivery::{self, LogDelivery};
use crate::up::DASHBOARD;
use serde::Serialize;
use service::Exit;
use std::fmt::Write;
use std::path::PathBuf;

/// How the instance as a whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// Something is not healthy, or not up yet.
    Degraded,
    /// Everything is healthy.
    Healthy,
    /// Nothing runs.
    NotRunning,
}

/// One supervised process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ProcessReport {
    /// Its name in `endpoints.json`.
    pub(crate) name: String,
    /// Its process id.
    pub(crate) pid: u32,
    /// Why it is not healthy; empty when it is.
    pub(crate) reasons: Vec<String>,
    /// What it removed of its own logs, at their limit, before it was delivered; since it started.
    pub(crate) removed_log_bytes: u64,
}

/// The whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Report {
    pub(crate) status: Condition,
    data_dir: PathBuf,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints: Option<Endpoints>,
    pub(super) processes: Vec<ProcessReport>,
    /// What logshipper says of its sinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<LogDelivery>,
    /// Every process is there and healthy, whatever became of logs before.
    #[serde(skip)]
    pub(crate) is_of_use: bool,
}

impl Report {
    /// An instance without `endpoints.json`: it is starting, or nothing runs.
    pub(super) fn without_endpoints(data_dir: &DataDir, supervised: bool) -> Self {
        let (status, reasons) = if supervised {
            (
                Condition::Degraded,
                vec!["it is starting or stopping".to_owned()],
            )
        } else {
            (Condition::NotRunning, Vec::new())
        };
        let data_dir = data_dir.path().to_owned();
        Self {
            status,
            data_dir,
            reasons,
            endpoints: None,
            processes: Vec::new(),
            logs: None,
            is_of_use: false,
        }
    }

    /// An instance whose processes were asked.
    pub(super) fn new(
        data_dir: &DataDir,
        supervised: bool,
        endpoints: Endpoints,
        processes: Vec<ProcessReport>,
    ) -> Self {
        let healthy = |process: &ProcessReport| process.reasons.is_empty();
        let mut reasons = Vec::new();
        if !supervised {
            reasons.push("`outrigger up` has ended without stopping it".to_owned());
        }
        let status = match supervised {
            true if processes.iter().all(healthy) => Condition::Healthy,
            false if !processes.iter().any(healthy) => Condition::NotRunning,
            _ => Condition::Degraded,
        };
        let data_dir = data_dir.path().to_owned();
        Self {
            status,
            data_dir,
            reasons,
            endpoints: Some(endpoints),
            processes,
            logs: None,
            is_of_use: status == Condition::Healthy,
        }
    }

    /// With what became of the logs. A loss is never silent: it makes degraded what is healthy otherwise, until the process that
    /// counts it starts anew, which is logshipper or the one whose log it was. Whether a sink that takes nothing does so, is logshipper's to say, by its health.
    pub(super) fn with_logs(mut self, logs: Option<LogDelivery>) -> Self {
        let has_lost = logs.as_ref().is_some_and(LogDelivery::has_lost)
            || self.processes.iter().any(|one| one.removed_log_bytes > 0);
        if self.status == Condition::Healthy && has_lost {
            self.status = Condition::Degraded;
            let lost = "log lines were lost before they were delivered; see below";
            self.reasons.push(lost.to_owned());
        }
        Self { logs, ..self }
    }

    /// What a client can use; `None` where nothing runs, whatever a killed `up` has left behind.
    pub(super) fn running(self) -> Option<Endpoints> {
        match self.status {
            Condition::NotRunning => None,
            Condition::Healthy | Condition::Degraded => self.endpoints,
        }
    }

    /// What the process says at its end.
    pub(crate) fn exit(&self) -> Exit {
        match self.status {
            Condition::Degraded => Exit::Degraded,
            Condition::Healthy => Exit::Ok,
            Condition::NotRunning => Exit::NotRunning,
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        // Maps with text keys, numbers and paths: a path that is not UTF-8 is all that can fail.
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            Err(error) => format!("{{\"error\":\"{error}\"}}\n"),
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let dir = self.data_dir.display();
        if self.status == Condition::NotRunning {
            return format!("not running: nothing is up in {dir}\n");
        }
        let status = if self.status == Condition::Healthy {
            "healthy"
        } else {
            "degraded"
        };
        let mut out = format!("{status}: {dir}\n");
        for reason in &self.reasons {
            let _ = writeln!(out, "  {reason}");
        }
        for process in &self.processes {
            let how = if process.reasons.is_empty() {
                "healthy"
            } else {
                "not healthy"
            };
            let _ = writeln!(out, "  {:<16}pid {:<10}{how}", process.name, process.pid);
            for reason in &process.reasons {
                let _ = writeln!(out, "    {reason}");
            }
            if process.removed_log_bytes > 0 {
                let removed = log_delivery::bytes(process.removed_log_bytes);
                let _ = writeln!(
                    out,
                    "    removed {removed} of its own logs that no sink had yet, since it started: they had reached their limit"
                );
            }
        }
        for (way_in, address) in self.endpoints.iter().flat_map(Endpoints::ways_in) {
            let _ = writeln!(out, "  {:<16}{address}", format!("{way_in}:"));
        }
        let http = self.endpoints.iter().flat_map(|e| &e.http);
        for (name, url) in http.filter(|(name, _)| name.starts_with("exporter_")) {
            if !name.ends_with("_admin") {
                let label = format!("{}:", name.replace('_', "-"));
                let _ = writeln!(out, "  {label:<16}{url}/metrics");
            }
        }
        let dashboard = self.endpoints.iter().flat_map(|e| e.http.get(DASHBOARD));
        for url in dashboard {
            let _ = writeln!(out, "  {:<16}{url}", "dashboard:");
        }
        for line in self.logs.iter().flat_map(LogDelivery::lines) {
            let label = if line.starts_with(' ') {
                ""
            } else {
                "logs to:"
            };
            let _ = writeln!(out, "  {label:<16}{line}");
        }
        for process in self.endpoints.iter().flat_map(|e| &e.processes) {
            if let Some(audit_log) = &process.audit_log {
                let _ = writeln!(out, "  {:<16}{}", "audit log:", audit_log.display());
            }
        }
        out
    }
}
