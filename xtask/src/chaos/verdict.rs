//! What became of the lines at each service, and whether that is as it must be.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::Scenario;

/// A service as the stub names it, and how the sink's name begins in the shipper's metrics.
pub(crate) const SERVICES: [(&str, &str); 3] = [
    ("logs", "cloudwatch-logs:"),
    ("s3", "s3:"),
    ("kinesis", "kinesis:"),
];

/// Lines that were accepted so shortly before each kill that they may come again.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight(BTreeMap<String, u64>);

impl InFlight {
    /// Adds what the stub says of one kill. An object mostly comes once all the same, because its name is known again;
    /// not where the disk was full, nor where its lines cannot be read again at once.
    pub(crate) fn add(&mut self, recent: &Value) {
        for (service, _) in SERVICES {
            self.add_of(service, recent);
        }
    }

    /// The same of one service.
    pub(crate) fn add_of(&mut self, service: &str, recent: &Value) {
        *self.0.entry(service.to_owned()).or_default() += number(recent, service);
    }
}

/// What one service has.
#[derive(Clone, Debug, Default)]
struct Row {
    distinct: u64,
    missing: u64,
    duplicates: u64,
    out_of_order: u64,
    torn: u64,
    altered: u64,
    foreign: u64,
    bytes: u64,
    in_flight: u64,
    ranges: String,
    examples: String,
}

/// The whole.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    written: u64,
    written_bytes: u64,
    rotations: u64,
    removed: u64,
    rows: [Row; 3],
    violations: u64,
    violation: String,
    /// By the shipper's own count, sink by sink.
    pub(crate) lost_bytes: [f64; 3],
    /// Events that may have arrived before and were sent again, in the last life; none where a name keeps an object
    /// from coming twice.
    pub(crate) resent: [f64; 3],
    pub(crate) truncations: f64,
}

impl Verdict {
    pub(crate) fn read(report: &Value, written: &[Value], in_flight: &InFlight) -> Self {
        let sum = |name: &str| written.iter().map(|last| number(last, name)).sum();
        let violations = report.get("violations").and_then(|all| all.get(0));
        Self {
            written: sum("lines"),
            written_bytes: sum("bytes"),
            rotations: sum("rotations"),
            removed: sum("removed"),
            rows: SERVICES.map(|(service, _)| row(report, service, in_flight)),
            violations: number(report, "violation_count"),
            violation: violations.map(Value::to_string).unwrap_or_default(),
            lost_bytes: [0.0; 3],
            resent: [0.0; 3],
            truncations: 0.0,
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.rows
            .iter()
            .all(|row| row.missing == 0 && row.distinct >= self.written)
    }

    /// Which lines have come where, in a line.
    pub(crate) fn progress(&self) -> String {
        let services: Vec<String> = SERVICES
            .iter()
            .zip(&self.rows)
            .map(|((service, _), row)| {
                format!("{service} {} (+{} twice)", row.distinct, row.duplicates)
            })
            .collect();
        format!("{} written, {}", self.written, services.join(", "))
    }

    /// What is not as it must be.
    pub(crate) fn problems(&self, scenario: Scenario) -> Vec<String> {
        let mut problems = Vec::new();
        if self.violations > 0 {
            let (count, first) = (self.violations, &self.violation);
            problems.push(format!(
                "{count} requests beyond AWS's limits, such as {first}"
            ));
        }
        let counted = self.lost_bytes.into_iter().zip(self.resent);
        for (((service, _), row), (lost, resent)) in SERVICES.iter().zip(&self.rows).zip(counted) {
            let mut problem = |text: String| problems.push(format!("{service}: {text}"));
            if row.altered + row.foreign > 0 {
                let (altered, foreign) = (row.altered, row.foreign);
                problem(format!(
                    "{altered} altered and {foreign} foreign lines: {}",
                    row.examples
                ));
            }
            // Without a kill, only what the shipper says it had to send again may come twice.
            let most = match scenario {
                Scenario::Rename => row.in_flight,
                Scenario::Truncate => row.in_flight + resent as u64,
            };
            if row.duplicates > most {
                let count = row.duplicates;
                problem(format!(
                    "{count} lines twice, and only {most} were in flight"
                ));
            }
            match scenario {
                Scenario::Rename => {
                    if row.missing > 0 {
                        problem(format!("{} lines are lost: {}", row.missing, row.ranges));
                    }
                    if row.torn > 0 {
                        problem(format!("{} torn lines: {}", row.torn, row.examples));
                    }
                }
                Scenario::Truncate => {
                    let destroyed = self.destroyed(row);
                    if lost > destroyed as f64 {
                        problem(format!(
                            "{lost} bytes counted as lost, of {destroyed} that are"
                        ));
                    }
                    if row.missing > 0 && lost == 0.0 {
                        problem(format!(
                            "{} lines are lost, and none is counted",
                            row.missing
                        ));
                    }
                }
            }
        }
        problems
    }

    /// Bytes that were written and did not come; exact only where nothing came twice and nothing is compressed.
    fn destroyed(&self, row: &Row) -> u64 {
        let came = row.bytes + row.distinct;
        match row.bytes * 2 < self.written_bytes {
            // An object's bytes are packed: by the mean length of a line.
            true => row.missing * self.written_bytes / self.written.max(1),
            false => self.written_bytes.saturating_sub(came),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} lines, {:.1} MiB, {} rotations, {} delivered files removed by their writer",
            self.written,
            self.written_bytes as f64 / 1_048_576.0,
            self.rotations,
            self.removed
        )?;
        writeln!(
            f,
            "{:<10}{:>10}{:>9}{:>11}{:>11}{:>13}{:>6}{:>9}{:>9}{:>12}",
            "",
            "distinct",
            "lost",
            "duplicate",
            "in flight",
            "out of order",
            "torn",
            "altered",
            "foreign",
            "lost bytes"
        )?;
        for (((service, _), row), lost) in SERVICES.iter().zip(&self.rows).zip(self.lost_bytes) {
            writeln!(
                f,
                "{service:<10}{:>10}{:>9}{:>11}{:>11}{:>13}{:>6}{:>9}{:>9}{lost:>12}",
                row.distinct,
                row.missing,
                row.duplicates,
                row.in_flight,
                row.out_of_order,
                row.torn,
                row.altered,
                row.foreign,
            )?;
        }
        let destroyed = self.rows.each_ref().map(|row| self.destroyed(row));
        writeln!(
            f,
            "requests beyond a limit: {}; truncations seen in the last life: {}; bytes that did not come: {destroyed:?}",
            self.violations, self.truncations
        )
    }
}

fn row(report: &Value, service: &str, in_flight: &InFlight) -> Row {
    let none = Value::Null;
    let part = report.get("services").and_then(|all| all.get(service));
    let part = part.unwrap_or(&none);
    let writers = part.get("writers").and_then(Value::as_object);
    let tallies: Vec<&Value> = writers.into_iter().flat_map(|all| all.values()).collect();
    let sum = |name: &str| tallies.iter().map(|tally| number(tally, name)).sum();
    let ranges = tallies
        .iter()
        .filter_map(|tally| tally.get("missing_ranges"));
    let ranges: Vec<String> = ranges.map(Value::to_string).collect();
    let faults = part.get("faults").unwrap_or(&none);
    Row {
        distinct: sum("distinct"),
        missing: sum("missing"),
        duplicates: sum("duplicates"),
        out_of_order: sum("out_of_order"),
        torn: number(faults, "torn"),
        altered: number(faults, "altered"),
        foreign: number(faults, "foreign"),
        bytes: number(part, "bytes"),
        in_flight: in_flight.0.get(service).copied().unwrap_or(0),
        ranges: ranges.join(" "),
        examples: faults
            .get("examples")
            .map(Value::to_string)
            .unwrap_or_default(),
    }
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}
