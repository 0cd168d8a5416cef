//! The table: every key of Kafka 4.3 by scope, ours, and those that outlived their meaning.
//!
//! One file per domain, one row per key. `table/tests.rs` compares names, types, defaults, bounds
//! and update modes with what Apache Kafka 4.3.1 says of itself.

mod cleaner;
mod client_metrics;
mod coordinator;
mod group;
mod groups;
mod kraft;
mod listeners;
mod log;
mod metrics;
mod network;
mod oauth;
mod otlp;
mod outrigger;
mod past;
mod remote;
mod replication;
mod sasl;
mod security;
mod share;
mod streams;
#[cfg(test)]
mod tests;
mod tls;
mod topic;
mod topics;
mod transactions;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::key::{Key, Update};

const BROKER: &[&[Key]] = &[
    listeners::KEYS,
    network::KEYS,
    topics::KEYS,
    log::KEYS,
    cleaner::KEYS,
    replication::KEYS,
    groups::KEYS,
    coordinator::KEYS,
    streams::KEYS,
    share::KEYS,
    transactions::KEYS,
    kraft::KEYS,
    metrics::KEYS,
    remote::KEYS,
    security::KEYS,
    tls::KEYS,
    sasl::KEYS,
    oauth::KEYS,
    otlp::KEYS,
    outrigger::KEYS,
];

/// Keys that are read as milliseconds, with what else may say the same in a coarser unit. The
/// first is the one that counts, and the one that can be changed while the broker runs.
const ALTERNATIVES: &[&[(&str, i64)]] = &[
    &[
        ("log.retention.ms", 1),
        ("log.retention.minutes", MINUTE_MS),
        ("log.retention.hours", HOUR_MS),
    ],
    &[("log.roll.ms", 1), ("log.roll.hours", HOUR_MS)],
    &[
        ("log.roll.jitter.ms", 1),
        ("log.roll.jitter.hours", HOUR_MS),
    ],
    &[
        ("log.flush.interval.ms", 1),
        ("log.flush.scheduler.interval.ms", 1),
    ],
];

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Prefixes under which plug-ins and single listeners have keys of their own.
const PREFIXES: &[&str] = &["config.providers.", "rlmm.config.", "rsm.config."];

/// The broker keys by name: thousands of topics ask for them when a broker starts.
static BROKER_INDEX: LazyLock<HashMap<&'static str, &'static Key>> =
    LazyLock::new(|| broker_keys().map(|key| (key.name, key)).collect());

/// Every broker key of the table, domain by domain.
pub fn broker_keys() -> impl Iterator<Item = &'static Key> {
    BROKER.iter().copied().flatten()
}

/// The broker key of this name; `listener.name.<listener>.<key>` finds `<key>`.
pub fn broker_key(name: &str) -> Option<&'static Key> {
    exact_broker_key(listener_base(name).unwrap_or(name))
}

/// The broker key of exactly this name.
pub(crate) fn exact_broker_key(name: &str) -> Option<&'static Key> {
    BROKER_INDEX.get(name).copied()
}

/// Every key that a topic may set, sorted by name.
pub fn topic_keys() -> impl Iterator<Item = &'static Key> {
    topic::KEYS.iter()
}

/// The topic key of this name.
pub fn topic_key(name: &str) -> Option<&'static Key> {
    topic_keys().find(|key| key.name == name)
}

/// The key of this name that a group may set.
pub fn group_key(name: &str) -> Option<&'static Key> {
    group_keys().find(|key| key.name == name)
}

pub(crate) fn group_keys() -> impl Iterator<Item = &'static Key> {
    group::KEYS.iter()
}

/// The key of this name that a client metrics subscription may set.
pub fn client_metrics_key(name: &str) -> Option<&'static Key> {
    client_metrics_keys().find(|key| key.name == name)
}

pub(crate) fn client_metrics_keys() -> impl Iterator<Item = &'static Key> {
    client_metrics::KEYS.iter()
}

/// Whether this name is accepted in a file although it is no key of Kafka 4.3.
pub(crate) fn tolerated(name: &str) -> bool {
    past::NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether this name is no key of Kafka's table, but read by its authorizer.
pub(crate) fn authorizer_setting(name: &str) -> bool {
    security::AUTHORIZER.contains(&name)
}

/// `<key>` of `listener.name.<listener>.<key>`. A SASL key may have its mechanism in between.
pub(crate) fn listener_base(name: &str) -> Option<&str> {
    let (_, key) = name.strip_prefix("listener.name.")?.split_once('.')?;
    let (_, after_mechanism) = key.split_once('.').unwrap_or_default();
    let known = |name: &str| exact_broker_key(name).is_some();
    if !known(key) && known(after_mechanism) {
        Some(after_mechanism)
    } else {
        Some(key)
    }
}

/// The keys that say the same as this one, in the order in which they are asked, each with its
/// unit in milliseconds. A key without alternatives stands alone.
pub(crate) fn alternatives(name: &str) -> Vec<(&str, i64)> {
    ALTERNATIVES
        .iter()
        .find(|group| group.iter().any(|(member, _)| *member == name))
        .map_or_else(|| vec![(name, 1)], |group| group.to_vec())
}

impl Key {
    /// Whether it can be changed while the broker runs.
    pub fn dynamic(&self) -> bool {
        self.update != Update::ReadOnly
    }
}
