//! The table against what Apache Kafka 4.3.1 says of itself, and against its own rules.

use std::collections::BTreeSet;

use crate::check::Check;
use crate::key::{Effect, Key, Listing, Update};
use crate::table::{
    alternatives, broker_key, broker_keys, client_metrics_keys, group_keys, listener_base, past,
    topic_keys,
};

const KAFKA: &str = include_str!("tests/kafka-4.3.1.tsv");

/// Where a row of ours says something else than Kafka, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    // Loopback only unless asked: a broker without security is not offered to the network.
    ("broker listeners", "PLAINTEXT://127.0.0.1:9092"),
    // Kafka has no default and refuses to start; one node needs no number chosen by hand.
    ("broker node.id", "1"),
    // The kernel grows buffers with what a connection needs; 100 KiB would stop that.
    ("broker socket.receive.buffer.bytes", "-1"),
    ("broker socket.send.buffer.bytes", "-1"),
];

struct Row {
    scope: &'static str,
    name: &'static str,
    /// type, default, bounds, listing, update mode, broker key
    facts: [String; 6],
}

fn kafka() -> Vec<Row> {
    KAFKA
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let facts = std::array::from_fn(|at| columns[at + 2].to_owned());
            Row {
                scope: columns[0],
                name: columns[1],
                facts,
            }
        })
        .collect()
}

fn bounds(check: Check) -> String {
    match check {
        Check::Any => "-".to_owned(),
        Check::AtLeast(least) => format!("[{least},...]"),
        Check::Between(least, most) => format!("[{least},...,{most}]"),
        Check::BetweenOr(least, most, other) => format!("[{least},...,{most}] or {other}"),
        Check::Items | Check::NonEmpty => "non-empty".to_owned(),
        Check::ItemsOf(values) | Check::OneOf(values) => format!("[{}]", values.join(", ")),
        Check::ItemsOfOrMore(values) => format!("non-empty [{}]", values.join(", ")),
        Check::OneOfIgnoringCase(values) => {
            format!("(case insensitive) [{}]", values.join(", "))
        }
        Check::Ratio(least, most) => format!("[{least},...,{most}]"),
        Check::StartPoint => "[latest, earliest, by_duration:PnDTnHnMn.nS]".to_owned(),
        Check::ThrottledReplicas => {
            "[partitionId]:[brokerId],[partitionId]:[brokerId],...".to_owned()
        }
    }
}

fn facts(scope: &str, key: &Key) -> [String; 6] {
    let update = match key.update {
        Update::ClusterWide => "cluster-wide",
        Update::PerBroker => "per-broker",
        Update::ReadOnly => "read-only",
    };
    let listing = match key.listing {
        Listing::Always => "listed",
        Listing::WhenSet => "internal",
    };
    [
        key.kind.name().to_owned(),
        key.default.unwrap_or("(null)").to_owned(),
        bounds(key.check),
        listing.to_owned(),
        if scope == "broker" { update } else { "-" }.to_owned(),
        key.broker_key.unwrap_or("-").to_owned(),
    ]
}

fn keys(scope: &str) -> Vec<&'static Key> {
    match scope {
        "broker" => broker_keys().collect(),
        "topic" => topic_keys().collect(),
        "group" => group_keys().collect(),
        _ => client_metrics_keys().collect(),
    }
}

#[test]
fn every_key_of_kafka_is_there_with_kafkas_facts() {
    let mut differences = BTreeSet::new();
    for row in kafka() {
        let Some(key) = keys(row.scope).into_iter().find(|key| key.name == row.name) else {
            panic!("{} key {} is missing", row.scope, row.name);
        };
        let mut ours = facts(row.scope, key);
        let place = format!("{} {}", row.scope, row.name);
        if let Some((_, default)) = DIFFERENCES.iter().find(|(known, _)| *known == place) {
            assert_eq!(ours[1], *default, "{place}");
            ours[1].clone_from(&row.facts[1]);
            differences.insert(place.clone());
        }
        if row.facts[1] == "(required)" && ours[1] == "(null)" {
            ours[1].clone_from(&row.facts[1]);
        }
        assert_eq!(ours, row.facts, "{place}");
    }
    let known: BTreeSet<String> = DIFFERENCES
        .iter()
        .map(|(place, _)| (*place).to_owned())
        .collect();
    assert_eq!(differences, known);
}

#[test]
fn no_key_is_there_that_kafka_does_not_know_but_ours() {
    // Quotas that DynamicBrokerConfig takes although no ConfigDef has them.
    let quotas = [
        "follower.replication.throttled.rate",
        "leader.replication.throttled.rate",
        "replica.alter.log.dirs.io.max.bytes.per.second",
    ];
    let kafka = kafka();
    for scope in ["broker", "topic", "group", "client-metrics"] {
        for key in keys(scope) {
            let known = kafka
                .iter()
                .any(|row| row.scope == scope && row.name == key.name);
            let ours = key.name.starts_with("outrigger.") || quotas.contains(&key.name);
            assert!(known != ours, "{scope} {}", key.name);
        }
    }
}

#[test]
fn every_row_keeps_the_rules_of_the_table() {
    for scope in ["broker", "topic", "group", "client-metrics"] {
        let mut names = BTreeSet::new();
        for key in keys(scope) {
            assert!(names.insert(key.name), "{} stands twice", key.name);
            assert!(key.doc.ends_with('.'), "{} has no sentence", key.name);
            if let Some(default) = key.default {
                assert!(key.parse(default).is_ok(), "default of {}", key.name);
                assert_eq!(key.canonical(default), default, "default of {}", key.name);
            }
            if let Some(broker) = key.broker_key.map(|name| broker_key(name).unwrap()) {
                assert_eq!(broker.kind, key.kind, "{} and {}", key.name, broker.name);
                // A topic key that does something does so through its broker key, too.
                let both = broker.effect == key.effect;
                assert!(both, "effect of {} and {}", key.name, broker.name);
            }
        }
    }
    for name in past::NAMES {
        assert!(broker_key(name).is_none(), "{name} is a key and past");
    }
}

#[test]
fn keys_of_our_own_do_something() {
    for key in broker_keys().filter(|key| key.name.starts_with("outrigger.")) {
        assert_eq!(key.effect, Effect::Effective, "{}", key.name);
    }
}

#[test]
fn a_listeners_own_key_is_found_by_its_base() {
    let cases = [
        (
            "listener.name.internal.ssl.keystore.location",
            Some("ssl.keystore.location"),
        ),
        (
            "listener.name.client_iam.max.connections",
            Some("max.connections"),
        ),
        (
            "listener.name.a.scram-sha-256.sasl.jaas.config",
            Some("sasl.jaas.config"),
        ),
        ("listener.name.a", None),
        ("num.partitions", None),
    ];
    for (name, base) in cases {
        assert_eq!(listener_base(name), base, "{name}");
    }
    assert!(broker_key("listener.name.a.nonsense").is_none());
}

#[test]
fn alternatives_are_asked_from_the_finest_unit_on() {
    let names = |name| {
        alternatives(name)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    let retention = [
        "log.retention.ms",
        "log.retention.minutes",
        "log.retention.hours",
    ];
    assert_eq!(names("log.retention.hours"), retention);
    assert_eq!(names("num.partitions"), ["num.partitions"]);
}
