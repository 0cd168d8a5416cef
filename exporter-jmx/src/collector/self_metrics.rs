//! What the exporter says about itself: jmx_exporter's own metrics under their names, and what it has beyond them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exposition::{Family, Text};
use prometheus::core::{Collector as Shown, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use super::Asked;
use crate::rule_sets::RuleSets;
use crate::view::Counts;

const UP: (&str, &str) = (
    "outrigger_source_up",
    "Whether the source answered when it was last read.",
);
const READ: (&str, &str) = (
    "outrigger_source_read_seconds",
    "Time that the last reading of the source took.",
);

/// Declared once for the process, shown in its own registry.
#[derive(Debug)]
pub(super) struct SelfMetrics {
    rule_sets: Arc<RuleSets>,
    up: IntGaugeVec,
    failures: IntCounterVec,
    read_seconds: GaugeVec,
    /// What the sources were called when they were read last.
    names: Mutex<BTreeSet<String>>,
}

/// What one scrape came to.
pub(super) struct Scraped<'a> {
    pub(super) took: Duration,
    pub(super) counts: Counts,
    pub(super) asked: &'a [Asked],
}

impl SelfMetrics {
    pub(super) fn new(
        registry: &Registry,
        rule_sets: Arc<RuleSets>,
    ) -> Result<Self, prometheus::Error> {
        let by_source = |(name, help): (&str, &str)| Opts::new(name, help);
        let metrics = Self {
            up: IntGaugeVec::new(by_source(UP), &["source"])?,
            failures: IntCounterVec::new(
                Opts::new(
                    "outrigger_source_failures_total",
                    "Readings of the source that gave nothing.",
                ),
                &["source"],
            )?,
            read_seconds: GaugeVec::new(by_source(READ), &["source"])?,
            rule_sets: Arc::clone(&rule_sets),
            names: Mutex::default(),
        };
        registry.register(Box::new(metrics.up.clone()))?;
        registry.register(Box::new(metrics.failures.clone()))?;
        registry.register(Box::new(metrics.read_seconds.clone()))?;
        registry.register(Box::new(Reloads::new(rule_sets)?))?;
        Ok(metrics)
    }

    /// After all sources were read. Their names are few: they are configured, or what the process behind an address
    /// calls itself; what is called otherwise now is not told under its old name any more.
    pub(super) fn note(&self, asked: &[Asked]) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let now: BTreeSet<String> = asked.iter().map(|asked| asked.name.clone()).collect();
        for gone in names.difference(&now) {
            // An error says that it was not there, which is as well.
            let _ = self.up.remove_label_values(&[gone]);
            let _ = self.read_seconds.remove_label_values(&[gone]);
            let _ = self.failures.remove_label_values(&[gone]);
        }
        *names = now;
        for Asked {
            name,
            reading,
            took,
        } in asked
        {
            self.up
                .with_label_values(&[name])
                .set(i64::from(reading.is_ok()));
            self.read_seconds
                .with_label_values(&[name])
                .set(took.as_secs_f64());
            self.failures
                .with_label_values(&[name])
                .inc_by(u64::from(reading.is_err()));
        }
    }

    /// What a scrape shows behind everything else.
    pub(super) fn families(&self, scraped: &Scraped<'_>) -> Vec<Family> {
        let failed = scraped.asked.iter().any(|asked| asked.reading.is_err());
        let (reloads, failures) = self.rule_sets.reloads();
        let build = vec![
            (Text::from("version"), service::build_info::VERSION.into()),
            ("name".into(), "outrigger-exporter-jmx".into()),
        ];
        let mut families = vec![
            Family::counter(
                "jmx_config_reload_failure_total",
                "Number of times configuration have failed to be reloaded.",
            )
            .with(vec![], failures as f64),
            Family::counter(
                "jmx_config_reload_success_total",
                "Number of times configuration have successfully been reloaded.",
            )
            .with(vec![], reloads as f64),
            Family::gauge(
                "jmx_exporter_build_info",
                "A metric with a constant '1' value labeled with the version of the JMX exporter.",
            )
            .with(build, 1.0),
            Family::gauge(
                "jmx_scrape_duration_seconds",
                "Time this JMX scrape took, in seconds.",
            )
            .with(vec![], scraped.took.as_secs_f64()),
            Family::gauge("jmx_scrape_error", "Non-zero if this scrape failed.")
                .with(vec![], f64::from(u8::from(failed))),
            counts(scraped.counts),
        ];
        let mut up = Family::gauge(UP.0, UP.1);
        let mut read = Family::gauge(READ.0, READ.1);
        for asked in scraped.asked {
            let labels = || vec![(Text::from("source"), asked.name.clone().into())];
            up.push(labels(), f64::from(u8::from(asked.reading.is_ok())));
            read.push(labels(), asked.took.as_secs_f64());
        }
        families.extend([components(scraped.asked), read, up]);
        families
    }
}

/// Whether each part of each process works, which the processes tell as MBeans in a section of their own: one scrape
/// of this exporter tells of all of them.
fn components(asked: &[Asked]) -> Family {
    let mut family = Family::gauge(
        "outrigger_component_healthy",
        "Whether a component of a process works.",
    );
    for reading in asked.iter().filter_map(|asked| asked.reading.as_ref().ok()) {
        let told = reading.sections.iter().filter(|section| {
            let first = section.beans.first();
            first.is_some_and(|bean| bean.domain() == "outrigger.process")
        });
        for section in told {
            let values = reading.values.get(section.first_value..);
            let beans = section.beans.iter().zip(values.unwrap_or_default());
            for (bean, value) in beans {
                let label = |key: &'static str, property: &str| {
                    let value = bean.property(property).unwrap_or_default().to_owned();
                    (Text::from(key), Text::from(value))
                };
                let labels = vec![label("process", "process"), label("component", "name")];
                family.push(labels, *value);
            }
        }
    }
    family
}

fn counts(counts: Counts) -> Family {
    let state = |state: &'static str| vec![(Text::from("state"), state.into())];
    Family::gauge(
        "outrigger_exporter_series",
        "Series of this rule set: shown, or left out because another one is the same series (of the same source, or \
         of an earlier one), or has the name of one of the exporter's own.",
    )
    .with(state("shown"), counts.series as f64)
    .with(state("duplicate"), counts.duplicates as f64)
    .with(state("clash"), counts.clashes as f64)
    .with(state("reserved"), counts.reserved as f64)
}

/// The counters of reloads, for the process's own registry.
struct Reloads {
    rule_sets: Arc<RuleSets>,
    counters: IntCounterVec,
}

impl Reloads {
    fn new(rule_sets: Arc<RuleSets>) -> Result<Self, prometheus::Error> {
        let opts = Opts::new(
            "outrigger_rules_reloads_total",
            "Rule files that were read again, by outcome.",
        );
        let counters = IntCounterVec::new(opts, &["result"])?;
        Ok(Self {
            rule_sets,
            counters,
        })
    }
}

impl Shown for Reloads {
    fn desc(&self) -> Vec<&Desc> {
        self.counters.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let (reloads, failures) = self.rule_sets.reloads();
        for (result, count) in [("success", reloads), ("failure", failures)] {
            let counter = self.counters.with_label_values(&[result]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
        self.counters.collect()
    }
}

#[cfg(test)]
mod tests;
