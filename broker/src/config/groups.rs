//! Classic groups and their committed offsets.
//!
//! Only values; the coordinator acts on them.

use std::time::Duration;

use config::Reader;
use records::Compression;

use super::milliseconds;

/// Classic groups.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupsConfig {
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay: Duration,
    /// `group.min.session.timeout.ms`.
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub session_timeout_max_ms: i32,
    /// `group.max.size`.
    pub members_max: usize,
}

/// Committed offsets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OffsetsConfig {
    /// `offset.metadata.max.bytes`.
    pub metadata_bytes_max: usize,
    /// `offsets.commit.timeout.ms`.
    pub commit_timeout: Duration,
    /// `offsets.load.buffer.size`.
    pub load_buffer_bytes: usize,
    /// `offsets.retention.minutes`.
    pub retention: Duration,
    /// `offsets.retention.check.interval.ms`.
    pub retention_check_interval: Duration,
    /// `offsets.topic.num.partitions`.
    pub topic_partitions: i32,
    /// `offsets.topic.segment.bytes`.
    pub topic_segment_bytes: i32,
    /// `offsets.topic.compression.codec`.
    pub topic_compression: Compression,
}

impl GroupsConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let config = Self {
            initial_rebalance_delay: milliseconds(read, "group.initial.rebalance.delay.ms"),
            session_timeout_min_ms: read.int("group.min.session.timeout.ms"),
            session_timeout_max_ms: read.int("group.max.session.timeout.ms"),
            members_max: read.count("group.max.size"),
        };
        if config.session_timeout_min_ms > config.session_timeout_max_ms {
            read.problem("group.min.session.timeout.ms is above group.max.session.timeout.ms");
        }
        config
    }
}

impl OffsetsConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let minutes = u64::try_from(read.integer("offsets.retention.minutes")).unwrap_or(1);
        Self {
            metadata_bytes_max: read.count("offset.metadata.max.bytes"),
            commit_timeout: milliseconds(read, "offsets.commit.timeout.ms"),
            load_buffer_bytes: read.count("offsets.load.buffer.size"),
            retention: Duration::from_secs(minutes.saturating_mul(60)),
            retention_check_interval: milliseconds(read, "offsets.retention.check.interval.ms"),
            topic_partitions: read.int("offsets.topic.num.partitions"),
            topic_segment_bytes: read.int("offsets.topic.segment.bytes"),
            topic_compression: codec(read),
        }
    }
}

fn codec(read: &mut Reader<'_>) -> Compression {
    let name = "offsets.topic.compression.codec";
    let number = read.int(name);
    usize::try_from(number)
        .ok()
        .and_then(|n| Compression::ALL.get(n).copied())
        .unwrap_or_else(|| {
            read.problem(format!("{name} is {number}; codecs are 0 to 4"));
            Compression::None
        })
}
