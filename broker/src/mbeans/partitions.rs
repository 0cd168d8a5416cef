//! `kafka.cluster:type=Partition` and `kafka.log:type=Log` of every partition, and what is counted over
//! all of them: `kafka.server:type=ReplicaManager`, `kafka.controller:type=KafkaController`.
//!
//! One pass over one image gives all of it. It takes no lock that an append takes.

use std::sync::{Arc, Weak};

use mbean::{Collection, ObjectName, Rows};
use model::PartitionIndex;
use storage::{Log, LogFigures, LogOffsets};

use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::metadata::{Image, Topic};

/// Sections of topics have keys of their ids; this one is of what is counted over all of them.
const TOTALS_KEY: u64 = 0;

/// Reads the gauges of all partitions.
pub struct PartitionGauges(Weak<Broker>);

/// One partition at one moment.
struct Facts {
    replicas: usize,
    in_sync: usize,
    min_in_sync: usize,
    leader: i32,
    log: Option<LogFacts>,
}

/// Its log, where it is open.
struct LogFacts {
    offsets: LogOffsets,
    figures: LogFigures,
    size_bytes: u64,
    retention_bytes: Option<u64>,
}

/// What is counted over all partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    topics: usize,
    partitions: usize,
    led: usize,
    offline: usize,
    under_replicated: usize,
    under_min_isr: usize,
    at_min_isr: usize,
    imbalanced: usize,
    producers: usize,
}

/// THE TABLE of a partition's gauges.
type PartitionRow = (&'static str, fn(&Facts) -> f64);
const OF_PARTITION: [PartitionRow; 6] = [
    ("UnderReplicated", |p| flag(p.is_under_replicated())),
    ("UnderMinIsr", |p| flag(p.is_under_min_isr())),
    ("AtMinIsr", |p| flag(p.is_at_min_isr())),
    ("InSyncReplicasCount", |p| p.in_sync as f64),
    ("ReplicasCount", |p| p.replicas as f64),
    ("LastStableOffsetLag", |p| {
        let offsets = p.log.as_ref().map(|log| log.offsets).unwrap_or_default();
        (offsets.high_watermark - offsets.last_stable) as f64
    }),
];

/// THE TABLE of a log's gauges.
type LogRow = (&'static str, fn(&LogFacts) -> f64);
const OF_LOG: [LogRow; 5] = [
    ("Size", |log| log.size_bytes as f64),
    ("NumLogSegments", |log| log.figures.segments as f64),
    ("LogStartOffset", |log| log.offsets.start as f64),
    ("LogEndOffset", |log| log.offsets.end as f64),
    ("RetentionSizeInPercent", LogFacts::retention_percent),
];

const REPLICA_MANAGER: (&str, &str) = ("kafka.server", "ReplicaManager");
const CONTROLLER: (&str, &str) = ("kafka.controller", "KafkaController");

/// THE TABLE of what is counted over all partitions.
type TotalRow = (
    (&'static str, &'static str),
    &'static str,
    fn(&Totals) -> usize,
);
const TOTALS: [TotalRow; 14] = [
    (REPLICA_MANAGER, "LeaderCount", |t| t.led),
    (REPLICA_MANAGER, "PartitionCount", |t| t.partitions),
    (REPLICA_MANAGER, "OfflineReplicaCount", |t| t.offline),
    (REPLICA_MANAGER, "UnderReplicatedPartitions", |t| {
        t.under_replicated
    }),
    (REPLICA_MANAGER, "UnderMinIsrPartitionCount", |t| {
        t.under_min_isr
    }),
    (REPLICA_MANAGER, "AtMinIsrPartitionCount", |t| t.at_min_isr),
    (REPLICA_MANAGER, "ProducerIdCount", |t| t.producers),
    // Partitions do not move, and there are no transactions.
    (REPLICA_MANAGER, "ReassigningPartitions", |_| 0),
    (
        REPLICA_MANAGER,
        "PartitionsWithLateTransactionsCount",
        |_| 0,
    ),
    (CONTROLLER, "GlobalTopicCount", |t| t.topics),
    (CONTROLLER, "GlobalPartitionCount", |t| t.partitions),
    (CONTROLLER, "OfflinePartitionsCount", |t| t.offline),
    (CONTROLLER, "PreferredReplicaImbalanceCount", |t| {
        t.imbalanced
    }),
    (
        ("kafka.log", "LogManager"),
        "OfflineLogDirectoryCount",
        |t| usize::from(t.directory_is_offline()),
    ),
];

impl PartitionGauges {
    /// Of this broker's partitions.
    pub fn new(broker: &Arc<Broker>) -> Self {
        Self(Arc::downgrade(broker))
    }
}

impl Collection for PartitionGauges {
    fn read(&self, rows: &mut Rows<'_>) {
        let Some(broker) = self.0.upgrade() else {
            return;
        };
        let (image, config) = (broker.metadata.image(), broker.config.current());
        let mut totals = Totals {
            topics: image.topics().len(),
            ..Totals::default()
        };
        for topic in image.topics() {
            let logs = broker.partitions.logs_of(topic.id);
            let partitions = facts(&image, &config, topic, logs.as_deref().unwrap_or(&[]));
            for partition in &partitions {
                totals.add(partition, image.broker.id.0);
            }
            give(rows, topic, &partitions);
        }
        give_totals(rows, &totals, broker.partitions.disk().root());
    }
}

/// All partitions of a topic.
fn facts(image: &Image, config: &BrokerConfig, topic: &Topic, logs: &[Option<Log>]) -> Vec<Facts> {
    let min_in_sync = usize::try_from(config.min_insync_replicas(&topic.configs)).unwrap_or(0);
    let indexes = (0..topic.partitions).map(PartitionIndex);
    let partitions = indexes.map(|index| {
        let partition = image.partition(topic, index);
        let leader = partition.as_ref().and_then(|partition| partition.leader);
        let replicas = partition.map_or(0, |partition| partition.replicas.len());
        let at = usize::try_from(index.0).unwrap_or(usize::MAX);
        let log = logs.get(at).and_then(Option::as_ref);
        Facts {
            replicas,
            // All replicas of an image are in sync.
            in_sync: replicas,
            min_in_sync,
            leader: leader.map_or(-1, |leader| leader.0),
            log: log.map(LogFacts::of),
        }
    });
    partitions.collect()
}

fn give(rows: &mut Rows<'_>, topic: &Topic, partitions: &[Facts]) {
    let open = partitions.iter().filter(|p| p.log.is_some()).count();
    // Logs are opened all at once and close with their topic, so the numbers tell which there are.
    let generation = (partitions.len() as u64) << 32 | open as u64;
    if rows.section(key(topic), generation) {
        let topic = topic.name.as_str();
        rows.gauge(
            ObjectName::new("outrigger.cluster", "Topic")
                .with("name", "PartitionCount")
                .with("topic", topic),
        );
        for (index, facts) in partitions.iter().enumerate() {
            let index = index.to_string();
            let bean = |domain, kind, name| {
                ObjectName::new(domain, kind)
                    .with("name", name)
                    .with("topic", topic)
                    .with("partition", &index)
            };
            rows.gauge(bean("outrigger.cluster", "Partition", "Leader"));
            for (name, _) in OF_PARTITION {
                rows.gauge(bean("kafka.cluster", "Partition", name));
            }
            if facts.log.is_some() {
                for (name, _) in OF_LOG {
                    rows.gauge(bean("kafka.log", "Log", name));
                }
            }
        }
    }
    rows.value(partitions.len() as f64);
    for facts in partitions {
        rows.value(f64::from(facts.leader));
        for (_, value) in OF_PARTITION {
            rows.value(value(facts));
        }
        if let Some(log) = &facts.log {
            for (_, value) in OF_LOG {
                rows.value(value(log));
            }
        }
    }
}

fn give_totals(rows: &mut Rows<'_>, totals: &Totals, directory: &std::path::Path) {
    if rows.section(TOTALS_KEY, 0) {
        for ((domain, kind), name, _) in TOTALS {
            rows.gauge(ObjectName::new(domain, kind).with("name", name));
        }
        rows.gauge(
            ObjectName::new("kafka.log", "LogManager")
                .with("name", "LogDirectoryOffline")
                .with("logDirectory", &directory.to_string_lossy()),
        );
    }
    for (_, _, value) in TOTALS {
        rows.value(value(totals) as f64);
    }
    rows.value(flag(totals.directory_is_offline()));
}

/// Half of a topic's id, which is random.
fn key(topic: &Topic) -> u64 {
    let [_, _, _, _, _, _, _, _, rest @ ..] = topic.id.0;
    u64::from_be_bytes(rest)
}

impl Facts {
    fn is_under_replicated(&self) -> bool {
        self.in_sync < self.replicas
    }

    fn is_under_min_isr(&self) -> bool {
        self.in_sync < self.min_in_sync
    }

    fn is_at_min_isr(&self) -> bool {
        self.in_sync == self.min_in_sync
    }

    /// No records can be appended.
    fn is_offline(&self) -> bool {
        self.log.as_ref().is_none_or(|log| log.figures.failed)
    }
}

impl LogFacts {
    fn of(log: &Log) -> Self {
        Self {
            offsets: log.offsets(),
            figures: log.figures(),
            size_bytes: log.size_bytes(),
            retention_bytes: log.settings().retention_bytes,
        }
    }

    /// Of `retention.bytes`, in whole percents; 0 where any size is kept.
    fn retention_percent(&self) -> f64 {
        match self.retention_bytes {
            Some(limit) if limit > 0 => (self.size_bytes.saturating_mul(100) / limit) as f64,
            _ => 0.0,
        }
    }
}

impl Totals {
    fn add(&mut self, partition: &Facts, this_broker: i32) {
        self.partitions += 1;
        self.led += usize::from(partition.leader == this_broker);
        self.offline += usize::from(partition.is_offline());
        self.under_replicated += usize::from(partition.is_under_replicated());
        self.under_min_isr += usize::from(partition.is_under_min_isr());
        self.at_min_isr += usize::from(partition.is_at_min_isr());
        // The first replica is the preferred leader, and there is but one.
        self.imbalanced += usize::from(partition.replicas > 0 && partition.leader < 0);
        self.producers += partition
            .log
            .as_ref()
            .map_or(0, |log| log.figures.producers);
    }

    /// Nothing in it takes records any more.
    fn directory_is_offline(&self) -> bool {
        self.partitions > 0 && self.offline == self.partitions
    }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}
