//! What a topic's configuration asks of its logs, as typed values. Names are those of the topic
//! configuration keys; which text gives which value is the configuration table's business.

use records::{Compression, TimestampType};

/// When an append counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the operating system has it: a crash of the process loses nothing, one of the machine
    /// may. Kafka's default.
    #[default]
    Os,
    /// When it was synced to the device; appends that come meanwhile share the next sync.
    Sync,
}

/// `compression.type` with its level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopicCompression {
    /// What the producer chose.
    #[default]
    Producer,
    /// This codec at this level; a level of `None` is the codec's default.
    Codec(Compression, Option<i32>),
}

/// Settings of one log. They may change while the log is open; what is written stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// `segment.bytes`: a segment is rolled before it grows beyond.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment is rolled when its first record is older.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: up to so much earlier, so that not all logs roll at once.
    pub segment_jitter_ms: i64,
    /// `retention.bytes`; `None` keeps any size.
    pub retention_bytes: Option<u64>,
    /// `retention.ms`; `None` keeps any age.
    pub retention_ms: Option<i64>,
    /// `index.interval.bytes`: an index entry about every so many bytes.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`: a segment is rolled when an index would grow beyond.
    pub segment_index_bytes: u32,
    /// `max.message.bytes`: the largest batch, header included, after compression.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`; `i64::MAX` is no bound.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`; `i64::MAX` is no bound.
    pub timestamp_after_max_ms: i64,
    /// `compression.type` and `compression.*.level`.
    pub compression: TopicCompression,
    /// `flush.messages`: sync after so many records; `i64::MAX` leaves it to the system.
    pub flush_messages: i64,
    /// `flush.ms`: sync what is older; `i64::MAX` leaves it to the system.
    pub flush_ms: i64,
    /// `file.delete.delay.ms`: how long files stay that no read begins on any more.
    pub file_delete_delay_ms: i64,
    /// `producer.id.expiration.ms`: a producer silent for so long is forgotten.
    pub producer_expiration_ms: i64,
    /// When an append counts as done.
    pub durability: Durability,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Default for LogSettings {
    /// Kafka 4.3's defaults.
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            segment_jitter_ms: 0,
            retention_bytes: None,
            retention_ms: Some(7 * DAY_MS),
            index_interval_bytes: 4096,
            segment_index_bytes: 10 << 20,
            max_message_bytes: (1 << 20) + 12,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 60 * 60 * 1000,
            compression: TopicCompression::Producer,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            file_delete_delay_ms: 60_000,
            producer_expiration_ms: DAY_MS,
            durability: Durability::Os,
        }
    }
}
