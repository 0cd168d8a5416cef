//! What the server counts about itself: declared once, shown in the process's own registry and, unless
//! that is switched off, after the exporter's metrics.

use exposition::{Family, Kind, Sample, Text};
use prometheus::core::Collector;
use prometheus::proto::{Metric, MetricFamily, MetricType};
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
        families(&self.registry)
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

/// What a registry of the `prometheus` crate holds, as families.
pub fn families(registry: &Registry) -> Vec<Family> {
    registry.gather().iter().map(family).collect()
}

fn family(gathered: &MetricFamily) -> Family {
    let kind = match gathered.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::GAUGE => Kind::Gauge,
        MetricType::HISTOGRAM => Kind::Histogram,
        MetricType::SUMMARY => Kind::Summary,
        MetricType::UNTYPED => Kind::Untyped,
    };
    let mut family = Family::new(gathered.name().to_owned(), gathered.help().to_owned(), kind);
    for metric in gathered.get_metric() {
        samples(metric, kind, &mut family.samples);
    }
    family
}

fn samples(metric: &Metric, kind: Kind, samples: &mut Vec<Sample>) {
    let labels: Vec<(Text, Text)> = metric
        .get_label()
        .iter()
        .map(|pair| {
            (
                pair.name().to_owned().into(),
                pair.value().to_owned().into(),
            )
        })
        .collect();
    let with = |bound: Option<(&'static str, f64)>, suffix: &'static str, value: f64| {
        let mut labels = labels.clone();
        labels.extend(bound.map(|(name, bound)| (name.into(), spelled(bound).into())));
        Sample {
            suffix,
            ..Sample::new(labels, value)
        }
    };
    match kind {
        Kind::Counter => samples.push(with(None, "", metric.get_counter().get_value())),
        Kind::Gauge | Kind::Untyped => samples.push(with(None, "", metric.get_gauge().get_value())),
        Kind::Histogram => {
            let histogram = metric.get_histogram();
            for bucket in histogram.get_bucket() {
                let bound = Some(("le", bucket.upper_bound()));
                samples.push(with(bound, "_bucket", bucket.cumulative_count() as f64));
            }
            let count = histogram.get_sample_count() as f64;
            let is_infinite = |bound: f64| bound == f64::INFINITY;
            let last = histogram.get_bucket().last();
            if !last.is_some_and(|bucket| is_infinite(bucket.upper_bound())) {
                samples.push(with(Some(("le", f64::INFINITY)), "_bucket", count));
            }
            samples.push(with(None, "_sum", histogram.get_sample_sum()));
            samples.push(with(None, "_count", count));
        }
        Kind::Summary => {
            let summary = metric.get_summary();
            for quantile in summary.get_quantile() {
                let bound = Some(("quantile", quantile.quantile()));
                samples.push(with(bound, "", quantile.value()));
            }
            samples.push(with(None, "_sum", summary.sample_sum()));
            samples.push(with(None, "_count", summary.sample_count() as f64));
        }
    }
}

/// A bound as a label: as a value is written.
fn spelled(bound: f64) -> String {
    let mut out = Vec::new();
    exposition::write_value(&mut out, bound);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::SelfMetrics;
    use exposition::{Format, encode, parse};
    use prometheus::{Registry, TextEncoder};

    #[test]
    fn a_registry_reads_the_same_through_families() {
        let shown = Registry::new();
        let metrics = SelfMetrics::register(&shown).unwrap();
        metrics.requests.with_label_values(&["200"]).inc_by(3);
        metrics
            .response_bytes
            .with_label_values(&["gzip"])
            .inc_by(1 << 40);
        metrics.connections.set(-1);
        metrics.collection_seconds.observe(0.25);
        let theirs = TextEncoder::new()
            .encode_to_string(&shown.gather())
            .unwrap();
        let mut ours = Vec::new();
        encode(&metrics.families(), Format::Text004, &mut ours);
        let ours = String::from_utf8(ours).unwrap();
        assert_eq!(parse(&ours).unwrap(), parse(&theirs).unwrap());
        assert!(theirs.contains("outrigger_scrape_requests_total{code=\"200\"} 3"));
    }
}
