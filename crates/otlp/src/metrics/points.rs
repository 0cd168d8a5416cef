//! One family's samples as data points. What a sample lacks or says twice costs that point alone.

use exposition::{Family, Kind, Label, Sample};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum,
    Summary, SummaryDataPoint, number_data_point,
};

use super::{POINTS_MAX, Window};
use crate::resource::attribute;

/// The metrics of a family, each with the number of its data points: several where it has more
/// samples than a request takes.
pub(super) fn metrics(family: &Family, window: Window) -> Vec<(Metric, usize)> {
    match family.kind {
        Kind::Counter => numbers(family, window, |data_points| {
            Data::Sum(Sum {
                data_points,
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
                is_monotonic: true,
            })
        }),
        Kind::Gauge | Kind::Untyped => numbers(family, window, |data_points| {
            Data::Gauge(Gauge { data_points })
        }),
        Kind::Histogram => cut(family, histograms(family, window), |data_points| {
            Data::Histogram(Histogram {
                data_points,
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
            })
        }),
        Kind::Summary => cut(family, summaries(family, window), |data_points| {
            Data::Summary(Summary { data_points })
        }),
    }
}

fn cut<P>(family: &Family, points: Vec<P>, data: impl Fn(Vec<P>) -> Data) -> Vec<(Metric, usize)> {
    let mut metrics = Vec::new();
    let mut points = points.into_iter();
    loop {
        let part: Vec<P> = points.by_ref().take(POINTS_MAX).collect();
        if part.is_empty() {
            return metrics;
        }
        let count = part.len();
        let metric = Metric {
            name: family.name.clone().into_owned(),
            description: family.help.clone().into_owned(),
            data: Some(data(part)),
            ..Metric::default()
        };
        metrics.push((metric, count));
    }
}

fn numbers(
    family: &Family,
    window: Window,
    data: impl Fn(Vec<NumberDataPoint>) -> Data,
) -> Vec<(Metric, usize)> {
    let is_counter = family.kind == Kind::Counter;
    // A sum that is no number would poison every rate over it.
    let usable = family
        .samples
        .iter()
        .filter(|s| !is_counter || s.value.is_finite());
    let points = usable.map(|sample| NumberDataPoint {
        attributes: attributes(&sample.labels, ""),
        start_time_unix_nano: if is_counter { window.start_ns } else { 0 },
        time_unix_nano: time_ns(sample, window),
        value: Some(number_data_point::Value::AsDouble(sample.value)),
        ..NumberDataPoint::default()
    });
    cut(family, points.collect(), data)
}

/// The samples of one histogram or summary: same labels but for the one that numbers them.
fn series<'a>(family: &'a Family, numbering: &str) -> Vec<(Vec<&'a Label>, Vec<&'a Sample>)> {
    let mut series: Vec<(Vec<&Label>, Vec<&Sample>)> = Vec::new();
    for sample in &family.samples {
        let labels = sample.labels.iter().filter(|(name, _)| name != numbering);
        let labels: Vec<&Label> = labels.collect();
        // They come one after the other.
        match series.last_mut().filter(|(last, _)| *last == labels) {
            Some((_, samples)) => samples.push(sample),
            None => series.push((labels, vec![sample])),
        }
    }
    series
}

fn histograms(family: &Family, window: Window) -> Vec<HistogramDataPoint> {
    let series = series(family, "le").into_iter();
    let points = series.filter_map(|(_, samples)| {
        let first = samples.first()?;
        let mut buckets: Vec<(f64, u64)> = samples
            .iter()
            .filter(|sample| sample.suffix == "_bucket")
            .filter_map(|sample| Some((bound(sample, "le")?, count(sample.value))))
            .collect();
        buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        buckets.dedup_by(|(a, _), (b, _)| a == b);
        let total = value(&samples, "_count").map(count);
        let total = total.or(buckets.last().map(|(_, count)| *count))?;
        buckets.retain(|(bound, _)| bound.is_finite());
        let mut before = 0;
        let mut bucket_counts = Vec::with_capacity(buckets.len() + 1);
        for (_, cumulative) in &buckets {
            bucket_counts.push(cumulative.saturating_sub(before));
            before = before.max(*cumulative);
        }
        bucket_counts.push(total.saturating_sub(before));
        Some(HistogramDataPoint {
            attributes: attributes(&first.labels, "le"),
            start_time_unix_nano: window.start_ns,
            time_unix_nano: time_ns(first, window),
            // OTLP asks that the buckets add up to it.
            count: bucket_counts.iter().sum(),
            sum: value(&samples, "_sum").filter(|sum| sum.is_finite()),
            bucket_counts,
            explicit_bounds: buckets.into_iter().map(|(bound, _)| bound).collect(),
            ..HistogramDataPoint::default()
        })
    });
    points.collect()
}

fn summaries(family: &Family, window: Window) -> Vec<SummaryDataPoint> {
    let series = series(family, "quantile").into_iter();
    let points = series.filter_map(|(_, samples)| {
        let first = samples.first()?;
        let quantiles = samples.iter().filter(|sample| sample.suffix.is_empty());
        Some(SummaryDataPoint {
            attributes: attributes(&first.labels, "quantile"),
            start_time_unix_nano: window.start_ns,
            time_unix_nano: time_ns(first, window),
            count: value(&samples, "_count").map_or(0, count),
            sum: value(&samples, "_sum").unwrap_or_default(),
            quantile_values: quantiles
                .filter_map(|sample| {
                    Some(ValueAtQuantile {
                        quantile: bound(sample, "quantile")?,
                        value: sample.value,
                    })
                })
                .collect(),
            ..SummaryDataPoint::default()
        })
    });
    points.collect()
}

fn value(samples: &[&Sample], suffix: &str) -> Option<f64> {
    let found = samples.iter().find(|sample| sample.suffix == suffix);
    found.map(|sample| sample.value)
}

fn bound(sample: &Sample, label: &str) -> Option<f64> {
    let (_, text) = sample.labels.iter().find(|(name, _)| name == label)?;
    text.parse().ok().filter(|bound: &f64| !bound.is_nan())
}

/// What is no count at all counts as none.
fn count(value: f64) -> u64 {
    value as u64
}

/// An empty label is one that is not there.
fn attributes(labels: &[Label], numbering: &str) -> Vec<KeyValue> {
    let labels = labels.iter();
    labels
        .filter(|(name, value)| name != numbering && !value.is_empty())
        .map(|(name, value)| attribute(name, value))
        .collect()
}

fn time_ns(sample: &Sample, window: Window) -> u64 {
    let own = sample.timestamp_ms.and_then(|ms| u64::try_from(ms).ok());
    own.map_or(window.now_ns, |ms| ms.saturating_mul(1_000_000))
}
