//! Writing records: batched by size and time per partition, sent in order, retried.
//!
//! One worker per partition builds its batches and keeps up to `in_flight_max` of them on the
//! way. There are no transactions here.

mod delivery;
mod identity;
mod partitioner;
mod worker;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use model::{PartitionIndex, TopicName, TopicPartition};
use records::{Compression, RecordHeader};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::{ClientError, Cluster};
pub use delivery::{Delivered, Delivery};
use identity::Identity;
use partitioner::Partitioner;
use worker::{Message, Queued, Worker};

/// Records that may wait in a worker's channel; more wait in `send`.
const QUEUED_RECORDS_MAX: usize = 1024;
/// What a record costs in the buffer besides its bytes.
const RECORD_OVERHEAD_BYTES: usize = 64;

/// Who must have a record before it counts as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// All replicas that are in sync.
    #[default]
    All,
    /// The leader.
    Leader,
    /// Nobody: there is no answer, and no offset.
    None,
}

/// How records are batched and sent.
#[derive(Clone, Debug)]
pub struct ProducerSettings {
    /// Who must have them.
    pub acks: Acks,
    /// Whether the broker drops what a retry repeats (KIP-98). Needs [`Acks::All`].
    pub idempotent: bool,
    /// How long a record waits for others.
    pub linger: Duration,
    /// Bytes of records in one batch, before compression.
    pub batch_bytes: usize,
    /// Codec, and its level (see [`Compression::compress`]).
    pub compression: Compression,
    /// Level of the codec.
    pub compression_level: Option<i32>,
    /// Batches on their way per partition.
    pub in_flight_max: usize,
    /// Bytes of records that were not acknowledged yet; `send` waits for room.
    pub buffered_bytes_max: usize,
    /// How long a batch is retried.
    pub delivery_timeout: Duration,
    /// Whether a missing topic is to be created by the broker.
    pub create_topics: bool,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            idempotent: true,
            linger: Duration::from_millis(5),
            batch_bytes: 512 << 10,
            compression: Compression::None,
            compression_level: None,
            in_flight_max: 5,
            buffered_bytes_max: 32 << 20,
            delivery_timeout: Duration::from_secs(120),
            create_topics: true,
        }
    }
}

/// A record to write.
#[derive(Clone, Debug)]
pub struct ProducerRecord {
    /// Where to.
    pub topic: TopicName,
    /// Which partition; `None` leaves it to the key, or to chance without one.
    pub partition: Option<PartitionIndex>,
    /// Milliseconds since 1970.
    pub timestamp_ms: i64,
    /// The key.
    pub key: Option<Bytes>,
    /// The value.
    pub value: Option<Bytes>,
    /// The headers.
    pub headers: Vec<RecordHeader>,
}

/// A handle to a producer; clones share its batches. When the last one is dropped, what was
/// queued is still sent in the background: [`Producer::flush`] waits for it.
#[derive(Clone)]
pub struct Producer {
    shared: Arc<Shared>,
}

struct Shared {
    cluster: Cluster,
    settings: Arc<ProducerSettings>,
    identity: Option<Identity>,
    buffer: Arc<Semaphore>,
    buffered_bytes_max: u32,
    topics: Mutex<HashMap<TopicName, TopicState>>,
}

struct TopicState {
    partition_count: i32,
    /// When that was asked.
    counted: Instant,
    partitioner: Partitioner,
    workers: HashMap<PartitionIndex, mpsc::Sender<Message>>,
}

impl Producer {
    /// Starts a producer; an idempotent one fetches its id first.
    pub async fn new(cluster: Cluster, settings: ProducerSettings) -> Result<Self, ClientError> {
        if settings.idempotent && settings.acks != Acks::All {
            return Err(ClientError::Invalid(
                "an idempotent producer needs acks=all; switch one of them".to_owned(),
            ));
        }
        let identity = match settings.idempotent {
            true => Some(Identity::fetch(&cluster).await?),
            false => None,
        };
        let buffered = settings.buffered_bytes_max.min(Semaphore::MAX_PERMITS);
        let buffered_bytes_max = u32::try_from(buffered).unwrap_or(u32::MAX);
        Ok(Self {
            shared: Arc::new(Shared {
                cluster,
                settings: Arc::new(settings),
                identity,
                buffer: Arc::new(Semaphore::new(buffered)),
                buffered_bytes_max,
                topics: Mutex::default(),
            }),
        })
    }

    /// Queues a record, waiting for room in the buffer. What comes back tells when it is written.
    pub async fn send(&self, record: ProducerRecord) -> Result<Delivery, ClientError> {
        let worker = match self.worker(&record) {
            Some(worker) => worker,
            None => {
                self.learn(&record.topic).await?;
                self.worker(&record).ok_or_else(|| {
                    let (topic, partition) = (&record.topic, record.partition);
                    let partition = partition.unwrap_or_default();
                    ClientError::Invalid(format!("topic {topic} has no partition {partition}"))
                })?
            }
        };
        let bytes = RECORD_OVERHEAD_BYTES
            + record.key.as_ref().map_or(0, Bytes::len)
            + record.value.as_ref().map_or(0, Bytes::len);
        let room = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = room.min(self.shared.buffered_bytes_max);
        let buffer = Arc::clone(&self.shared.buffer);
        let closed = |_| ClientError::Invalid("the producer is closed".to_owned());
        let permit = buffer.acquire_many_owned(room).await.map_err(closed)?;
        let (receipt, delivery) = delivery::channel(permit);
        let queued = Queued { record, receipt };
        let sent = worker.send(Message::Record(Box::new(queued))).await;
        sent.map_err(|_| ClientError::Invalid("the producer is closed".to_owned()))?;
        Ok(delivery)
    }

    /// Sends what is batched at once and waits until every record was written or given up.
    pub async fn flush(&self) {
        let workers: Vec<_> = {
            let topics = self.shared.topics.lock();
            let topics = topics.unwrap_or_else(PoisonError::into_inner);
            let workers = topics.values().flat_map(|topic| topic.workers.values());
            workers.cloned().collect()
        };
        for worker in workers {
            // A worker that is gone has nothing to flush.
            let _ = worker.send(Message::Flush).await;
        }
        // All room is free when nothing is buffered any more.
        let _ = self
            .shared
            .buffer
            .acquire_many(self.shared.buffered_bytes_max)
            .await;
    }

    /// The worker of the record's partition; `None` if topic or partition are not known, or not
    /// asked about for long.
    fn worker(&self, record: &ProducerRecord) -> Option<mpsc::Sender<Message>> {
        let topics = self.shared.topics.lock();
        let mut topics = topics.unwrap_or_else(PoisonError::into_inner);
        let topic = topics.get_mut(&record.topic)?;
        if topic.counted.elapsed() > self.shared.cluster.settings().metadata_age_max {
            return None;
        }
        let partition = match record.partition {
            Some(partition) => partition,
            None => topic.partitioner.choose(record, topic.partition_count),
        };
        if !(0..topic.partition_count).contains(&partition.0) {
            return None;
        }
        let worker = topic.workers.entry(partition).or_insert_with(|| {
            let (sender, messages) = mpsc::channel(QUEUED_RECORDS_MAX);
            let partition = TopicPartition {
                topic: record.topic.clone(),
                partition,
            };
            let shared = &self.shared;
            let settings = Arc::clone(&shared.settings);
            let cluster = shared.cluster.clone();
            let worker = Worker::new(cluster, settings, partition, shared.identity, messages);
            tokio::spawn(worker.run());
            sender
        });
        Some(worker.clone())
    }

    /// Asks how many partitions a topic has: more may have come since the last time.
    async fn learn(&self, name: &TopicName) -> Result<(), ClientError> {
        let cluster = &self.shared.cluster;
        cluster.forget(name);
        let topic = cluster
            .topic(name, self.shared.settings.create_topics)
            .await?;
        let partition_count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        let topics = self.shared.topics.lock();
        let mut topics = topics.unwrap_or_else(PoisonError::into_inner);
        let counted = Instant::now();
        let topic = topics.entry(name.clone()).or_insert_with(|| TopicState {
            partition_count,
            counted,
            partitioner: Partitioner::new(self.shared.settings.batch_bytes),
            workers: HashMap::new(),
        });
        topic.partition_count = partition_count;
        topic.counted = counted;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
