//! Flags, their defaults, and what is wrong with others.

use super::{FLAGS, Settings};
use crate::level::Level;
use service::flags::Values;
use std::time::Duration;

fn read(text: &str) -> Result<Settings, String> {
    let mut values = Values::load(FLAGS, text, &[], &Vec::new());
    let settings = Settings::read(&mut values);
    values
        .finish()
        .map(|_| settings)
        .map_err(|errors| errors.to_string())
}

#[test]
fn the_defaults_publish_nothing_and_are_right() {
    let settings = read("").unwrap();
    assert!(!settings.is_enabled && !settings.is_dry_run);
    assert_eq!(
        (settings.namespace.as_str(), settings.level),
        ("Outrigger/Kafka", Level::Basic)
    );
    assert_eq!(
        (settings.max_metrics, settings.interval),
        (1000, Duration::from_secs(60))
    );
    assert!(settings.topics.is_match("anything") && settings.price_per_metric.is_none());
}

#[test]
fn flags_are_read() {
    let settings = read(
        "cloudwatch.enabled=true\ncloudwatch.cluster-name=demo\ncloudwatch.level=PER_BROKER\n\
         cloudwatch.topics=orders|pay.*\ncloudwatch.price-per-metric=0.30\ncloudwatch.interval=10s\n\
         cloudwatch.region=eu-central-1\ncloudwatch.endpoint-url=http://localhost:4566\n",
    )
    .unwrap();
    assert!(settings.is_enabled);
    assert_eq!(
        (settings.level, settings.price_per_metric),
        (Level::Enhanced, Some(0.3))
    );
    for (topic, expected) in [
        ("orders", true),
        ("payments", true),
        ("my-orders", false),
        ("orders2", false),
    ] {
        assert_eq!(settings.topics.is_match(topic), expected, "{topic}");
    }
}

#[test]
fn what_is_wrong_is_told_by_name() {
    for (text, expected) in [
        (
            "cloudwatch.enabled=true",
            "cloudwatch.cluster-name: is required where cloudwatch.enabled is true",
        ),
        (
            "cloudwatch.cluster-name=ä",
            "cloudwatch.cluster-name: must be a text",
        ),
        (
            "cloudwatch.broker-id=",
            "cloudwatch.broker-id: must be a text",
        ),
        (
            "cloudwatch.namespace=AWS/Kafka",
            "is reserved: CloudWatch takes names below AWS/ only from AWS itself",
        ),
        ("cloudwatch.namespace=aws/kafka", "is reserved"),
        ("cloudwatch.namespace=:x", "is no namespace"),
        ("cloudwatch.namespace=a*b", "is no namespace"),
        (
            "cloudwatch.level=more",
            "cloudwatch.level: \"more\": is no level; these are: basic or DEFAULT",
        ),
        (
            "cloudwatch.topics=(",
            "cloudwatch.topics: \"(\": regex parse error",
        ),
        ("cloudwatch.groups=(a{99999}){99999}", "cloudwatch.groups: "),
        (
            "cloudwatch.interval=0",
            "cloudwatch.interval: must be from 1s to 1h",
        ),
        (
            "cloudwatch.interval=2h",
            "cloudwatch.interval: must be from 1s to 1h",
        ),
        (
            "cloudwatch.price-per-metric=-1",
            "cloudwatch.price-per-metric: \"-1\" is no price",
        ),
        (
            "cloudwatch.max-metrics=all",
            "cloudwatch.max-metrics: \"all\"",
        ),
    ] {
        let report = read(text).unwrap_err();
        assert!(report.contains(expected), "{text}: {report}");
    }
}
