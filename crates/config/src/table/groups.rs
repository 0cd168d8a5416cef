//! Classic consumer groups and their committed offsets.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, int, long, short};

pub(super) const KEYS: &[Key] = &[
    int("group.initial.rebalance.delay.ms", "3000")
        .effective()
        .doc("How long a new group waits for further members before its first rebalance."),
    int("group.max.session.timeout.ms", "1800000")
        .effective()
        .doc("Longest session timeout that a member may ask for."),
    int("group.max.size", "2147483647")
        .at_least(1)
        .effective()
        .doc("Most members of one group."),
    int("group.min.session.timeout.ms", "6000")
        .effective()
        .doc("Shortest session timeout that a member may ask for."),
    int("offset.metadata.max.bytes", "4096")
        .effective()
        .doc("Longest note that may be committed with an offset."),
    int("offsets.commit.timeout.ms", "5000")
        .at_least(1)
        .doc("Longest wait until a committed offset is stored."),
    int("offsets.load.buffer.size", "5242880")
        .at_least(1)
        .doc("Bytes read at a time when committed offsets are loaded."),
    long("offsets.retention.check.interval.ms", "600000")
        .at_least(1)
        .effective()
        .doc("How often it is looked whether committed offsets have expired."),
    int("offsets.retention.minutes", "10080")
        .at_least(1)
        .effective()
        .doc("How long the offsets of an empty group are kept."),
    int("offsets.topic.compression.codec", "0")
        .doc("Codec for committed offsets: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."),
    int("offsets.topic.num.partitions", "50")
        .at_least(1)
        .effective()
        .doc("Partitions of __consumer_offsets; fixed once the topic exists."),
    short("offsets.topic.replication.factor", "3")
        .at_least(1)
        .effective()
        .doc("Replicas of __consumer_offsets; one node always gives one."),
    int("offsets.topic.segment.bytes", "104857600")
        .at_least(1)
        .effective()
        .doc("Size of a segment of __consumer_offsets."),
];
