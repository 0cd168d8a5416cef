//! What is published, what is left out, and why.

use super::{Period, aggregate};
use crate::datum::{Datum, Illegal, Unit, dimension};
use crate::level::Level;
use crate::settings::{NameFilter, Settings};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use service::flags::Values;

fn settings(level: Level, max_metrics: usize) -> Settings {
    Settings {
        level,
        max_metrics,
        ..Settings::read(&mut Values::default())
    }
}

fn datum(name: &'static str, level: Level, value: f64) -> Datum {
    Datum::new(name, level, Unit::Count, value)
}

fn names(period: &Period) -> Vec<&str> {
    period
        .metrics
        .iter()
        .map(|metric| &*metric.identity.name)
        .collect()
}

#[test]
fn values_of_one_metric_come_together() {
    let with = |value, listener: &str, reversed: bool| {
        let datum = datum("ClientConnectionCount", Level::Basic, value);
        let (a, b) = (
            (dimension::CLUSTER_NAME, "c"),
            (dimension::CLIENT_AUTHENTICATION, listener),
        );
        let (first, second) = if reversed { (b, a) } else { (a, b) };
        datum.with(first.0, first.1).with(second.0, second.1)
    };
    let data = vec![
        with(3.0, "IAM", false),
        with(0.0, "IAM", true),
        with(3.0, "IAM", false),
        with(-0.0, "IAM", false),
        with(9.0, "SSL", false),
    ];
    let period = aggregate(data, &settings(Level::Basic, 100));
    let values: Vec<_> = period
        .metrics
        .iter()
        .map(|metric| metric.values.clone())
        .collect();
    assert_eq!(values, [vec![(0.0, 2.0), (3.0, 2.0)], vec![(9.0, 1.0)]]);
}

#[test]
fn the_lower_levels_come_first_and_the_rest_is_counted() {
    let data = || {
        vec![
            datum("z", Level::Basic, 1.0),
            datum("a", Level::Partition, 1.0),
            datum("b", Level::Topic, 1.0),
            datum("c", Level::Enhanced, 1.0),
            datum("b", Level::Basic, 2.0),
        ]
    };
    for (level, max, expected, capped) in [
        (Level::Partition, 9, &["b", "z", "c", "a"] as &[_], 0),
        (Level::Enhanced, 9, &["b", "z", "c"], 0),
        (Level::Basic, 9, &["b", "z"], 0),
        (Level::Partition, 3, &["b", "z", "c"], 1),
        (Level::Partition, 0, &[], 4),
    ] {
        let period = aggregate(data(), &settings(level, max));
        assert_eq!(
            (names(&period).as_slice(), period.capped),
            (expected, capped),
            "{level} {max}"
        );
    }
}

#[test]
fn only_the_topics_and_groups_that_are_allowed_are_published() {
    let lag = |group: &str, topic: &str| {
        datum("SumOffsetLag", Level::Basic, 1.0)
            .with(dimension::CONSUMER_GROUP, group)
            .with(dimension::TOPIC, topic)
    };
    let mut settings = settings(Level::Partition, 100);
    settings.topics = NameFilter::new("orders.*").unwrap();
    settings.groups = NameFilter::new("billing|fraud").unwrap();
    let data = vec![
        lag("billing", "orders"),
        lag("billing", "other"),
        lag("x", "orders"),
        datum("CpuUser", Level::Basic, 1.0),
    ];
    assert_eq!(
        names(&aggregate(data, &settings)),
        ["CpuUser", "SumOffsetLag"]
    );
}

#[test]
fn what_cloudwatch_would_refuse_is_left_out_and_counted() {
    let data = vec![
        datum("bad", Level::Basic, f64::NAN),
        datum("good", Level::Basic, 1.0),
        datum("bad too", Level::Basic, 1.0).with(dimension::CONSUMER_GROUP, "gruppe-ä"),
    ];
    let period = aggregate(data, &settings(Level::Basic, 100));
    assert_eq!((names(&period), period.illegal), (vec!["good"], 2));
    assert_eq!(
        period.illegal_example,
        Some(("bad".to_owned(), Illegal::Value))
    );
}

proptest! {
    #[test]
    fn no_value_is_lost_and_none_is_doubled(values: Vec<i16>, picks in any::<u8>()) {
        let names: Vec<&'static str> = vec!["a", "b", "c"];
        let data: Vec<Datum> = values.iter().enumerate().map(|(place, value)| {
            let name = names[(place * usize::from(picks)) % names.len()];
            datum(name, Level::Basic, f64::from(*value))
        }).collect();
        let period = aggregate(data, &settings(Level::Basic, 100));
        let pairs = period.metrics.iter().flat_map(|metric| &metric.values);
        let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (value, times)| (sum + value * times, count + times));
        prop_assert_eq!(count, values.len() as f64);
        prop_assert_eq!(sum, values.iter().map(|value| f64::from(*value)).sum::<f64>());
        for metric in &period.metrics {
            prop_assert!(metric.values.is_sorted_by(|(one, _), (other, _)| one < other));
        }
    }
}
