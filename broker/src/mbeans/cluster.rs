//! The controller, its metadata log and the broker that follows it: here one process, whose log has
//! one voter.

use std::sync::{Arc, Mutex, PoisonError};

use mbean::{Attribute, Counter, ObjectName, Recent, Section};
use protocol::features;

use super::{Described, Gauges};
use crate::api::api_versions::FINALIZED;
use crate::broker::Broker;

/// Kafka's `BrokerRegistrationState` of a broker that is neither fenced nor stopping.
const ACTIVE: f64 = 30.0;

/// One gauge: its name and what it is read from.
type Row = (&'static str, fn(&Broker) -> f64);

/// THE TABLE of `kafka.controller:type=KafkaController`, but for what is counted over partitions.
const CONTROLLER: [Row; 14] = [
    ("ActiveControllerCount", |_| 1.0),
    ("ActiveBrokerCount", |_| 1.0),
    // A broker that cannot reach the controller is fenced; this one is the controller.
    ("FencedBrokerCount", |_| 0.0),
    ("ControlledShutdownBrokerCount", |_| 0.0),
    ("TimedOutBrokerHeartbeatCount", |_| 0.0),
    // This process became the controller when it started.
    ("NewActiveControllersCount", |_| 1.0),
    ("IgnoredStaticVoters", |_| 0.0),
    ("EventQueueOperationsStartedCount", |b| {
        b.metadata.recorded().changes() as f64
    }),
    ("EventQueueOperationsTimedOutCount", |_| 0.0),
    ("MetadataErrorCount", |b| {
        b.metadata.recorded().failures() as f64
    }),
    ("LastAppliedRecordOffset", last_offset),
    ("LastCommittedRecordOffset", last_offset),
    ("LastAppliedRecordTimestamp", last_timestamp),
    ("LastAppliedRecordLagMs", lag),
];

/// THE TABLE of `kafka.server:type=MetadataLoader`.
const LOADER: [Row; 3] = [
    ("CurrentControllerId", |b| {
        f64::from(b.metadata.image().broker.id.0)
    }),
    ("CurrentMetadataVersion", |_| {
        level(features::METADATA_VERSION.name).map_or(f64::NAN, f64::from)
    }),
    ("HandleLoadSnapshotCount", |b| {
        b.metadata.recorded().snapshots_loaded() as f64
    }),
];

/// THE TABLE of `kafka.server:type=SnapshotEmitter`.
const EMITTER: [Row; 2] = [
    ("LatestSnapshotGeneratedBytes", |b| {
        b.metadata.recorded().newest_snapshot().0 as f64
    }),
    ("LatestSnapshotGeneratedAgeMs", |b| {
        b.metadata.recorded().newest_snapshot().1 as f64
    }),
];

/// THE TABLE of `kafka.server:type=raft-metrics`.
const RAFT: [Described; 11] = [
    (
        "current-leader",
        "Id of the leader of the metadata log",
        |b| id(b),
    ),
    (
        "current-vote",
        "Id of the voter that this node voted for",
        |b| id(b),
    ),
    ("current-epoch", "How often this node began to lead", epoch),
    (
        "high-watermark",
        "Offset before which all is committed",
        |b| b.metadata.recorded().end_offset() as f64,
    ),
    ("log-end-offset", "Offset of the next record", |b| {
        b.metadata.recorded().end_offset() as f64
    }),
    ("log-end-epoch", "Epoch of the last record", epoch),
    ("number-of-voters", "Voters of the metadata log", |_| 1.0),
    (
        "number-of-observers",
        "Observers of the metadata log",
        |_| 0.0,
    ),
    (
        "number-unknown-voter-connections",
        "Voters whose address is not known",
        |_| 0.0,
    ),
    (
        "uncommitted-voter-change",
        "Whether a change of voters is under way",
        |_| 0.0,
    ),
    // A leader fetches from nobody.
    ("fetch-records-rate", "Records fetched per second", |_| 0.0),
];

/// THE TABLE of `kafka.server:type=broker-metadata-metrics`.
const FOLLOWER: [Described; 6] = [
    (
        "last-applied-record-offset",
        "Offset of the last applied record",
        last_offset,
    ),
    (
        "last-applied-record-timestamp",
        "When it was appended",
        last_timestamp,
    ),
    (
        "last-applied-record-lag-ms",
        "How long a record waits to be applied",
        lag,
    ),
    // What cannot be read keeps a broker from starting.
    (
        "metadata-load-error-count",
        "Records that could not be read",
        |_| 0.0,
    ),
    (
        "metadata-apply-error-count",
        "Records that could not be applied",
        |b| b.metadata.recorded().failures() as f64,
    ),
    (
        "ignored-static-voters",
        "Whether a configured list of voters is ignored",
        |_| 0.0,
    ),
];

/// Registers them.
pub fn register(broker: &Arc<Broker>) -> Section {
    let section = broker.metrics.registry().section();
    let gauges = Gauges::new(&section, broker);
    let tables: [(&str, &str, &'static [Row]); 3] = [
        ("kafka.controller", "KafkaController", &CONTROLLER),
        ("kafka.server", "MetadataLoader", &LOADER),
        ("kafka.server", "SnapshotEmitter", &EMITTER),
    ];
    for (domain, kind, rows) in tables {
        for &(name, read) in rows {
            gauges.gauge(ObjectName::new(domain, kind).with("name", name), read);
        }
    }
    let id = broker.metadata.image().broker.id.to_string();
    let registration = ObjectName::new("kafka.controller", "KafkaController")
        .with("name", "BrokerRegistrationState")
        .with("broker", &id);
    section.gauge(registration, || ACTIVE);
    event_queue(&section, broker);
    // Elections are of others' replicas: there is one of each partition.
    for name in [
        "UncleanLeaderElectionsPerSec",
        "ElectionFromEligibleLeaderReplicasPerSec",
    ] {
        let _: Counter = section
            .meter(ObjectName::new("kafka.controller", "ControllerStats").with("name", name));
    }
    let mut raft = gauges.attributes(&RAFT);
    raft.push(Attribute::text(
        "current-state",
        "Role in the metadata quorum",
        || "leader".to_owned(),
    ));
    raft.extend(broker.metadata.recorded().raft_attributes());
    raft.push(idle_attribute(broker));
    raft.extend(elections());
    section.attributes(ObjectName::new("kafka.server", "raft-metrics"), raft);
    let follower = ObjectName::new("kafka.server", "broker-metadata-metrics");
    section.attributes(follower, gauges.attributes(&FOLLOWER));
    feature_levels(&section);
    section
}

/// The thread of a controller is idle while no change is under way.
fn event_queue(section: &Section, broker: &Arc<Broker>) {
    let name = ObjectName::new("kafka.controller", "ControllerEventManager");
    let ratio = IdleRatio::new(broker);
    let name = name.with("name", "AvgIdleRatio");
    Gauges::new(section, broker).gauge(name, move |broker| ratio.read(broker));
}

fn idle_attribute(broker: &Arc<Broker>) -> Attribute {
    let ratio = IdleRatio::new(broker);
    let broker = Arc::downgrade(broker);
    let what = "Share of time in which nothing was to be done";
    Attribute::gauge("poll-idle-ratio-avg", what, move || {
        broker
            .upgrade()
            .map_or(f64::NAN, |broker| ratio.read(&broker))
    })
}

/// This node leads from its start on: nobody was ever elected.
fn elections() -> [Attribute; 2] {
    let never = Recent::default();
    [
        Attribute::avg(
            "election-latency-avg",
            "Mean time of an election, in ms",
            &never,
        ),
        Attribute::max("election-latency-max", "The longest, in ms", &never),
    ]
}

/// The share of time in which no change of the metadata was under way, since it was last asked for.
struct IdleRatio(Mutex<Seen>);

struct Seen {
    now_ns: u64,
    busy_ns: u64,
    ratio: f64,
}

impl IdleRatio {
    fn new(broker: &Broker) -> Self {
        Self(Mutex::new(Seen {
            now_ns: broker.clock.monotonic_nanos(),
            busy_ns: broker.metadata.recorded().busy_ns(),
            ratio: 1.0,
        }))
    }

    fn read(&self, broker: &Broker) -> f64 {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ns = broker.clock.monotonic_nanos();
        let busy_ns = broker.metadata.recorded().busy_ns();
        if now_ns > seen.now_ns {
            let busy = (busy_ns - seen.busy_ns) as f64 / (now_ns - seen.now_ns) as f64;
            *seen = Seen {
                now_ns,
                busy_ns,
                ratio: (1.0 - busy).clamp(0.0, 1.0),
            };
        }
        seen.ratio
    }
}

fn feature_levels(section: &Section) {
    for &(feature, level) in FINALIZED {
        let name = ObjectName::new("kafka.server", "MetadataLoader")
            .with("name", "FinalizedLevel")
            .with("featureName", &camel(feature));
        section.gauge(name, move || f64::from(level));
        let supported = features::ALL.iter().find(|known| known.name == feature);
        if let Some(supported) = supported {
            let name = ObjectName::new("kafka.server", "node-metrics")
                .with("feature-name", &feature.replace('.', "-"));
            let attribute = |name: &'static str, what: &'static str, level: i16| {
                Attribute::gauge(name, what, move || f64::from(level))
            };
            let attributes = vec![
                attribute(
                    "maximum-supported-level",
                    "Highest level that is supported",
                    supported.max,
                ),
                attribute(
                    "minimum-supported-level",
                    "Lowest level that is supported",
                    supported.min,
                ),
            ];
            section.attributes(name, attributes);
        }
    }
}

/// `metadata.version` as Kafka writes it in the name of a bean: `metadataVersion`.
fn camel(feature: &str) -> String {
    let mut words = feature.split('.');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

fn level(feature: &str) -> Option<i16> {
    FINALIZED
        .iter()
        .find_map(|&(name, level)| (name == feature).then_some(level))
}

fn id(broker: &Broker) -> f64 {
    f64::from(broker.metadata.image().broker.id.0)
}

fn epoch(broker: &Broker) -> f64 {
    f64::from(broker.metadata.image().leader_epoch.0)
}

fn last_offset(broker: &Broker) -> f64 {
    (broker.metadata.recorded().end_offset() - 1) as f64
}

fn last_timestamp(broker: &Broker) -> f64 {
    broker.metadata.recorded().timestamp_ms() as f64
}

/// A record is applied before anybody hears that it is committed, so none ever waits. Kafka tells
/// the age of its newest record instead, which is small there because it writes empty ones.
fn lag(_: &Broker) -> f64 {
    0.0
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn a_feature_is_named_as_in_kafka() {
        assert_eq!(camel("metadata.version"), "metadataVersion");
        assert_eq!(
            camel("eligible.leader.replicas.version"),
            "eligibleLeaderReplicasVersion"
        );
        assert_eq!(camel("plain"), "plain");
    }
}
