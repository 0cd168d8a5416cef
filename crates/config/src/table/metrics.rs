//! Kafka's own metrics, quotas and client telemetry.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, class, int, list, long, string};

pub(super) const KEYS: &[Key] = &[
    class("client.quota.callback.class").doc("Java class that decides client quotas."),
    list("config.providers", "")
        .cluster_wide()
        .doc("Java classes that resolve variables in configurations."),
    int("kafka.metrics.polling.interval.secs", "10")
        .at_least(1)
        .doc("How often the reporters of kafka.metrics.reporters are called."),
    list("kafka.metrics.reporters", "").doc("Java classes that report Yammer metrics."),
    list(
        "metric.reporters",
        "org.apache.kafka.common.metrics.JmxReporter",
    )
    .cluster_wide()
    .doc("Java classes that report metrics."),
    int("metrics.num.samples", "2")
        .at_least(1)
        .doc("Samples kept for each metric."),
    string("metrics.recording.level", "INFO").doc("How detailed metrics are recorded."),
    long("metrics.sample.window.ms", "30000")
        .at_least(1)
        .doc("Length of one sample of a metric."),
    int("quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for client quotas."),
    int("quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for client quotas."),
    int("telemetry.max.bytes", "1048576")
        .at_least(1)
        .doc("Largest metrics push of a client."),
];
