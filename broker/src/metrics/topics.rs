//! `kafka.server:type=BrokerTopicMetrics`: what clients write and read, in all and by topic.
//!
//! The meters of one topic appear with their first mark and go with the topic, as Kafka's do.

use std::sync::{Arc, OnceLock};

use mbean::{Counter, Counters, ObjectName, Registry, Section};
use records::BatchError;
use storage::{AppendError, Appended, InvalidBatch};

/// The meters of all topics together.
#[derive(Debug)]
pub struct AllTopics {
    /// Those that each topic has, too.
    pub meters: TopicMeters,
    invalid_crc: Counter,
    invalid_magic: Counter,
    invalid_offset_or_sequence: Counter,
    _section: Section,
}

/// What is counted of each topic.
#[derive(Debug)]
pub struct TopicMeters {
    /// Requests, bytes and records of what is appended.
    appends: Counters<3>,
    /// `BytesInPerSec`: of records that were appended.
    pub bytes_in: Counter,
    /// `BytesOutPerSec`: of records that were sent.
    pub bytes_out: Counter,
    /// `BytesRejectedPerSec`: of batches that are too large.
    pub bytes_rejected: Counter,
    /// `MessagesInPerSec`: records that were appended.
    pub messages_in: Counter,
    /// `TotalProduceRequestsPerSec`: partitions that were asked to take records.
    pub produce_requests: Counter,
    /// `FailedProduceRequestsPerSec`: those that did not, for no reason that clients know to handle.
    pub failed_produce_requests: Counter,
    /// `TotalFetchRequestsPerSec`: reads of partitions; a fetch that waits reads again.
    pub fetch_requests: Counter,
    /// `FailedFetchRequestsPerSec`: those that failed because the disk did.
    pub failed_fetch_requests: Counter,
    /// `ProduceMessageConversionsPerSec`: records brought into the topic's codec.
    pub produce_conversions: Counter,
}

/// The meters of one topic while it exists.
#[derive(Debug)]
pub struct TopicMetrics {
    /// What is counted.
    pub meters: TopicMeters,
    _section: Section,
}

/// Where a topic of the image keeps its meters, from its first use on. Clones share them; they are
/// no part of what the topic is.
#[derive(Clone, Debug, Default)]
pub struct TopicMetricsSlot(Arc<OnceLock<Arc<TopicMetrics>>>);

impl PartialEq for TopicMetricsSlot {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TopicMetricsSlot {}

impl TopicMetricsSlot {
    /// The meters of the topic of that name.
    pub fn get(&self, registry: &Registry, topic: &str) -> &Arc<TopicMetrics> {
        self.0.get_or_init(|| {
            let section = registry.section();
            let meter = |name: &'static str| section.lazy_meter(bean(name).with("topic", topic));
            Arc::new(TopicMetrics {
                meters: TopicMeters::new(meter),
                _section: section,
            })
        })
    }
}

impl AllTopics {
    /// All at zero.
    pub fn new(registry: &Registry) -> Self {
        let section = registry.section();
        let meter = |name: &'static str| section.meter(bean(name));
        for constant in NEVER_MARKED {
            meter(constant);
        }
        Self {
            meters: TopicMeters::new(meter),
            invalid_crc: meter("InvalidMessageCrcRecordsPerSec"),
            invalid_magic: meter("InvalidMagicNumberRecordsPerSec"),
            invalid_offset_or_sequence: meter("InvalidOffsetOrSequenceRecordsPerSec"),
            _section: section,
        }
    }

    /// A partition was asked to take records, and `bytes` bytes of them were appended, or had been before.
    pub fn appended(&self, topic: &TopicMetrics, bytes: usize, appended: &Appended) {
        let messages = appended.last_offset - appended.base_offset + 1;
        let messages = u64::try_from(messages).unwrap_or(0);
        for meters in [&self.meters, &topic.meters] {
            meters.appends.add([1, bytes as u64, messages]);
        }
        if let Some(converted) = &appended.converted {
            self.meters.produce_conversions.add(converted.records);
            topic.meters.produce_conversions.add(converted.records);
        }
    }

    /// A partition was asked to take records, which is all so far.
    pub fn asked(&self, topic: &TopicMetrics) {
        self.meters.produce_requests.inc();
        topic.meters.produce_requests.inc();
    }

    /// Records of `bytes` bytes were not appended.
    pub fn refused(&self, topic: &TopicMetrics, bytes: usize, error: &AppendError) {
        match error {
            AppendError::RecordTooLarge { .. } => {
                for meters in [&self.meters, &topic.meters] {
                    meters.bytes_rejected.add(bytes as u64);
                }
            }
            AppendError::Invalid(InvalidBatch::Batch(batch)) => self.unreadable(batch),
            AppendError::Invalid(InvalidBatch::Count { .. } | InvalidBatch::Unsequenced(_)) => {
                self.invalid_offset_or_sequence.inc();
            }
            _ => {}
        }
        if is_unexpected(error) {
            self.produce_failed(topic);
        }
    }

    /// A partition did not take records, for a reason that clients do not expect.
    pub fn produce_failed(&self, topic: &TopicMetrics) {
        self.meters.failed_produce_requests.inc();
        topic.meters.failed_produce_requests.inc();
    }

    fn unreadable(&self, error: &BatchError) {
        match error {
            BatchError::OldMagic(_) | BatchError::UnknownMagic(_) => self.invalid_magic.inc(),
            BatchError::CrcMismatch { .. } => self.invalid_crc.inc(),
            _ => {}
        }
    }
}

/// What no client of this broker can cause: there are no followers, no transactions and no
/// compacted topics, and every record is of the newest format.
const NEVER_MARKED: [&str; 6] = [
    "FetchMessageConversionsPerSec",
    "NoKeyCompactedTopicRecordsPerSec",
    "ReassignmentBytesInPerSec",
    "ReassignmentBytesOutPerSec",
    "ReplicationBytesInPerSec",
    "ReplicationBytesOutPerSec",
];

impl TopicMeters {
    fn new(meter: impl Fn(&'static str) -> Counter) -> Self {
        // Made one after another, so that they lie side by side.
        let produce_requests = meter("TotalProduceRequestsPerSec");
        let bytes_in = meter("BytesInPerSec");
        let messages_in = meter("MessagesInPerSec");
        Self {
            appends: Counters::of([&produce_requests, &bytes_in, &messages_in]),
            produce_requests,
            bytes_in,
            messages_in,
            bytes_out: meter("BytesOutPerSec"),
            bytes_rejected: meter("BytesRejectedPerSec"),
            failed_produce_requests: meter("FailedProduceRequestsPerSec"),
            fetch_requests: meter("TotalFetchRequestsPerSec"),
            failed_fetch_requests: meter("FailedFetchRequestsPerSec"),
            produce_conversions: meter("ProduceMessageConversionsPerSec"),
        }
    }
}

/// Kafka counts as failed what is not among the errors that a client knows to handle.
fn is_unexpected(error: &AppendError) -> bool {
    match error {
        AppendError::Closed
        | AppendError::Failed
        | AppendError::Io(_)
        | AppendError::RecordSetTooLarge { .. }
        | AppendError::RecordTooLarge { .. }
        | AppendError::Scan(_)
        | AppendError::StorageFull(_) => false,
        AppendError::Invalid(InvalidBatch::Batch(batch)) => {
            matches!(batch, BatchError::OldMagic(_))
        }
        AppendError::Invalid(_)
        | AppendError::InvalidProducerEpoch { .. }
        | AppendError::InvalidTimestamp(_)
        | AppendError::OutOfOrderSequence { .. }
        | AppendError::TransactionsUnsupported => true,
    }
}

fn bean(name: &str) -> ObjectName {
    ObjectName::new("kafka.server", "BrokerTopicMetrics").with("name", name)
}
