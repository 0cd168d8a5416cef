//! Replicas, followers and what consumers fetch.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, boolean, int, long, string};

pub(super) const KEYS: &[Key] = &[
    int("alter.log.dirs.replication.quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for the quota on moves between data directories."),
    int("alter.log.dirs.replication.quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for the quota on moves between data directories."),
    boolean("auto.leader.rebalance.enable", "true")
        .doc("Whether leadership goes back to preferred replicas by itself."),
    int("delete.records.purgatory.purge.interval.requests", "1")
        .doc("How often finished DeleteRecords waits are swept up."),
    int("fetch.max.bytes", "57671680")
        .at_least(1024)
        .effective()
        .doc("Most bytes of records in one answer to a consumer."),
    int("fetch.purgatory.purge.interval.requests", "1000")
        .doc("How often finished fetch waits are swept up."),
    boolean("follower.fetch.last.tiered.offset.enable", "false")
        .cluster_wide()
        .doc("Whether a new follower starts at the last tiered offset."),
    long("follower.replication.throttled.rate", "")
        .unset()
        .at_least(0)
        .at_least(0)
        .cluster_wide()
        .when_set()
        .doc("Most bytes in a second that followers of throttled replicas copy."),
    long("leader.imbalance.check.interval.seconds", "300")
        .at_least(1)
        .doc("How often it is looked whether leadership is out of balance."),
    long("leader.replication.throttled.rate", "")
        .unset()
        .at_least(0)
        .at_least(0)
        .cluster_wide()
        .when_set()
        .doc("Most bytes in a second that leaders of throttled replicas send."),
    int("max.incremental.fetch.session.cache.slots", "1000")
        .at_least(0)
        .doc("Fetch sessions kept at one time. Every fetch is a full one here."),
    int("num.replica.alter.log.dirs.threads", "")
        .unset()
        .doc("Threads that move replicas between data directories."),
    int("num.replica.fetchers", "1")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that copy from each other broker."),
    int("producer.purgatory.purge.interval.requests", "1000")
        .doc("How often finished produce waits are swept up."),
    long("replica.alter.log.dirs.io.max.bytes.per.second", "")
        .unset()
        .at_least(0)
        .at_least(0)
        .cluster_wide()
        .when_set()
        .doc("Most bytes in a second for moves between data directories."),
    int("replica.fetch.backoff.ms", "1000")
        .at_least(0)
        .doc("Pause of a follower after a failed copy."),
    int("replica.fetch.max.bytes", "1048576")
        .at_least(0)
        .doc("Bytes of one partition that a follower copies at a time."),
    int("replica.fetch.min.bytes", "1").doc("Bytes that a follower waits for."),
    int("replica.fetch.response.max.bytes", "10485760")
        .at_least(0)
        .doc("Bytes that a follower copies at a time."),
    int("replica.fetch.wait.max.ms", "500").doc("Longest wait of a follower for data."),
    long("replica.high.watermark.checkpoint.interval.ms", "5000")
        .doc("How often high watermarks are written down."),
    long("replica.lag.time.max.ms", "30000")
        .doc("A follower that has not caught up for this long leaves the in-sync set."),
    string("replica.selector.class", "")
        .unset()
        .doc("Java class that chooses the replica a consumer reads from."),
    int("replica.socket.receive.buffer.bytes", "65536")
        .doc("SO_RCVBUF of connections between brokers."),
    int("replica.socket.timeout.ms", "30000").doc("Timeout of requests between brokers."),
    int("replication.quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for replication quotas."),
    int("replication.quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for replication quotas."),
];
