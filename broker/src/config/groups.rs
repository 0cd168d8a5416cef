//! Classic groups and their committed offsets.
//!
//! Only values; the coordinator acts on them.

use std::time::Duration;

use config::Reader;

use super::milliseconds;

pub(super) const OFFSETS_REPLICATION: &str = "offsets.topic.replication.factor";

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
    /// `outrigger.lag.interval.ms`.
    pub lag_interval: Duration,
}

/// Committed offsets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OffsetsConfig {
    /// `offset.metadata.max.bytes`.
    pub metadata_bytes_max: usize,
    /// `offsets.retention.minutes`.
    pub retention: Duration,
    /// `offsets.retention.check.interval.ms`.
    pub retention_check_interval: Duration,
    /// `offsets.topic.num.partitions`.
    pub topic_partitions: i32,
    /// `offsets.topic.segment.bytes`.
    pub topic_segment_bytes: i32,
    /// `offsets.topic.replication.factor`, as it was given; one node always gives one.
    pub topic_replication_factor: i32,
}

impl GroupsConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let config = Self {
            initial_rebalance_delay: milliseconds(read, "group.initial.rebalance.delay.ms"),
            session_timeout_min_ms: read.int("group.min.session.timeout.ms"),
            session_timeout_max_ms: read.int("group.max.session.timeout.ms"),
            members_max: read.count("group.max.size"),
            lag_interval: milliseconds(read, "outrigger.lag.interval.ms"),
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
            retention: Duration::from_secs(minutes.saturating_mul(60)),
            retention_check_interval: milliseconds(read, "offsets.retention.check.interval.ms"),
            topic_partitions: read.int("offsets.topic.num.partitions"),
            topic_segment_bytes: read.int("offsets.topic.segment.bytes"),
            topic_replication_factor: read.int(OFFSETS_REPLICATION),
        }
    }
}
