//! What was measured: every sample, its median, and the ratio of the two engines.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::Engine;

/// One row of the table; the order is the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    ProduceLarge,
    ConsumeLarge,
    ProduceSmall,
    ConsumeSmall,
    ProduceCost,
    ConsumeCost,
    PageCacheFloor,
    AckP50,
    AckP99,
    AckP999,
    EndToEndP50,
    EndToEndP99,
    EndToEndP999,
    LatencyCores,
    StartFresh,
    StartExisting,
    MemoryStart,
    MemoryPeak,
    TlsLogins,
    MtlsLogins,
    ScramLogins,
    ProduceTls,
    ConsumeTls,
    TlsAckP50,
    TlsAckP99,
    TlsAdded,
}

impl Metric {
    /// Where each latency stands in the load generator's line, in microseconds.
    pub(super) const LATENCIES: [(Self, &'static str); 6] = [
        (Self::AckP50, "/result/ack_latency/p50_us"),
        (Self::AckP99, "/result/ack_latency/p99_us"),
        (Self::AckP999, "/result/ack_latency/p999_us"),
        (Self::EndToEndP50, "/result/e2e_latency/p50_us"),
        (Self::EndToEndP99, "/result/e2e_latency/p99_us"),
        (Self::EndToEndP999, "/result/e2e_latency/p999_us"),
    ];

    /// What it is and in which unit; MB are 10^6 bytes of message values.
    fn title(self) -> &'static str {
        match self {
            Self::ProduceLarge => "produce 1 KiB, MB per server CPU-second",
            Self::ConsumeLarge => "consume 1 KiB, MB per server CPU-second",
            Self::ProduceSmall => "produce 100 B, MB per server CPU-second",
            Self::ConsumeSmall => "consume 100 B, MB per server CPU-second",
            Self::AckP50 => "ack at 1,000/s, p50, ms",
            Self::AckP99 => "ack at 1,000/s, p99, ms",
            Self::AckP999 => "ack at 1,000/s, p99.9, ms",
            Self::EndToEndP50 => "end to end at 1,000/s, p50, ms",
            Self::EndToEndP99 => "end to end at 1,000/s, p99, ms",
            Self::EndToEndP999 => "end to end at 1,000/s, p99.9, ms",
            Self::LatencyCores => "CPU at 1,000/s, percent of a core",
            Self::StartFresh => "start to first ack, fresh directory, ms",
            Self::StartExisting => "start to first ack, existing directory, ms",
            Self::MemoryStart => "resident after start, MiB",
            Self::MemoryPeak => "resident peak of all rounds, MiB",
            Self::TlsLogins => "TLS logins per server CPU-second",
            Self::MtlsLogins => "mTLS logins per server CPU-second",
            Self::ScramLogins => "SCRAM-SHA-512 logins per server CPU-second",
            Self::ProduceTls => "produce 1 KiB over TLS, MB per CPU-second",
            Self::ConsumeTls => "consume 1 KiB over TLS, MB per CPU-second",
            Self::TlsAckP50 => "ack over TLS at 1,000/s, p50, ms",
            Self::TlsAckP99 => "ack over TLS at 1,000/s, p99, ms",
            Self::TlsAdded => "ack over TLS less plaintext, p50, ms",
            Self::PageCacheFloor => "(kernel: fresh page cache, CPU s/GB)",
            Self::ProduceCost => "produce 1 KiB, server CPU s/GB",
            Self::ConsumeCost => "consume 1 KiB, server CPU s/GB",
        }
    }

    /// The better of two samples.
    fn better(self, one: f64, other: f64) -> f64 {
        match self {
            Self::ProduceLarge
            | Self::ConsumeLarge
            | Self::ProduceSmall
            | Self::ConsumeSmall
            | Self::TlsLogins
            | Self::MtlsLogins
            | Self::ScramLogins
            | Self::ProduceTls
            | Self::ConsumeTls => one.max(other),
            _ => one.min(other),
        }
    }
}

#[derive(Default)]
pub(super) struct Figures {
    samples: BTreeMap<Metric, BTreeMap<Engine, Vec<f64>>>,
    /// Percent of a core that others used while an engine was measured.
    disturbances: BTreeMap<Engine, Vec<f64>>,
}

impl Figures {
    pub(super) fn add(&mut self, engine: Engine, metric: Metric, value: f64) {
        let row = self.samples.entry(metric).or_default();
        row.entry(engine).or_default().push(value);
    }

    pub(super) fn disturbed(&mut self, engine: Engine, percent: f64) {
        self.disturbances.entry(engine).or_default().push(percent);
    }

    /// Medians side by side, then the best samples. A ratio is the first engine's figure over the
    /// second's.
    pub(super) fn table(&self, engines: &[Engine]) -> String {
        let mut table = format!("{:<44}", "");
        for heading in ["median", "best"] {
            for engine in engines {
                let _ = write!(table, "{:>10}", engine.name());
            }
            let heading = format!("({heading})");
            let _ = write!(table, "{heading:>10}");
        }
        for (metric, row) in &self.samples {
            let _ = write!(table, "\n{:<44}", metric.title());
            let best = |all: &[f64]| all.iter().copied().reduce(|a, b| metric.better(a, b));
            let of = |figure: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
                let samples = engines.iter().map(|engine| row.get(engine));
                samples
                    .map(|all| all.map_or(f64::NAN, |all| figure(all)))
                    .collect()
            };
            for figures in [of(&median), of(&|all| best(all).unwrap_or(f64::NAN))] {
                for value in &figures {
                    let _ = write!(table, "{:>10}", readable(*value));
                }
                let ratio = match figures[..] {
                    [first, second] => readable(first / second),
                    _ => String::new(),
                };
                let _ = write!(table, "{ratio:>10}");
            }
        }
        for (engine, all) in &self.disturbances {
            let _ = write!(
                table,
                "\nothers used {:.0} % of a core (median) while {} was measured",
                median(all),
                engine.name()
            );
        }
        table.push('\n');
        table
    }

    pub(super) fn json(&self) -> Value {
        let rows = self.samples.iter().map(|(metric, row)| {
            let engines = row.iter().map(|(engine, samples)| {
                let figure = json!({ "median": median(samples), "samples": samples });
                (engine.name().to_string(), figure)
            });
            (metric.title().to_string(), engines.collect())
        });
        Value::Object(rows.collect())
    }
}

fn median(samples: &[f64]) -> f64 {
    let mut ascending = samples.to_vec();
    ascending.sort_by(f64::total_cmp);
    let middle = ascending.len() / 2;
    match (ascending.get(middle), middle.checked_sub(1)) {
        (Some(upper), Some(below)) if ascending.len().is_multiple_of(2) => {
            (ascending[below] + upper) / 2.0
        }
        (Some(only), _) => *only,
        (None, _) => f64::NAN,
    }
}

/// Three digits that mean something.
fn readable(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value.abs() >= 0.1 => format!("{value:.2}"),
        value => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests;
