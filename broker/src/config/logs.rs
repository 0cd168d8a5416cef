//! How partition logs are kept and looked after: the intervals of the broker, and the settings of
//! one topic's logs as `storage` takes them.

use std::time::Duration;

use config::{Problem, Properties, Reader};
use records::{Compression, TimestampType};
use storage::{Durability, LogSettings, TopicCompression};

use super::{BrokerConfig, milliseconds};

/// How logs are looked after.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogsConfig {
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval: Duration,
    /// `log.flush.scheduler.interval.ms`: how often `flush.ms` is looked at.
    pub flush_check_interval: Duration,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub recovery_checkpoint_interval: Duration,
    /// `log.flush.start.offset.checkpoint.interval.ms`.
    pub start_offset_checkpoint_interval: Duration,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_parallelism: usize,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
}

impl LogsConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        check(read);
        Self {
            retention_check_interval: milliseconds(read, "log.retention.check.interval.ms"),
            flush_check_interval: milliseconds(read, "log.flush.scheduler.interval.ms"),
            recovery_checkpoint_interval: milliseconds(
                read,
                "log.flush.offset.checkpoint.interval.ms",
            ),
            start_offset_checkpoint_interval: milliseconds(
                read,
                "log.flush.start.offset.checkpoint.interval.ms",
            ),
            recovery_parallelism: read.count("num.recovery.threads.per.data.dir"),
            producer_expiration_ms: read.integer("producer.id.expiration.ms"),
        }
    }
}

/// What Kafka refuses at a start although the single value is one of its key.
fn check(read: &mut Reader<'_>) {
    if read.integer("log.retention.ms") == 0 {
        read.problem("log.retention.ms must be unlimited (-1) or, equal or greater than 1");
    }
    if read.integer("log.roll.ms") < 1 {
        read.problem("log.roll.ms must be greater than or equal to 1");
    }
    if read.integer("log.roll.jitter.ms") < 0 {
        read.problem("log.roll.jitter.ms must be greater than or equal to 0");
    }
}

impl BrokerConfig {
    /// The settings of the logs of a topic that set `overrides`.
    ///
    /// # Errors
    /// Values that do not parse, which [`Self::check_topic`] would have refused.
    pub fn log_settings(&self, overrides: &Properties) -> Result<LogSettings, Vec<Problem>> {
        let mut reader = Reader::topic(&self.layers, overrides);
        let read = &mut reader;
        // What is only compacted, or kept for ever (an empty list), is not deleted by age or size.
        let deletes = read
            .list("cleanup.policy")
            .iter()
            .any(|policy| policy == "delete");
        let log = LogSettings {
            segment_bytes: u32_of(read, "segment.bytes"),
            segment_ms: read.integer("segment.ms"),
            segment_jitter_ms: read.integer("segment.jitter.ms"),
            retention_bytes: u64::try_from(read.integer("retention.bytes"))
                .ok()
                .filter(|_| deletes),
            retention_ms: Some(read.integer("retention.ms")).filter(|ms| deletes && *ms >= 0),
            index_interval_bytes: u32_of(read, "index.interval.bytes"),
            segment_index_bytes: u32_of(read, "segment.index.bytes"),
            max_message_bytes: u32_of(read, "max.message.bytes"),
            timestamp_type: timestamp_type(read),
            timestamp_before_max_ms: read.integer("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: read.integer("message.timestamp.after.max.ms"),
            compression: compression(read),
            flush_messages: read.integer("flush.messages"),
            flush_ms: read.integer("flush.ms"),
            file_delete_delay_ms: read.integer("file.delete.delay.ms"),
            producer_expiration_ms: self.logs.producer_expiration_ms,
            durability: Durability::Os,
        };
        let problems = reader.problems();
        if problems.is_empty() {
            Ok(log)
        } else {
            Err(problems)
        }
    }
}

fn u32_of(read: &mut Reader<'_>, name: &str) -> u32 {
    u32::try_from(read.count(name)).unwrap_or(u32::MAX)
}

fn timestamp_type(read: &mut Reader<'_>) -> TimestampType {
    match read.text("message.timestamp.type").as_deref() {
        Some("LogAppendTime") => TimestampType::LogAppendTime,
        _ => TimestampType::CreateTime,
    }
}

fn compression(read: &mut Reader<'_>) -> TopicCompression {
    let codec = |codec, level| TopicCompression::Codec(codec, level);
    match read.text("compression.type").as_deref() {
        Some("uncompressed") => codec(Compression::None, None),
        Some("gzip") => {
            // -1 is the library's own choice.
            let level = read.int("compression.gzip.level");
            codec(Compression::Gzip, Some(level).filter(|level| *level != -1))
        }
        Some("snappy") => codec(Compression::Snappy, None),
        Some("lz4") => codec(Compression::Lz4, Some(read.int("compression.lz4.level"))),
        Some("zstd") => codec(Compression::Zstd, Some(read.int("compression.zstd.level"))),
        _ => TopicCompression::Producer,
    }
}
