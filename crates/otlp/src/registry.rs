//! A registry of the crate `prometheus` as families, so that there is one way to everything.

use exposition::{Family, Kind, Label, Sample};
use prometheus::Registry;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

/// What the registry holds now.
pub fn families(registry: &Registry) -> Vec<Family> {
    registry.gather().iter().map(family).collect()
}

fn family(from: &MetricFamily) -> Family {
    let kind = match from.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::GAUGE => Kind::Gauge,
        MetricType::HISTOGRAM => Kind::Histogram,
        MetricType::SUMMARY => Kind::Summary,
        MetricType::UNTYPED => Kind::Untyped,
    };
    let mut family = Family::new(from.name().to_owned(), from.help().to_owned(), kind);
    for metric in from.get_metric() {
        push(&mut family, metric);
    }
    family
}

fn push(family: &mut Family, metric: &Metric) {
    let labels = || metric.get_label().iter().map(label).collect::<Vec<_>>();
    match family.kind {
        Kind::Counter => family.push(labels(), metric.get_counter().get_value()),
        Kind::Gauge | Kind::Untyped => family.push(labels(), metric.get_gauge().get_value()),
        Kind::Histogram => {
            let histogram = metric.get_histogram();
            let count = histogram.get_sample_count() as f64;
            let buckets = histogram.get_bucket().iter();
            let bounds = buckets.map(|b| (b.upper_bound(), b.cumulative_count() as f64));
            for (bound, value) in bounds.filter(|(bound, _)| bound.is_finite()) {
                let le = ("le".into(), bound.to_string().into());
                family
                    .samples
                    .push(sample("_bucket", with(labels(), le), value));
            }
            let le = ("le".into(), "+Inf".into());
            family
                .samples
                .push(sample("_bucket", with(labels(), le), count));
            let sum = histogram.get_sample_sum();
            family.samples.push(sample("_sum", labels(), sum));
            family.samples.push(sample("_count", labels(), count));
        }
        Kind::Summary => {
            let summary = metric.get_summary();
            for quantile in summary.get_quantile() {
                let rank = ("quantile".into(), quantile.quantile().to_string().into());
                family.push(with(labels(), rank), quantile.value());
            }
            let (sum, count) = (summary.sample_sum(), summary.sample_count() as f64);
            family.samples.push(sample("_sum", labels(), sum));
            family.samples.push(sample("_count", labels(), count));
        }
    }
}

fn label(pair: &LabelPair) -> Label {
    (
        pair.name().to_owned().into(),
        pair.value().to_owned().into(),
    )
}

fn with(mut labels: Vec<Label>, label: Label) -> Vec<Label> {
    labels.push(label);
    labels
}

fn sample(suffix: &'static str, labels: Vec<Label>, value: f64) -> Sample {
    Sample {
        suffix,
        ..Sample::new(labels, value)
    }
}
