//! Keys that a topic may set, each with the broker key it falls back to.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, double, int, list, long, string};

pub(super) const KEYS: &[Key] = &[
    list("cleanup.policy", "delete")
        .check(Check::ItemsOf(&["compact", "delete"]))
        .falls_back_to("log.cleanup.policy")
        .effective()
        .doc("What happens to old segments: delete. Compaction is not available yet."),
    int("compression.gzip.level", "-1")
        .check(Check::BetweenOr(1, 9, -1))
        .falls_back_to("compression.gzip.level")
        .effective()
        .doc("Level for gzip where the broker compresses itself."),
    int("compression.lz4.level", "9")
        .between(1, 17)
        .falls_back_to("compression.lz4.level")
        .effective()
        .doc("Level for lz4 where the broker compresses itself."),
    string("compression.type", "producer")
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .falls_back_to("compression.type")
        .effective()
        .doc("Codec that batches are stored in; producer keeps what the producer chose."),
    int("compression.zstd.level", "3")
        .between(-131_072, 22)
        .falls_back_to("compression.zstd.level")
        .effective()
        .doc("Level for zstd where the broker compresses itself."),
    long("delete.retention.ms", "86400000")
        .at_least(0)
        .falls_back_to("log.cleaner.delete.retention.ms")
        .doc("How long tombstones and markers stay in a compacted topic."),
    long("file.delete.delay.ms", "60000")
        .at_least(0)
        .falls_back_to("log.segment.delete.delay.ms")
        .effective()
        .doc("How long a deleted segment's file stays, so that running reads can end."),
    long("flush.messages", "9223372036854775807")
        .at_least(1)
        .falls_back_to("log.flush.interval.messages")
        .effective()
        .doc("Records after which a partition is flushed to the disk."),
    long("flush.ms", "9223372036854775807")
        .at_least(0)
        .falls_back_to("log.flush.interval.ms")
        .effective()
        .doc("Longest time that a record stays unflushed."),
    list("follower.replication.throttled.replicas", "")
        .check(Check::ThrottledReplicas)
        .doc(
            "Replicas whose copying is throttled on the follower's side, as \
             partition:broker pairs or *.",
        ),
    int("index.interval.bytes", "4096")
        .at_least(0)
        .falls_back_to("log.index.interval.bytes")
        .effective()
        .doc("Bytes of records between two entries of the offset index."),
    int("internal.segment.bytes", "")
        .unset()
        .when_set()
        .doc("Size of a segment without a lower bound, for tests."),
    list("leader.replication.throttled.replicas", "")
        .check(Check::ThrottledReplicas)
        .doc(
            "Replicas whose copying is throttled on the leader's side, as \
             partition:broker pairs or *.",
        ),
    long("local.retention.bytes", "-2")
        .at_least(-2)
        .falls_back_to("log.local.retention.bytes")
        .doc("Bytes kept on local disk before tiering; -2 means retention.bytes."),
    long("local.retention.ms", "-2")
        .at_least(-2)
        .falls_back_to("log.local.retention.ms")
        .doc("Time kept on local disk before tiering; -2 means retention.ms."),
    long("max.compaction.lag.ms", "9223372036854775807")
        .at_least(1)
        .falls_back_to("log.cleaner.max.compaction.lag.ms")
        .doc("Longest time that a record may stay uncompacted."),
    int("max.message.bytes", "1048588")
        .at_least(0)
        .falls_back_to("message.max.bytes")
        .effective()
        .doc("Largest record batch that is accepted, after compression."),
    long("message.timestamp.after.max.ms", "3600000")
        .at_least(0)
        .falls_back_to("log.message.timestamp.after.max.ms")
        .effective()
        .doc("How far a record's timestamp may lie in the future."),
    long("message.timestamp.before.max.ms", "9223372036854775807")
        .at_least(0)
        .falls_back_to("log.message.timestamp.before.max.ms")
        .effective()
        .doc("How far a record's timestamp may lie in the past."),
    string("message.timestamp.type", "CreateTime")
        .one_of(&["CreateTime", "LogAppendTime"])
        .falls_back_to("log.message.timestamp.type")
        .effective()
        .doc("Whether records carry their producer's time or the time they were appended."),
    double("min.cleanable.dirty.ratio", "0.5")
        .check(Check::Ratio(0.0, 1.0))
        .falls_back_to("log.cleaner.min.cleanable.ratio")
        .doc("Share of not yet compacted bytes at which a log is compacted."),
    long("min.compaction.lag.ms", "0")
        .at_least(0)
        .falls_back_to("log.cleaner.min.compaction.lag.ms")
        .doc("Shortest time that a record stays uncompacted."),
    int("min.insync.replicas", "1")
        .at_least(1)
        .falls_back_to("min.insync.replicas")
        .effective()
        .doc("Replicas that must have a record before a producer with acks=all is answered."),
    boolean("preallocate", "false")
        .falls_back_to("log.preallocate")
        .doc("Whether a new segment's file gets its full size at once."),
    boolean("remote.log.copy.disable", "false")
        .doc("Whether a tiered topic stops copying to remote storage."),
    boolean("remote.log.delete.on.disable", "false")
        .doc("Whether remote data is deleted when tiering is switched off."),
    boolean("remote.storage.enable", "false").doc("Whether the topic is tiered."),
    long("retention.bytes", "-1")
        .falls_back_to("log.retention.bytes")
        .effective()
        .doc(
            "Size of a partition beyond which its oldest segments are deleted; -1 is no \
             limit.",
        ),
    long("retention.ms", "604800000")
        .at_least(-1)
        .falls_back_to("log.retention.ms")
        .effective()
        .doc("Milliseconds after which a segment is deleted; -1 is no limit."),
    int("segment.bytes", "1073741824")
        .at_least(1_048_576)
        .falls_back_to("log.segment.bytes")
        .effective()
        .doc("Size at which a segment is closed and a new one begun."),
    int("segment.index.bytes", "10485760")
        .at_least(4)
        .falls_back_to("log.index.size.max.bytes")
        .effective()
        .doc("Largest index file; a full index ends its segment."),
    long("segment.jitter.ms", "0")
        .at_least(0)
        .falls_back_to("log.roll.jitter.ms")
        .effective()
        .doc("Most milliseconds by which a segment's end is brought forward at random."),
    long("segment.ms", "604800000")
        .at_least(1)
        .falls_back_to("log.roll.ms")
        .effective()
        .doc("Milliseconds after which a segment is closed and a new one begun."),
    boolean("unclean.leader.election.enable", "false")
        .falls_back_to("unclean.leader.election.enable")
        .doc(
            "Whether a replica that lags may become leader when no other is left, at the \
             price of data.",
        ),
];
