//! The counters in the shape that Prometheus scrapes.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounterVec, IntGauge, Opts, Registry};

use crate::broker::Broker;

/// The counters as Prometheus scrapes this process's own health.
pub struct Exposed {
    broker: Arc<Broker>,
    requests: IntCounterVec,
    nanoseconds: IntCounterVec,
    totals: IntCounterVec,
    connections: IntGauge,
    memory: IntGauge,
}

impl Exposed {
    /// A registry that holds nothing else. Names that do not register stay out of it.
    pub fn registry(broker: Arc<Broker>) -> Registry {
        let registry = Registry::new();
        if let Ok(exposed) = Self::new(broker) {
            // A fresh registry has no duplicate.
            let _ = registry.register(Box::new(exposed));
        }
        registry
    }

    fn new(broker: Arc<Broker>) -> prometheus::Result<Self> {
        let counter =
            |name, help, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let gauge = |name, help| IntGauge::new(name, help);
        Ok(Self {
            broker,
            requests: counter(
                "outrigger_broker_requests_total",
                "Requests that were answered, by API.",
                &["request"],
            )?,
            nanoseconds: counter(
                "outrigger_broker_request_nanoseconds_total",
                "Time that requests took, by API and stage.",
                &["request", "stage"],
            )?,
            totals: counter(
                "outrigger_broker_events_total",
                "Record bytes in and out of clients, and refused connections.",
                &["event"],
            )?,
            connections: gauge("outrigger_broker_connections", "Open client connections.")?,
            memory: gauge(
                "outrigger_broker_request_memory_bytes",
                "Memory that requests hold.",
            )?,
        })
    }

    fn refresh(&self) {
        self.requests.reset();
        self.nanoseconds.reset();
        self.totals.reset();
        for (key, counters) in self.broker.metrics.requests() {
            let name = key.name();
            self.requests
                .with_label_values(&[name])
                .inc_by(counters.count.load(Relaxed));
            for (stage, value) in [
                ("local", &counters.local_ns),
                ("remote", &counters.remote_ns),
                ("response", &counters.response_ns),
                ("total", &counters.total_ns),
            ] {
                self.nanoseconds
                    .with_label_values(&[name, stage])
                    .inc_by(value.load(Relaxed));
            }
        }
        for (event, value) in self.broker.metrics.totals() {
            self.totals.with_label_values(&[event]).inc_by(value);
        }
        let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.connections
            .set(signed(self.broker.connection_limits.open()));
        self.memory.set(signed(self.broker.memory.used_bytes()));
    }
}

impl Collector for Exposed {
    fn desc(&self) -> Vec<&Desc> {
        let vectors = [&self.requests, &self.nanoseconds, &self.totals];
        let gauges = [&self.connections, &self.memory];
        let vectors = vectors.into_iter().flat_map(Collector::desc);
        vectors
            .chain(gauges.into_iter().flat_map(Collector::desc))
            .collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.refresh();
        let vectors = [&self.requests, &self.nanoseconds, &self.totals];
        let gauges = [&self.connections, &self.memory];
        let vectors = vectors.into_iter().flat_map(Collector::collect);
        vectors
            .chain(gauges.into_iter().flat_map(Collector::collect))
            .collect()
    }
}
