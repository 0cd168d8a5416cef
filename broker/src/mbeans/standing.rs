//! Beans that any Apache Kafka has from its start and whose values never change here, because what
//! they tell of cannot happen: a single node that has no followers, keeps no fetch sessions, throttles
//! nobody, and has neither transactions nor compacted topics. Dashboards divide by them, add to them
//! and wait for them.

use std::sync::Arc;

use mbean::{Attribute, Counter, ObjectName, Section};

use crate::broker::Broker;
use crate::metrics::channel_attributes;

/// A further property of a name.
type Property = Option<(&'static str, &'static str)>;

/// A gauge that is 0: domain, type, name.
type Zero = (&'static str, &'static str, &'static str, Property);

const NONE: Property = None;
const REPLICA: Property = Some(("clientId", "Replica"));
const ALTER_DIRS: Property = Some(("clientId", "ReplicaAlterLogDirs"));
const DELETE_RECORDS: Property = Some(("delayedOperation", "DeleteRecords"));
const ALTER_ACLS: Property = Some(("delayedOperation", "AlterAcls"));
const SERVER: &str = "kafka.server";
const LOG: &str = "kafka.log";
const TRANSACTION: &str = "kafka.coordinator.transaction";

/// THE TABLE of gauges.
#[rustfmt::skip]
const GAUGES: [Zero; 22] = [
    // No replica fetches, from others or between directories.
    (SERVER, "ReplicaFetcherManager", "MaxLag", REPLICA),
    (SERVER, "ReplicaFetcherManager", "MinFetchRate", REPLICA),
    (SERVER, "ReplicaFetcherManager", "FailedPartitionsCount", REPLICA),
    (SERVER, "ReplicaFetcherManager", "DeadThreadCount", REPLICA),
    (SERVER, "ReplicaAlterLogDirsManager", "MaxLag", ALTER_DIRS),
    (SERVER, "ReplicaAlterLogDirsManager", "MinFetchRate", ALTER_DIRS),
    (SERVER, "ReplicaAlterLogDirsManager", "FailedPartitionsCount", ALTER_DIRS),
    (SERVER, "ReplicaAlterLogDirsManager", "DeadThreadCount", ALTER_DIRS),
    // Every fetch is a full one (KIP-227: session id 0).
    (SERVER, "FetchSessionCache", "NumIncrementalFetchSessions", NONE),
    (SERVER, "FetchSessionCache", "NumIncrementalFetchPartitionsCached", NONE),
    // A log start moves at once, and who changes ACLs waits for the metadata log itself.
    (SERVER, "DelayedOperationPurgatory", "NumDelayedOperations", DELETE_RECORDS),
    (SERVER, "DelayedOperationPurgatory", "PurgatorySize", DELETE_RECORDS),
    (SERVER, "DelayedOperationPurgatory", "NumDelayedOperations", ALTER_ACLS),
    (SERVER, "DelayedOperationPurgatory", "PurgatorySize", ALTER_ACLS),
    // No cleaner runs, and nothing is dirty.
    (LOG, "LogCleaner", "DeadThreadCount", NONE),
    (LOG, "LogCleaner", "cleaner-recopy-percent", NONE),
    (LOG, "LogCleaner", "max-buffer-utilization-percent", NONE),
    (LOG, "LogCleaner", "max-clean-time-secs", NONE),
    (LOG, "LogCleaner", "max-compaction-delay-secs", NONE),
    (LOG, "LogCleanerManager", "max-dirty-percent", NONE),
    // No transaction has a marker to send.
    (TRANSACTION, "TransactionMarkerChannelManager", "UnknownDestinationQueueSize", NONE),
    (TRANSACTION, "TransactionMarkerChannelManager", "LogAppendRetryQueueSize", NONE),
];

/// What is said of the one data directory: no partition in it waits to be cleaned.
const OF_DIRECTORY: [&str; 2] = ["uncleanable-partitions-count", "uncleanable-bytes"];

/// THE TABLE of meters that nothing marks.
const METERS: [(&str, &str, &str); 5] = [
    (SERVER, "ReplicaManager", "IsrShrinksPerSec"),
    (SERVER, "ReplicaManager", "IsrExpandsPerSec"),
    (SERVER, "ReplicaManager", "FailedIsrUpdatesPerSec"),
    (
        SERVER,
        "FetchSessionCache",
        "IncrementalFetchSessionEvictionsPerSec",
    ),
    ("kafka.utils", "Throttler", "cleaner-io"),
];

/// Quotas, none of which there are: nobody waits in a queue of theirs.
const QUOTAS: [&str; 4] = ["Produce", "Fetch", "Request", "ControllerMutation"];

/// Registers them.
pub fn register(broker: &Arc<Broker>) -> Section {
    let section = broker.metrics.registry().section();
    for (domain, kind, name, property) in GAUGES {
        let bean = ObjectName::new(domain, kind).with("name", name);
        let bean = match property {
            Some((key, value)) => bean.with(key, value),
            None => bean,
        };
        section.gauge(bean, || 0.0);
    }
    let directory = broker.partitions.disk().root().to_string_lossy();
    for name in OF_DIRECTORY {
        let bean = ObjectName::new(LOG, "LogCleanerManager").with("name", name);
        section.gauge(bean.with("logDirectory", &directory), || 0.0);
    }
    for (domain, kind, name) in METERS {
        let _: Counter = section.meter(ObjectName::new(domain, kind).with("name", name));
    }
    for quota in QUOTAS {
        let queue = Attribute::gauge("queue-size", "Answers that a quota holds back", || 0.0);
        section.attributes(ObjectName::new(SERVER, quota), vec![queue]);
    }
    // Markers of transactions would go out over connections of their own.
    let channel = ObjectName::new(SERVER, "txn-marker-channel-metrics");
    section.attributes(channel, channel_attributes());
    section
}
