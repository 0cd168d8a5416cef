//! Tiered storage.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, double, int, long, string};

pub(super) const KEYS: &[Key] = &[
    int("remote.fetch.max.wait.ms", "500")
        .at_least(1)
        .cluster_wide()
        .doc("Longest wait for a read from remote storage."),
    long("remote.list.offsets.request.timeout.ms", "30000")
        .at_least(1)
        .cluster_wide()
        .doc("Longest wait for an offset from remote storage."),
    long("remote.log.index.file.cache.total.size.bytes", "1073741824")
        .at_least(1)
        .cluster_wide()
        .doc("Local disk for indexes of remote segments."),
    long("remote.log.index.file.cache.ttl.ms", "900000")
        .at_least(-1)
        .when_set()
        .doc("How long an unused index of a remote segment stays on the local disk."),
    int("remote.log.manager.copier.thread.pool.size", "10")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that copy segments to remote storage."),
    long(
        "remote.log.manager.copy.max.bytes.per.second",
        "9223372036854775807",
    )
    .at_least(1)
    .cluster_wide()
    .doc("Most bytes copied to remote storage in a second."),
    int("remote.log.manager.copy.quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for the quota on copies to remote storage."),
    int("remote.log.manager.copy.quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for the quota on copies to remote storage."),
    int("remote.log.manager.expiration.thread.pool.size", "10")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that delete remote segments."),
    long(
        "remote.log.manager.fetch.max.bytes.per.second",
        "9223372036854775807",
    )
    .at_least(1)
    .cluster_wide()
    .doc("Most bytes read from remote storage in a second."),
    int("remote.log.manager.fetch.quota.window.num", "11")
        .at_least(1)
        .doc("Samples kept for the quota on reads from remote storage."),
    int("remote.log.manager.fetch.quota.window.size.seconds", "1")
        .at_least(1)
        .doc("Length of one sample for the quota on reads from remote storage."),
    int("remote.log.manager.follower.thread.pool.size", "2")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that follow what leaders have tiered."),
    long("remote.log.manager.task.interval.ms", "30000")
        .at_least(1)
        .doc("How often segments are looked at for tiering."),
    long("remote.log.manager.task.retry.backoff.max.ms", "30000")
        .at_least(1)
        .when_set()
        .doc("Longest pause after a failed copy to remote storage."),
    long("remote.log.manager.task.retry.backoff.ms", "500")
        .at_least(1)
        .when_set()
        .doc("First pause after a failed copy to remote storage."),
    double("remote.log.manager.task.retry.jitter", "0.2")
        .check(Check::Ratio(0.0, 0.5))
        .when_set()
        .doc("Random share of that pause."),
    int("remote.log.manager.thread.pool.size", "2")
        .at_least(1)
        .doc("Threads for tiering."),
    int("remote.log.metadata.custom.metadata.max.bytes", "128")
        .at_least(0)
        .doc("Largest note that a storage plugin may keep with a segment."),
    string(
        "remote.log.metadata.manager.class.name",
        "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
    )
    .check(Check::NonEmpty)
    .doc("Java class that keeps the list of remote segments."),
    string("remote.log.metadata.manager.class.path", "")
        .unset()
        .doc("Where that class is found."),
    string("remote.log.metadata.manager.impl.prefix", "rlmm.config.")
        .check(Check::NonEmpty)
        .doc("Prefix of that class's own settings."),
    string("remote.log.metadata.manager.listener.name", "")
        .unset()
        .check(Check::NonEmpty)
        .doc("Listener through which that class reaches this broker."),
    int("remote.log.reader.max.pending.tasks", "100")
        .at_least(1)
        .doc("Reads from remote storage that may wait."),
    int("remote.log.reader.threads", "10")
        .at_least(1)
        .cluster_wide()
        .doc("Threads that read from remote storage."),
    string("remote.log.storage.manager.class.name", "")
        .unset()
        .check(Check::NonEmpty)
        .doc("Java class that talks to remote storage."),
    string("remote.log.storage.manager.class.path", "")
        .unset()
        .doc("Where that class is found."),
    string("remote.log.storage.manager.impl.prefix", "rsm.config.")
        .check(Check::NonEmpty)
        .doc("Prefix of that class's own settings."),
    boolean("remote.log.storage.system.enable", "false").doc("Whether tiered storage is on."),
];
