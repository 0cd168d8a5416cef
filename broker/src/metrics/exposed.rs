//! The counters in the shape that Prometheus scrapes.

use std::sync::Arc;

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
    /// Puts them into `registry`, which has none of their names.
    pub fn register(registry: &Registry, broker: Arc<Broker>) {
        if let Ok(exposed) = Self::new(broker) {
            let _ = registry.register(Box::new(exposed));
        }
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
                "Record bytes in and out of clients, refused connections, the identity store read again.",
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
        for api in self.broker.metrics.requests.apis() {
            let name = api.key().name();
            self.requests.with_label_values(&[name]).inc_by(api.count());
            for (stage, nanoseconds) in api.nanoseconds() {
                self.nanoseconds
                    .with_label_values(&[name, stage])
                    .inc_by(nanoseconds);
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
