//! What a new topic gets, and what topics may be.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, boolean, class, int, long};

pub(super) const KEYS: &[Key] = &[
    class("alter.config.policy.class.name").doc("Java class that may veto configuration changes."),
    boolean("auto.create.topics.enable", "true")
        .effective()
        .doc("Whether a topic that a client asks for is created when it does not exist."),
    class("create.topic.policy.class.name").doc("Java class that may veto new topics."),
    int("default.replication.factor", "1")
        .effective()
        .doc("Replicas of a topic that is created without saying how many."),
    boolean("delete.topic.enable", "true")
        .effective()
        .doc("Whether topics can be deleted."),
    int("max.request.partition.size.limit", "2000")
        .at_least(1)
        .effective()
        .doc("Most partitions that one DescribeTopicPartitions answer holds."),
    int("message.max.bytes", "1048588")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("Largest record batch that is accepted, after compression."),
    int("min.insync.replicas", "1")
        .at_least(1)
        .cluster_wide()
        .effective()
        .doc("Replicas that must have a record before a producer with acks=all is answered."),
    int("num.partitions", "1")
        .at_least(1)
        .effective()
        .doc("Partitions of a topic that is created without saying how many."),
    boolean("unclean.leader.election.enable", "false")
        .cluster_wide()
        .doc(
            "Whether a replica that lags may become leader when no other is left, at the \
             price of data.",
        ),
    long("unclean.leader.election.interval.ms", "300000")
        .at_least(1)
        .when_set()
        .doc("How often unclean elections are looked for."),
];
