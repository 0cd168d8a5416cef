//! Partition logs: segments, retention, timestamps, flushing, compression.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, int, list, long, string};

pub(super) const KEYS: &[Key] = &[
    int("background.threads", "10")
        .at_least(1)
        .cluster_wide()
        .doc("Threads for background work."),
    int("compression.gzip.level", "-1")
        .check(Check::BetweenOr(1, 9, -1))
        .cluster_wide()
        .effective()
        .doc("Level for gzip where the broker compresses itself."),
    int("compression.lz4.level", "9")
        .between(1, 17)
        .cluster_wide()
        .effective()
        .doc("Level for lz4 where the broker compresses itself."),
    string("compression.type", "producer")
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .cluster_wide()
        .effective()
        .doc("Codec that batches are stored in; producer keeps what the producer chose."),
    int("compression.zstd.level", "3")
        .between(-131_072, 22)
        .cluster_wide()
        .effective()
        .doc("Level for zstd where the broker compresses itself."),
    list("cordoned.log.dirs", "")
        .per_broker()
        .doc("Data directories that take no new partitions."),
    list("log.dir", "/tmp/kafka-logs")
        .check(Check::Items)
        .effective()
        .doc("The data directory, where log.dirs is not given."),
    long("log.dir.failure.timeout.ms", "30000")
        .at_least(1)
        .doc("How long a failed data directory may go unreported before the node stops."),
    list("log.dirs", "")
        .unset()
        .check(Check::Items)
        .effective()
        .doc("Directories that hold partition data."),
    long("log.flush.interval.messages", "9223372036854775807")
        .at_least(1)
        .cluster_wide()
        .effective()
        .doc("Records of one partition after which it is flushed to the disk."),
    long("log.flush.interval.ms", "")
        .unset()
        .cluster_wide()
        .effective()
        .doc(
            "Longest time that a record stays unflushed; empty takes \
             log.flush.scheduler.interval.ms.",
        ),
    int("log.flush.offset.checkpoint.interval.ms", "60000")
        .at_least(0)
        .effective()
        .doc("How often the point up to which logs are flushed is written down."),
    long("log.flush.scheduler.interval.ms", "9223372036854775807")
        .effective()
        .doc("How often it is looked whether a log has to be flushed."),
    int("log.flush.start.offset.checkpoint.interval.ms", "60000")
        .at_least(0)
        .effective()
        .doc("How often log start offsets are written down."),
    int("log.index.interval.bytes", "4096")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("Bytes of records between two entries of the offset index."),
    int("log.index.size.max.bytes", "10485760")
        .at_least(4)
        .cluster_wide()
        .effective()
        .doc("Largest index file; a full index ends its segment."),
    long("log.initial.task.delay.ms", "30000")
        .at_least(0)
        .when_set()
        .doc("Delay of the first run of background work on logs."),
    long("log.local.retention.bytes", "-2")
        .at_least(-2)
        .cluster_wide()
        .doc("Bytes kept on local disk before tiering; -2 means log.retention.bytes."),
    long("log.local.retention.ms", "-2")
        .at_least(-2)
        .cluster_wide()
        .doc("Time kept on local disk before tiering; -2 means log.retention.ms."),
    long("log.message.timestamp.after.max.ms", "3600000")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("How far a record's timestamp may lie in the future."),
    long("log.message.timestamp.before.max.ms", "9223372036854775807")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("How far a record's timestamp may lie in the past."),
    string("log.message.timestamp.type", "CreateTime")
        .one_of(&["CreateTime", "LogAppendTime"])
        .cluster_wide()
        .effective()
        .doc("Whether records carry their producer's time or the time they were appended."),
    boolean("log.preallocate", "false")
        .cluster_wide()
        .doc("Whether a new segment's file gets its full size at once."),
    long("log.retention.bytes", "-1")
        .cluster_wide()
        .effective()
        .doc(
            "Size of a partition beyond which its oldest segments are deleted; -1 is no \
             limit.",
        ),
    long("log.retention.check.interval.ms", "300000")
        .at_least(1)
        .effective()
        .doc("How often it is looked whether segments are due for deletion."),
    int("log.retention.hours", "168").effective().doc(
        "Hours after which a segment is deleted; used where neither minutes nor \
             milliseconds are given.",
    ),
    int("log.retention.minutes", "")
        .unset()
        .effective()
        .doc("Minutes after which a segment is deleted; used where milliseconds are not given."),
    long("log.retention.ms", "")
        .unset()
        .cluster_wide()
        .effective()
        .doc("Milliseconds after which a segment is deleted; -1 is no limit."),
    int("log.roll.hours", "168")
        .at_least(1)
        .effective()
        .doc("Hours after which a segment is closed; used where log.roll.ms is not given."),
    int("log.roll.jitter.hours", "0")
        .at_least(0)
        .effective()
        .doc("Most hours by which a segment's end is brought forward at random."),
    long("log.roll.jitter.ms", "")
        .unset()
        .cluster_wide()
        .effective()
        .doc("Most milliseconds by which a segment's end is brought forward at random."),
    long("log.roll.ms", "")
        .unset()
        .cluster_wide()
        .effective()
        .doc("Milliseconds after which a segment is closed and a new one begun."),
    int("log.segment.bytes", "1073741824")
        .at_least(1_048_576)
        .cluster_wide()
        .effective()
        .doc("Size at which a segment is closed and a new one begun."),
    long("log.segment.delete.delay.ms", "60000")
        .at_least(0)
        .cluster_wide()
        .effective()
        .doc("How long a deleted segment's file stays, so that running reads can end."),
    int("num.recovery.threads.per.data.dir", "2")
        .at_least(1)
        .cluster_wide()
        .effective()
        .doc("Partitions of one data directory that are recovered at one time at start."),
];
