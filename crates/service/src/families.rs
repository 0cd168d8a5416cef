//! A registry of the crate `prometheus` as families, so that there is one way to everything that shows or pushes them.

use exposition::{Family, Kind, Sample, Text};
use prometheus::Registry;
use prometheus::proto::{Metric, MetricFamily, MetricType};

/// What the registry holds now.
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
    use exposition::{Format, encode, parse};
    use prometheus::{
        Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
    };

    #[test]
    fn a_registry_reads_the_same_through_families() {
        let registry = Registry::new();
        let vector = IntCounterVec::new(Opts::new("requests_total", "A."), &["code"]).unwrap();
        let counter = IntCounter::new("bytes_total", "B.").unwrap();
        let gauge = IntGauge::new("connections", "C.").unwrap();
        let histogram = Histogram::with_opts(
            HistogramOpts::new("seconds", "D.").buckets(vec![0.001, 0.25, 4.0]),
        )
        .unwrap();
        registry.register(Box::new(vector.clone())).unwrap();
        registry.register(Box::new(counter.clone())).unwrap();
        registry.register(Box::new(gauge.clone())).unwrap();
        registry.register(Box::new(histogram.clone())).unwrap();
        vector.with_label_values(&["200"]).inc_by(3);
        counter.inc_by(1 << 40);
        gauge.set(-1);
        histogram.observe(0.25);
        histogram.observe(5.0);
        let theirs = TextEncoder::new()
            .encode_to_string(&registry.gather())
            .unwrap();
        let mut ours = Vec::new();
        encode(&super::families(&registry), Format::Text004, &mut ours);
        let ours = String::from_utf8(ours).unwrap();
        assert_eq!(parse(&ours).unwrap(), parse(&theirs).unwrap());
        assert!(theirs.contains("requests_total{code=\"200\"} 3"));
    }
}
