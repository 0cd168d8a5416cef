//! Compaction, which is not here yet: only `log.cleanup.policy` is looked at.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, double, int, list, long};

pub(super) const KEYS: &[Key] = &[
    long("log.cleaner.backoff.ms", "15000")
        .at_least(0)
        .cluster_wide()
        .doc("Pause of the cleaner when there is nothing to clean."),
    long("log.cleaner.dedupe.buffer.size", "134217728")
        .cluster_wide()
        .doc("Memory for the cleaner's table of keys."),
    long("log.cleaner.delete.retention.ms", "86400000")
        .at_least(0)
        .cluster_wide()
        .doc("How long tombstones and markers stay in a compacted topic."),
    boolean("log.cleaner.enable", "true").doc("Whether compaction runs at all."),
    double("log.cleaner.io.buffer.load.factor", "0.9")
        .cluster_wide()
        .doc("How full the cleaner's table of keys may be."),
    int("log.cleaner.io.buffer.size", "524288")
        .at_least(0)
        .cluster_wide()
        .doc("Memory for the cleaner's reads and writes."),
    double(
        "log.cleaner.io.max.bytes.per.second",
        "1.7976931348623157E308",
    )
    .cluster_wide()
    .doc("Most bytes the cleaner reads and writes in a second."),
    long("log.cleaner.max.compaction.lag.ms", "9223372036854775807")
        .at_least(1)
        .cluster_wide()
        .doc("Longest time that a record may stay uncompacted."),
    double("log.cleaner.min.cleanable.ratio", "0.5")
        .check(Check::Ratio(0.0, 1.0))
        .cluster_wide()
        .doc("Share of not yet compacted bytes at which a log is compacted."),
    long("log.cleaner.min.compaction.lag.ms", "0")
        .at_least(0)
        .cluster_wide()
        .doc("Shortest time that a record stays uncompacted."),
    int("log.cleaner.threads", "1")
        .at_least(0)
        .cluster_wide()
        .doc("Threads of the cleaner."),
    list("log.cleanup.policy", "delete")
        .check(Check::ItemsOf(&["compact", "delete"]))
        .cluster_wide()
        .effective()
        .doc("What happens to old segments: delete. Compaction is not available yet."),
];
