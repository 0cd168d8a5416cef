//! What logshipper says of its sinks, asked as anybody could: `/status` of its admin server. Pure but for the question.
//!
//! What it does not say is none; what it says more is ignored: the two may be of different releases.

use crate::probe;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The process that is asked.
pub(crate) const PROCESS: &str = "logshipper";

/// All sinks of one logshipper.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct LogDelivery {
    pub(crate) sinks: Vec<SinkStatus>,
    /// Log files that it follows.
    pub(crate) files: u64,
    /// What deleted files keep of the disk until they are delivered.
    pub(crate) held_deleted_bytes: u64,
}

/// One sink.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct SinkStatus {
    /// As metrics name it.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) target: String,
    /// `delivering`, `idle`, `retrying` or `stopped`.
    pub(crate) state: String,
    pub(crate) lag_bytes: u64,
    pub(crate) lag_seconds: f64,
    pub(crate) lag_events: u64,
    pub(crate) events_delivered: u64,
    /// By cause, since it started.
    pub(crate) lost_bytes: BTreeMap<String, u64>,
    pub(crate) dead_letters: u64,
    /// Those that are in no file any more.
    pub(crate) dead_letters_dropped: u64,
    /// What keeps it from delivering, and what to do.
    pub(crate) trouble: Option<String>,
    pub(crate) retry_in_seconds: Option<f64>,
}

/// Asks the logshipper whose admin server is here.
pub(crate) async fn ask(base_url: &str) -> Result<LogDelivery, String> {
    let text = probe::text(base_url, "/status").await?;
    serde_json::from_str(&text).map_err(|error| format!("{base_url}/status: {error}"))
}

impl LogDelivery {
    /// Whether something is gone that a sink did not get.
    pub(crate) fn has_lost(&self) -> bool {
        let lost = |sink: &SinkStatus| {
            sink.dead_letters_dropped > 0 || sink.lost_bytes.values().any(|bytes| *bytes > 0)
        };
        self.sinks.iter().any(lost)
    }

    /// What is not as it should be, in one line.
    pub(crate) fn problem(&self) -> Option<String> {
        let of = |sink: &SinkStatus| {
            let faults = sink.faults().into_iter();
            let told: Vec<_> = faults
                .map(|fault| format!("{}: {fault}", sink.name))
                .collect();
            told
        };
        let faults: Vec<_> = self.sinks.iter().flat_map(of).collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }

    /// For people: a line for each sink, and below it what is not as it should be.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for sink in &self.sinks {
            lines.push(sink.line());
            lines.extend(sink.faults().into_iter().map(|fault| format!("  {fault}")));
        }
        lines
    }
}

impl SinkStatus {
    /// What it is, and how far.
    fn line(&self) -> String {
        let mut line = match self.target.as_str() {
            "" => self.kind.clone(),
            target => format!("{} {target}", self.kind),
        };
        let _ = write!(
            line,
            ": {}, {} delivered",
            self.state,
            events(self.events_delivered)
        );
        if self.lag_bytes > 0 {
            let _ = write!(
                line,
                ", {} behind by {:.0} s",
                bytes(self.lag_bytes),
                self.lag_seconds
            );
        }
        line
    }

    fn faults(&self) -> Vec<String> {
        let retry = self.retry_in_seconds.map_or_else(String::new, |seconds| {
            format!(" (asked again in {seconds:.0} s)")
        });
        let trouble = self.trouble.iter();
        let mut faults: Vec<_> = trouble.map(|why| format!("{why}{retry}")).collect();
        let lost = self.lost_bytes.iter().filter(|(_, lost)| **lost > 0);
        faults.extend(lost.map(|(cause, lost)| {
            let lost = bytes(*lost);
            format!("lost {lost} ({cause}) since it started; its log names the files")
        }));
        if self.dead_letters > 0 {
            faults.push(format!(
                "{} refused for good: outrigger logshipper replay sends them again",
                events(self.dead_letters)
            ));
        }
        if self.dead_letters_dropped > 0 {
            faults.push(format!(
                "{} of these lost: the files of dead letters were full",
                events(self.dead_letters_dropped)
            ));
        }
        faults
    }
}

fn events(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} event{plural}")
}

/// What a process counts of its own rotated logs that it removed at their limit before they were delivered.
const REMOVED: &str = "outrigger_log_removed_undelivered_bytes_total";

/// How many bytes of its own logs a process has removed that were not delivered, by what its admin server answers to `/metrics`.
pub(crate) fn removed_bytes(metrics: &str) -> u64 {
    let lines = metrics
        .lines()
        .filter_map(|line| line.strip_prefix(REMOVED));
    let values = lines.filter_map(|rest| rest.split(' ').next_back()?.parse().ok());
    values.fold(0, u64::saturating_add)
}

/// With a unit that leaves few digits.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(unit, _)| count >= *unit) {
        None => format!("{count} B"),
        Some((unit, name)) => {
            let tenths = u128::from(count) * 10 / u128::from(unit);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests;
