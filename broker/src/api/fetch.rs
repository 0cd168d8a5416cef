//! Fetch (1): reads record batches, and waits for them where there are too few.
//!
//! KIP-74 (at least one batch, partitions in request order), KIP-320 (leader epochs and
//! divergence), KIP-392 and KIP-227 as they are without followers and sessions: every answer has
//! session id 0, which tells a client to send full requests. KIP-516: topic ids from version 13.

use std::sync::Arc;
use std::time::Duration;

use model::{LeaderEpoch, PartitionIndex, TopicId};
use protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchPartition, FetchRequest, FetchResponse, FetchTopic,
    FetchableTopicResponse, PartitionData,
};
use protocol::{ErrorCode, RecordSet, Response};
use storage::{FirstBatch, Log, ReadError, Upto};
use tokio::sync::Notify;
use tokio::time::Instant;

use authz::Permit;
use authz::checks::table::{FETCH_AS_FOLLOWER, FETCH_TOPIC};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::metrics::{TopicMeters, TopicMetrics};
use crate::reply::Reply;

/// First version that names topics by id.
const TOPIC_ID_VERSION: i16 = 13;
/// Session epochs that ask for a full answer: a new session, or none at all. Sessions are not kept:
/// a request that goes on with one learns that it is gone.
const FULL_EPOCHS: [i32; 2] = [0, -1];

/// How long a fetch waits for memory before it is answered without records.
const MEMORY_WAIT: Duration = Duration::from_secs(1);

/// One partition as it was asked for, found or not.
struct Wanted {
    asked: FetchPartition,
    log: Result<Log, ErrorCode>,
    /// What the client last read ended elsewhere.
    diverging: Option<EpochEndOffset>,
}

/// One topic as it was asked for.
struct WantedTopic {
    name: protocol::Str,
    id: TopicId,
    /// Of a topic that exists and may be read.
    metrics: Option<Arc<TopicMetrics>>,
    partitions: Vec<Wanted>,
}

/// A fetch with its partitions resolved.
struct Fetch {
    broker: Arc<Broker>,
    topics: Vec<WantedTopic>,
    upto: Upto,
    bytes_min: usize,
    bytes_max: usize,
    /// Whether the first batch is read whatever its size (KIP-74).
    first_always: bool,
    by_follower: bool,
}

/// What one round of reading gave.
struct Round {
    responses: Vec<FetchableTopicResponse>,
    bytes: usize,
    failed: bool,
    /// Size of all logs before they were read.
    size_bytes: u64,
}

/// Reads once; where that is too little, the answer comes later.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: FetchRequest,
) -> Reply {
    if !FULL_EPOCHS.contains(&request.session_epoch) {
        return Reply::Now(Response::Fetch(FetchResponse {
            error_code: ErrorCode::FETCH_SESSION_ID_NOT_FOUND,
            ..FetchResponse::default()
        }));
    }
    let wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    let fetch = Fetch::resolve(broker, context, request);
    if broker.memory.is_overdrawn() {
        return Reply::later(fetch.read_when_memory_allows());
    }
    let round = fetch.read().await;
    if round.failed || round.bytes >= fetch.bytes_min || wait.is_zero() || fetch.is_empty() {
        return Reply::Now(fetch.answer(round));
    }
    let deadline = Instant::now() + wait;
    // All is read again in the end; who waits holds no records. Here, because an answer that waits
    // for its turn is not run before it.
    let round = Round {
        responses: Vec::new(),
        ..round
    };
    let delayed = broker.metrics.waiting.fetch.enter(fetch.logs().count());
    Reply::later(async move {
        let _delayed = delayed;
        let round = fetch.wait(round, deadline).await;
        fetch.answer(round)
    })
}

impl Fetch {
    fn resolve(broker: &Arc<Broker>, context: &RequestContext, request: FetchRequest) -> Self {
        let image = broker.metadata.image();
        let by_id = context.version >= TOPIC_ID_VERSION;
        let replica_id = request.replica_id.max(request.replica_state.replica_id);
        let follower = (replica_id >= 0).then(|| context.check(&FETCH_AS_FOLLOWER, ""));
        let topics = request
            .topics
            .into_iter()
            .map(|asked| resolve_topic(broker, context, &image, by_id, follower, asked))
            .collect();
        let count = |n: i32| usize::try_from(n).unwrap_or(0);
        // Where memory is short an answer is short, down to one batch (KIP-74).
        let bytes_max = count(request.max_bytes)
            .min(broker.config.current().fetch_bytes_max)
            .min(broker.memory.left_bytes());
        Self {
            topics,
            upto: if request.isolation_level == 1 {
                Upto::LastStable
            } else {
                Upto::HighWatermark
            },
            // An answer that is full does not wait for more.
            bytes_min: count(request.min_bytes).min(bytes_max),
            bytes_max,
            first_always: true,
            by_follower: replica_id >= 0,
            broker: Arc::clone(broker),
        }
    }

    fn is_empty(&self) -> bool {
        self.topics.iter().all(|topic| topic.partitions.is_empty())
    }

    /// Reads all partitions in the order asked for, until the answer is full.
    async fn read(&self) -> Round {
        let responses = Vec::with_capacity(self.topics.len());
        let size_bytes = self.size_bytes();
        let mut round = Round {
            responses,
            bytes: 0,
            failed: false,
            size_bytes,
        };
        for topic in &self.topics {
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for wanted in &topic.partitions {
                let room = self.bytes_max.saturating_sub(round.bytes);
                let first = self.first_always && round.bytes == 0;
                let data = self.read_partition(topic, wanted, room, first).await;
                round.failed |= !data.error_code.is_none() || wanted.diverging.is_some();
                round.bytes += data.records.as_ref().map_or(0, RecordSet::len);
                partitions.push(data);
            }
            round.responses.push(FetchableTopicResponse {
                topic: topic.name.clone(),
                topic_id: topic.id,
                partitions,
            });
        }
        round
    }

    async fn read_partition(
        &self,
        topic: &WantedTopic,
        wanted: &Wanted,
        room: usize,
        first: bool,
    ) -> PartitionData {
        let index = wanted.asked.partition;
        let log = match &wanted.log {
            Ok(log) => log,
            Err(error_code) => return failure(index, *error_code),
        };
        self.count(topic, |meters| meters.fetch_requests.inc());
        if let Some(diverging) = &wanted.diverging {
            let offsets = log.offsets();
            return PartitionData {
                diverging_epoch: diverging.clone(),
                ..data(
                    index,
                    offsets.high_watermark,
                    offsets.last_stable,
                    offsets.start,
                )
            };
        }
        let limit = usize::try_from(wanted.asked.partition_max_bytes)
            .unwrap_or(0)
            .min(room);
        let mut records = RecordSet::new();
        let mut from = wanted.asked.fetch_offset;
        loop {
            let left = limit.saturating_sub(records.len());
            // KIP-74: the first batch of an answer goes out whatever its size.
            let batch = if first && records.is_empty() {
                FirstBatch::Always
            } else {
                FirstBatch::IfItFits
            };
            match log.read(from, left, self.upto, batch).await {
                Ok(fetched) => {
                    let done = fetched.records.is_empty() || fetched.records.len() >= left;
                    from = fetched.next_offset;
                    records.push(fetched.records);
                    if done {
                        return PartitionData {
                            records: Some(records),
                            aborted_transactions: self.aborted(),
                            ..data(
                                index,
                                fetched.high_watermark,
                                fetched.last_stable,
                                fetched.log_start,
                            )
                        };
                    }
                }
                Err(error) => return self.read_failure(topic, index, log, error),
            }
        }
    }

    /// Transactions do not exist yet, so that none was aborted.
    fn aborted(&self) -> Option<Vec<AbortedTransaction>> {
        (self.upto == Upto::LastStable).then(Vec::new)
    }

    fn read_failure(
        &self,
        topic: &WantedTopic,
        index: i32,
        log: &Log,
        error: ReadError,
    ) -> PartitionData {
        match error {
            ReadError::OffsetOutOfRange { .. } => failure(index, ErrorCode::OFFSET_OUT_OF_RANGE),
            ReadError::Closed => failure(index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            ReadError::Io(error) => {
                self.count(topic, |meters| meters.failed_fetch_requests.inc());
                self.broker.report_read_failure(log.partition(), &error);
                failure(index, ErrorCode::KAFKA_STORAGE_ERROR)
            }
        }
    }

    /// Even one batch each is too much for now: those whose answers lie about are closed soon.
    async fn read_when_memory_allows(mut self) -> Response {
        let available = self.broker.memory.available();
        // Which of the two ended it shows below.
        let _ = tokio::time::timeout(MEMORY_WAIT, available).await;
        self.first_always = !self.broker.memory.is_overdrawn();
        self.bytes_max = self.bytes_max.min(self.broker.memory.left_bytes());
        let round = self.read().await;
        self.answer(round)
    }

    /// Reads again when enough has been appended, or when time is up.
    async fn wait(&self, mut round: Round, deadline: Instant) -> Round {
        let moved = Arc::new(Notify::new());
        let _watches: Vec<_> = self.logs().map(|log| log.watch(&moved)).collect();
        loop {
            // What came between the last read and the watch is seen here.
            let grown = self.size_bytes().saturating_sub(round.size_bytes);
            let enough = self.bytes_min.saturating_sub(round.bytes) as u64;
            if grown >= enough {
                round = self.read().await;
                if round.failed || round.bytes >= self.bytes_min {
                    return round;
                }
            }
            if tokio::time::timeout_at(deadline, moved.notified())
                .await
                .is_err()
            {
                let waiting = &self.broker.metrics.waiting;
                waiting.fetch_expired(self.by_follower);
                return self.read().await;
            }
            if self.size_bytes() <= round.size_bytes {
                // Woken without growth: a commit, retention, or a log that is gone.
                round = self.read().await;
                if round.failed || round.bytes >= self.bytes_min {
                    return round;
                }
            }
        }
    }

    /// The records of `round` leave.
    fn answer(&self, round: Round) -> Response {
        for (topic, response) in self.topics.iter().zip(&round.responses) {
            let records = response
                .partitions
                .iter()
                .filter_map(|p| p.records.as_ref());
            let bytes: usize = records.map(RecordSet::len).sum();
            if bytes > 0 {
                self.count(topic, |meters| meters.bytes_out.add(bytes as u64));
            }
        }
        Response::Fetch(FetchResponse {
            responses: round.responses,
            ..FetchResponse::default()
        })
    }

    /// Counts something of one topic, and of all.
    fn count(&self, topic: &WantedTopic, add: impl Fn(&TopicMeters)) {
        if let Some(metrics) = &topic.metrics {
            add(&self.broker.metrics.topics.meters);
            add(&metrics.meters);
        }
    }

    fn logs(&self) -> impl Iterator<Item = &Log> {
        self.topics
            .iter()
            .flat_map(|t| &t.partitions)
            .filter_map(|w| w.log.as_ref().ok())
    }

    fn size_bytes(&self) -> u64 {
        self.logs().map(|log| log.size_bytes()).sum()
    }
}

fn resolve_topic(
    broker: &Broker,
    context: &RequestContext,
    image: &Image,
    by_id: bool,
    follower: Option<Result<Permit, ErrorCode>>,
    asked: FetchTopic,
) -> WantedTopic {
    let topic = match (follower, by_id) {
        // A follower is refused before anything is looked at.
        (Some(Err(error_code)), _) => Err(error_code),
        (_, true) => image
            .topic_by_id(asked.topic_id)
            .map(Some)
            .ok_or(ErrorCode::UNKNOWN_TOPIC_ID),
        (_, false) => Ok(image.topic(&asked.topic)),
    };
    let topic = topic.and_then(|topic| {
        let name = topic.map_or(&*asked.topic, |topic| topic.name.as_str());
        let permit = match follower {
            Some(permit) => permit?,
            None => context.check_all(&FETCH_TOPIC, name, asked.partitions.len())?,
        };
        let topic = topic.ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        Ok((topic, permit))
    });
    let metrics = topic.as_ref().ok();
    let metrics = metrics.map(|(topic, _)| Arc::clone(broker.metrics.topic(topic)));
    let partitions = asked
        .partitions
        .into_iter()
        .map(|partition| resolve_partition(broker, image, topic, partition))
        .collect();
    WantedTopic {
        name: asked.topic,
        id: asked.topic_id,
        metrics,
        partitions,
    }
}

fn resolve_partition(
    broker: &Broker,
    image: &Image,
    topic: Result<(&Arc<Topic>, Permit), ErrorCode>,
    asked: FetchPartition,
) -> Wanted {
    let log = topic.and_then(|(topic, permit)| {
        let index = PartitionIndex(asked.partition);
        let epoch = LeaderEpoch(asked.current_leader_epoch);
        broker.led_log(permit, image, topic, index, epoch)
    });
    let found = log.and_then(|log| Ok((divergence(&log, &asked)?, log)));
    let (diverging, log) = match found {
        Ok((diverging, log)) => (diverging, Ok(log)),
        Err(error_code) => (None, Err(error_code)),
    };
    Wanted {
        asked,
        log,
        diverging,
    }
}

/// Where the client's log and ours part, if its last epoch ended before the offset it asks for
/// (KIP-595). An epoch that nothing is known of puts the client out of range.
fn divergence(log: &Log, asked: &FetchPartition) -> Result<Option<EpochEndOffset>, ErrorCode> {
    let last_fetched = LeaderEpoch(asked.last_fetched_epoch);
    if last_fetched.0 < 0 {
        return Ok(None);
    }
    let end = log
        .epoch_end_offset(last_fetched)
        .ok_or(ErrorCode::OFFSET_OUT_OF_RANGE)?;
    let diverges = end.end_offset < asked.fetch_offset || end.epoch.0 < last_fetched.0;
    Ok(diverges.then_some(EpochEndOffset {
        epoch: end.epoch.0,
        end_offset: end.end_offset,
    }))
}

fn data(index: i32, high_watermark: i64, last_stable: i64, log_start: i64) -> PartitionData {
    PartitionData {
        partition_index: index,
        high_watermark,
        last_stable_offset: last_stable,
        log_start_offset: log_start,
        // Only who reads committed records is told of aborted ones.
        aborted_transactions: None,
        // Kafka's clients want an empty record set rather than none.
        records: Some(RecordSet::new()),
        ..PartitionData::default()
    }
}

fn failure(index: i32, error_code: ErrorCode) -> PartitionData {
    PartitionData {
        error_code,
        ..data(index, -1, -1, -1)
    }
}
