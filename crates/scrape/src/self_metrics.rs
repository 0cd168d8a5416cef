//! What the server counts about itself: declared once, shown in the process's own registry and, unless
//! that is switched off, after the exporter's metrics.

use exposition::Family;
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    exponential_buckets,
};

/// From a small /proc to a broker of ten thousand partitions, in seconds.
const DURATION_BUCKETS: (f64, f64, usize) = (0.001, 4.0, 8);

/// The metrics.
#[derive(Clone, Debug)]
pub(crate) struct SelfMetrics {
    registry: Registry,
    pub(crate) requests: IntCounterVec,
    pub(crate) in_flight: IntGauge,
    pub(crate) collections: IntCounter,
    pub(crate) shared: IntCounter,
    pub(crate) collection_seconds: Histogram,
    pub(crate) response_bytes: IntCounterVec,
    pub(crate) unauthorized: IntCounterVec,
    pub(crate) connections: IntGauge,
    pub(crate) handshake_failures: IntCounter,
    pub(crate) reloads: IntCounterVec,
}

impl SelfMetrics {
    /// Declares them, and shows them in `shown`, too.
    pub(crate) fn register(shown: &Registry) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let (start, factor, count) = DURATION_BUCKETS;
        let buckets = exponential_buckets(start, factor, count)?;
        let both = Both([&registry, shown]);
        let metrics = Self {
            requests: both.counters(
                "requests",
                "HTTP requests by status code of the answer.",
                "code",
            )?,
            in_flight: both.gauge("requests_in_flight", "HTTP requests being answered now.")?,
            collections: both.counter("collections", "Collections that scrapers caused.")?,
            shared: both.counter(
                "collections_shared",
                "Scrapes that were answered by a collection which another one had begun.",
            )?,
            collection_seconds: both.shown(Histogram::with_opts(
                HistogramOpts::new(
                    "outrigger_scrape_collection_seconds",
                    "Time that one collection took.",
                )
                .buckets(buckets),
            )?)?,
            response_bytes: both.counters(
                "response_bytes",
                "Bytes of metrics sent, by encoding.",
                "encoding",
            )?,
            unauthorized: both.counters(
                "unauthorized_requests",
                "Requests refused for their user name and password, by reason.",
                "reason",
            )?,
            connections: both.gauge("connections", "Connections open now.")?,
            handshake_failures: both
                .counter("tls_handshake_failures", "TLS handshakes that failed.")?,
            reloads: both.counters(
                "web_config_reloads",
                "Readings of a changed web configuration, by result.",
                "result",
            )?,
            registry,
        };
        // A counter that is born with 1 has not grown: what can be known to come is there from the start.
        for (counters, values) in [
            (&metrics.requests, &["200"] as &[_]),
            (&metrics.response_bytes, &["identity", "gzip"]),
            (&metrics.unauthorized, &["missing", "wrong", "busy"]),
            (&metrics.reloads, &["success", "failure"]),
        ] {
            for value in values {
                counters.with_label_values(&[value]);
            }
        }
        Ok(metrics)
    }

    /// All of them as they are now.
    pub(crate) fn families(&self) -> Vec<Family> {
        service::families(&self.registry)
    }
}

/// One more in a gauge, until dropped: a task that is cancelled leaves none behind.
#[derive(Debug)]
pub(crate) struct Held(IntGauge);

impl Held {
    pub(crate) fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

struct Both<'a>([&'a Registry; 2]);

impl Both<'_> {
    fn shown<M: Collector + Clone + 'static>(&self, metric: M) -> Result<M, prometheus::Error> {
        for registry in self.0 {
            registry.register(Box::new(metric.clone()))?;
        }
        Ok(metric)
    }

    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.shown(IntCounter::new(
            format!("outrigger_scrape_{name}_total"),
            help,
        )?)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.shown(IntGauge::new(format!("outrigger_scrape_{name}"), help)?)
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        label: &str,
    ) -> Result<IntCounterVec, prometheus::Error> {
        let opts = Opts::new(format!("outrigger_scrape_{name}_total"), help);
        self.shown(IntCounterVec::new(opts, &[label])?)
    }
}
