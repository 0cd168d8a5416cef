//! What is shown against what Apache Kafka 4.3.1 showed under the same settings.

use crate::entry::{Entry, Source, describe_client_metrics};
use crate::layers::{BrokerLayers, Properties};

const KAFKA: &str = include_str!("kafka-4.3.1.tsv");

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn layers() -> BrokerLayers {
    BrokerLayers {
        per_broker: properties(&[
            ("compression.type", "lz4"),
            ("leader.replication.throttled.rate", "1000"),
            ("listener.name.plaintext.ssl.keystore.password", "x"),
            ("log.retention.ms", "3000"),
        ]),
        cluster: properties(&[
            ("log.retention.ms", "2000"),
            ("log.segment.bytes", "2097152"),
            ("message.max.bytes", "5000"),
            ("min.insync.replicas", "2"),
        ]),
        fixed: properties(&[
            ("compression.type", "gzip"),
            ("foo.bar", "baz"),
            ("group.consumer.session.timeout.ms", "50000"),
            ("listener.name.plaintext.max.connections", "77"),
            ("log.flush.scheduler.interval.ms", "7000"),
            ("log.retention.hours", "24"),
            ("log.roll.hours", "48"),
            ("metric.reporters", ""),
            ("num.partitions", "4"),
        ]),
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Topic => "DYNAMIC_TOPIC_CONFIG",
        Source::DynamicBroker => "DYNAMIC_BROKER_CONFIG",
        Source::DynamicDefaultBroker => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        Source::StaticBroker => "STATIC_BROKER_CONFIG",
        Source::Default => "DEFAULT_CONFIG",
        Source::BrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
        Source::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        Source::Group => "DYNAMIC_GROUP_CONFIG",
    }
}

fn row(resource: &str, entry: &Entry) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
    let synonyms: Vec<String> = entry
        .synonyms
        .iter()
        .map(|synonym| {
            format!(
                "{}:{}={}",
                source(synonym.source),
                synonym.name,
                text(&synonym.value)
            )
        })
        .collect();
    let columns = [
        resource.to_owned(),
        entry.name.clone(),
        text(&entry.value),
        entry.kind.map_or("UNKNOWN", |kind| kind.name()).to_owned(),
        source(entry.source).to_owned(),
        format!("ro={}", entry.read_only),
        format!("sens={}", entry.sensitive),
        synonyms.join(" "),
    ];
    columns.join("\t")
}

fn kafka(resource: &str) -> Vec<&'static str> {
    KAFKA
        .lines()
        .filter(|line| line.starts_with(&format!("{resource}\t")))
        .collect()
}

fn ours(resource: &str, entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| row(resource, entry)).collect()
}

#[test]
fn topics_and_groups_show_what_kafka_shows() {
    let layers = layers();
    let first = properties(&[
        ("cleanup.policy", "delete , compact,delete"),
        ("retention.ms", "1000"),
        ("segment.bytes", " 1048576"),
    ]);
    assert_eq!(
        ours("topic\tt1", &layers.describe_topic(&first)),
        kafka("topic\tt1")
    );
    let none = Properties::new();
    assert_eq!(
        ours("topic\tt2", &layers.describe_topic(&none)),
        kafka("topic\tt2")
    );
    let group = properties(&[("consumer.session.timeout.ms", "46000")]);
    assert_eq!(
        ours("group\tg1", &layers.describe_group(&group)),
        kafka("group\tg1")
    );
}

#[test]
fn the_cluster_shows_only_what_was_set_for_it() {
    assert_eq!(
        ours("broker\t", &layers().describe_cluster()),
        kafka("broker\t")
    );
}

#[test]
fn a_broker_shows_what_kafka_shows() {
    let shown = ours("broker\t1", &layers().describe());
    let expected = kafka("broker\t1");
    assert!(expected.len() > 50, "the golden file has lost its brokers");
    for line in expected {
        let name = line.split('\t').nth(2).unwrap();
        let ours = shown
            .iter()
            .find(|row| row.split('\t').nth(2) == Some(name))
            .unwrap();
        assert_eq!(ours, line);
    }
}

#[test]
fn internal_keys_show_once_they_are_set() {
    let name = "log.initial.task.delay.ms";
    let shown = |layers: &BrokerLayers| layers.describe().iter().any(|entry| entry.name == name);
    let mut layers = BrokerLayers::default();
    assert!(!shown(&layers));
    layers.fixed = properties(&[(name, "1")]);
    assert!(shown(&layers));
}

#[test]
fn a_client_metrics_subscription_shows_its_three_keys() {
    let shown = describe_client_metrics(&properties(&[("interval.ms", "1000")]));
    let expected = [
        "client-metrics\tc\tinterval.ms\t1000\tINT\tDYNAMIC_CLIENT_METRICS_CONFIG\tro=false\tsens=false\t",
        "client-metrics\tc\tmatch\t\tLIST\tDEFAULT_CONFIG\tro=false\tsens=false\t",
        "client-metrics\tc\tmetrics\t\tLIST\tDEFAULT_CONFIG\tro=false\tsens=false\t",
    ];
    assert_eq!(ours("client-metrics\tc", &shown), expected);
}
