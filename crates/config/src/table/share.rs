//! Share groups (KIP-932) and their coordinator.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, int, list, short, string};

pub(super) const KEYS: &[Key] = &[
    int("group.share.assignment.interval.ms", "1000")
        .at_least(0)
        .cluster_wide()
        .doc("Shortest time between two assignments of one share group."),
    list("group.share.assignors", "simple")
        .check(Check::Items)
        .doc("Assignors that the broker offers to share groups."),
    int("group.share.delivery.count.limit", "5")
        .between(2, 10)
        .doc("How often a record is delivered before it is given up."),
    int("group.share.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("How often members of share groups report."),
    int("group.share.initialize.retry.interval.ms", "30000")
        .at_least(1)
        .when_set()
        .doc("Pause before a share partition's failed initialization is tried again."),
    int("group.share.max.assignment.interval.ms", "15000")
        .at_least(0)
        .doc("Largest value that a share group may set for its assignment interval."),
    int("group.share.max.delivery.count.limit", "10")
        .between(5, 25)
        .doc("Largest value that a share group may set for its delivery count."),
    int("group.share.max.heartbeat.interval.ms", "15000")
        .at_least(1)
        .doc("Largest value that a share group may set for its heartbeat interval."),
    int("group.share.max.partition.max.record.locks", "4000")
        .between(2000, 10_000)
        .doc("Largest value that a share group may set for its locked records."),
    int("group.share.max.record.lock.duration.ms", "60000")
        .between(30_000, 3_600_000)
        .doc("Largest value that a share group may set for its lock time."),
    int("group.share.max.session.timeout.ms", "60000")
        .at_least(1)
        .doc("Largest value that a share group may set for its session timeout."),
    int("group.share.max.share.sessions", "2000")
        .at_least(1)
        .doc("Most share sessions on one broker."),
    int("group.share.max.size", "200")
        .between(1, 1000)
        .doc("Most members of one share group."),
    int("group.share.min.assignment.interval.ms", "0")
        .at_least(0)
        .doc("Smallest value that a share group may set for its assignment interval."),
    int("group.share.min.delivery.count.limit", "2")
        .between(2, 5)
        .doc("Smallest value that a share group may set for its delivery count."),
    int("group.share.min.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("Smallest value that a share group may set for its heartbeat interval."),
    int("group.share.min.partition.max.record.locks", "100")
        .between(100, 2000)
        .doc("Smallest value that a share group may set for its locked records."),
    int("group.share.min.record.lock.duration.ms", "15000")
        .between(1000, 30_000)
        .doc("Smallest value that a share group may set for its lock time."),
    int("group.share.min.session.timeout.ms", "45000")
        .at_least(1)
        .doc("Smallest value that a share group may set for its session timeout."),
    int("group.share.partition.max.record.locks", "2000")
        .between(100, 10_000)
        .doc("Most records of one partition that are out for delivery at one time."),
    string(
        "group.share.persister.class.name",
        "org.apache.kafka.server.share.persister.DefaultStatePersister",
    )
    .when_set()
    .doc("Java class that stores the state of share groups."),
    int("group.share.record.lock.duration.ms", "30000")
        .between(1000, 3_600_000)
        .doc("How long a delivered record stays locked."),
    int("group.share.session.timeout.ms", "45000")
        .at_least(1)
        .doc("A share member that is silent for this long is removed."),
    int("share.coordinator.append.linger.ms", "-1")
        .at_least(-1)
        .doc("How long the share coordinator gathers writes; -1 lets it decide."),
    int("share.coordinator.cached.buffer.max.bytes", "1048588")
        .at_least(524_288)
        .cluster_wide()
        .doc("Largest write buffer that the share coordinator keeps for later."),
    int(
        "share.coordinator.cold.partition.snapshot.interval.ms",
        "300000",
    )
    .at_least(1)
    .when_set()
    .doc("How often state that does not change is written anew."),
    int("share.coordinator.load.buffer.size", "5242880")
        .at_least(1)
        .doc("Bytes read at a time when share state is loaded."),
    int(
        "share.coordinator.snapshot.update.records.per.snapshot",
        "500",
    )
    .between(0, 500)
    .doc("Updates between two snapshots of a share partition."),
    int("share.coordinator.state.topic.compression.codec", "0").doc("Codec for share state."),
    short("share.coordinator.state.topic.min.isr", "2")
        .at_least(1)
        .doc("In-sync replicas that the share state topic needs."),
    int("share.coordinator.state.topic.num.partitions", "50")
        .at_least(1)
        .doc("Partitions of the share state topic."),
    int("share.coordinator.state.topic.prune.interval.ms", "300000")
        .at_least(1)
        .when_set()
        .doc("How often share state that is no longer needed is dropped."),
    short("share.coordinator.state.topic.replication.factor", "3")
        .at_least(1)
        .doc("Replicas of the share state topic."),
    int("share.coordinator.state.topic.segment.bytes", "104857600")
        .at_least(1)
        .doc("Size of a segment of the share state topic."),
    int("share.coordinator.threads", "1")
        .at_least(1)
        .doc("Threads of the share coordinator."),
    int("share.coordinator.write.timeout.ms", "5000")
        .at_least(1)
        .doc("Longest wait until share state is stored."),
    int("share.fetch.purgatory.purge.interval.requests", "1000")
        .doc("How often finished share fetch waits are swept up."),
];
