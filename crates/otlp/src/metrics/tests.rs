//! Families as a collector finds them.

use exposition::{Family, Kind, Label, Sample};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint, number_data_point};
use prost::Message;

use super::{POINTS_MAX, Request, Window, requests};
use crate::resource::resource;

const WINDOW: Window = Window {
    start_ns: 1_000,
    now_ns: 2_000,
};

fn label(name: &'static str, value: &str) -> Label {
    (name.into(), value.to_owned().into())
}

fn decode(request: &Request) -> Vec<Metric> {
    let request = ExportMetricsServiceRequest::decode(request.bytes.as_slice()).unwrap();
    let [of_resource] = <[_; 1]>::try_from(request.resource_metrics).unwrap();
    let [of_scope] = <[_; 1]>::try_from(of_resource.scope_metrics).unwrap();
    assert_eq!(of_scope.scope.unwrap().name, "outrigger");
    let names = of_resource.resource.unwrap().attributes;
    assert!(
        names
            .iter()
            .any(|attribute| text(attribute) == ("service.name", "outrigger-x"))
    );
    of_scope.metrics
}

fn text(attribute: &KeyValue) -> (&str, &str) {
    match attribute
        .value
        .as_ref()
        .and_then(|value| value.value.as_ref())
    {
        Some(Value::StringValue(value)) => (&attribute.key, value),
        other => panic!("{other:?} is no text"),
    }
}

fn sent(families: &[Family]) -> Vec<Metric> {
    let resource = resource("outrigger-x", "1", &[].into());
    let requests = requests(&resource, families, WINDOW);
    requests.iter().flat_map(decode).collect()
}

fn sample(suffix: &'static str, labels: Vec<Label>, value: f64) -> Sample {
    Sample {
        suffix,
        ..Sample::new(labels, value)
    }
}

fn value(point: &NumberDataPoint) -> f64 {
    match point.value {
        Some(number_data_point::Value::AsDouble(value)) => value,
        other => panic!("{other:?} is no double"),
    }
}

#[test]
fn counters_are_sums_since_the_start_and_all_else_is_a_gauge() {
    let labels = vec![label("topic", "a"), label("empty", "")];
    let mut counter = Family::counter("x_total", "Things.").with(labels, 3.0);
    // What is no number would spoil the sum for ever.
    counter.push(vec![], f64::NAN);
    let mut gauge = Family::gauge("g", "").with(vec![], f64::NAN);
    gauge.samples.push(Sample {
        timestamp_ms: Some(5),
        ..Sample::new(vec![], -1.5)
    });
    let untyped = Family::untyped("u_total", "").with(vec![], 9.0);
    let metrics = sent(&[counter, gauge, untyped, Family::gauge("none", "")]);
    let names: Vec<_> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["x_total", "g", "u_total"]);
    assert_eq!(metrics[0].description, "Things.");
    let Some(Data::Sum(sum)) = &metrics[0].data else {
        panic!("a counter is a sum");
    };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
    let [point] = &sum.data_points[..] else {
        panic!("one point");
    };
    assert_eq!(
        (
            value(point),
            point.start_time_unix_nano,
            point.time_unix_nano
        ),
        (3.0, 1_000, 2_000)
    );
    let attributes: Vec<_> = point.attributes.iter().map(text).collect();
    assert_eq!(attributes, [("topic", "a")]);
    let Some(Data::Gauge(gauge)) = &metrics[1].data else {
        panic!("a gauge is one");
    };
    assert!(value(&gauge.data_points[0]).is_nan());
    assert_eq!(gauge.data_points[1].time_unix_nano, 5_000_000);
    assert!(matches!(metrics[2].data, Some(Data::Gauge(_))));
}

#[test]
fn a_histogram_is_one_point() {
    let mut family = Family::new("h_seconds", "", Kind::Histogram);
    for (le, count) in [("0.1", 1.0), ("1", 4.0), ("+Inf", 6.0)] {
        let labels = vec![label("api", "Fetch"), label("le", le)];
        family.samples.push(sample("_bucket", labels, count));
    }
    family
        .samples
        .push(sample("_sum", vec![label("api", "Fetch")], 7.5));
    family
        .samples
        .push(sample("_count", vec![label("api", "Fetch")], 6.0));
    // Another one, out of order, without the last bucket, and not even growing.
    for (le, count) in [("2", 3.0), ("1", 5.0), ("x", 1.0)] {
        let labels = vec![label("api", "Produce"), label("le", le)];
        family.samples.push(sample("_bucket", labels, count));
    }
    let metrics = sent(&[family]);
    let Some(Data::Histogram(histogram)) = &metrics[0].data else {
        panic!("a histogram is one");
    };
    let points: Vec<_> = histogram
        .data_points
        .iter()
        .map(|p| {
            (
                p.explicit_bounds.clone(),
                p.bucket_counts.clone(),
                p.count,
                p.sum,
            )
        })
        .collect();
    assert_eq!(
        points,
        [
            (vec![0.1, 1.0], vec![1, 3, 2], 6, Some(7.5)),
            (vec![1.0, 2.0], vec![5, 0, 0], 5, None),
        ]
    );
    let attributes: Vec<_> = histogram.data_points[0]
        .attributes
        .iter()
        .map(text)
        .collect();
    assert_eq!(attributes, [("api", "Fetch")]);
}

#[test]
fn a_summary_is_one_point() {
    let mut family = Family::new("s", "", Kind::Summary);
    for (quantile, value) in [("0.5", 1.0), ("0.99", 2.0)] {
        family.push(vec![label("quantile", quantile)], value);
    }
    family.samples.push(sample("_sum", vec![], 10.0));
    family.samples.push(sample("_count", vec![], 4.0));
    let metrics = sent(&[family]);
    let Some(Data::Summary(summary)) = &metrics[0].data else {
        panic!("a summary is one");
    };
    let [point] = &summary.data_points[..] else {
        panic!("one point");
    };
    let quantiles = point.quantile_values.iter().map(|q| (q.quantile, q.value));
    assert_eq!(quantiles.collect::<Vec<_>>(), [(0.5, 1.0), (0.99, 2.0)]);
    assert_eq!((point.count, point.sum), (4, 10.0));
}

#[test]
fn a_request_has_its_limit() {
    let resource = resource("outrigger-x", "1", &[].into());
    let mut large = Family::gauge("large", "");
    for number in 0..2 * POINTS_MAX + 5 {
        large.push(vec![label("n", &number.to_string())], number as f64);
    }
    let small = Family::gauge("small", "").with(vec![], 1.0);
    let families = [small.clone(), large, small];
    let requests = requests(&resource, &families, WINDOW);
    let points: Vec<_> = requests.iter().map(|request| request.points).collect();
    let most = POINTS_MAX as u64;
    assert_eq!(points, [1, most, most, 6]);
    let names: Vec<_> = requests
        .iter()
        .map(|request| {
            decode(request)
                .into_iter()
                .map(|m| m.name)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        names,
        [
            vec!["small"],
            vec!["large"],
            vec!["large"],
            vec!["large", "small"]
        ]
    );
    assert!(super::requests(&resource, &[], WINDOW).is_empty());
}
