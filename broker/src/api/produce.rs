//! Produce (0): appends record batches to partitions.
//!
//! The effect, with its offsets, is ordered here; where a partition waits for a flush, the answer
//! comes later and the next request is acted on meanwhile. KIP-98 (idempotence), KIP-467 (record
//! errors), KIP-516 (topic ids from version 13), KIP-951 (the leader in the answer).

use model::{LeaderEpoch, PartitionIndex};
use protocol::messages::produce::{
    BatchIndexAndErrorMessage, PartitionProduceData, PartitionProduceResponse, ProduceRequest,
    ProduceResponse, TopicProduceData, TopicProduceResponse,
};
use protocol::{ErrorCode, ErrorCounts, Response, Str};
use records::{BatchHeader, Compression};
use storage::{AppendError, AppendOrigin, Appended, Commit, Conversion};

use authz::Permit;
use authz::checks::table::{PRODUCE_TOPIC, PRODUCE_TRANSACTION};

use super::error::{append_error, append_message};
use crate::broker::Broker;
use crate::config::{BrokerConfig, REPLICAS_MAX};
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::metrics::Delayed;
use crate::reply::Reply;
use crate::topics;

/// First version that names topics by id.
const TOPIC_ID_VERSION: i16 = 13;
/// First version in which zstd may be used.
const ZSTD_VERSION: i16 = 7;
const ZSTD_TOO_EARLY: &str = "zstd needs Produce version 7 or newer";
const ACKS_NONE: i16 = 0;
const ACKS_ALL: i16 = -1;

/// What one partition answers, and what it waits for.
struct Outcome {
    response: PartitionProduceResponse,
    commit: Commit,
    converted: Option<Conversion>,
}

/// Appends to partitions of one topic.
struct Write<'a> {
    broker: &'a Broker,
    context: &'a RequestContext,
    image: &'a Image,
    topic: &'a Topic,
    permit: Permit,
}

/// Appends all partitions, then answers or lets the answer follow the flush.
pub fn handle(broker: &Broker, context: &RequestContext, request: ProduceRequest) -> Reply {
    let image = broker.metadata.image();
    let config = broker.config.current();
    let acks = request.acks;
    let refusal = refusal(context, &request);
    let mut failed = false;
    let mut converted: Option<Conversion> = None;
    let mut waits = Vec::new();
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for data in request.topic_data {
        let topic = resolve(&image, context, &data).and_then(|(topic, permit)| {
            if !(-1..=1).contains(&acks) {
                return Err(ErrorCode::INVALID_REQUIRED_ACKS);
            }
            Ok((topic, permit))
        });
        let mut partitions = Vec::with_capacity(data.partition_data.len());
        for partition in data.partition_data {
            let index = partition.index;
            let outcome = match (&refusal, &topic) {
                (Some(error_code), _) | (None, Err(error_code)) => {
                    Outcome::failure(index, *error_code, None)
                }
                (None, Ok((topic, permit))) => {
                    let enough = enough_replicas(&config, acks, topic);
                    let write = Write {
                        broker,
                        context,
                        image: &image,
                        topic,
                        permit: *permit,
                    };
                    write.partition(partition, enough)
                }
            };
            failed |= !outcome.response.error_code.is_none();
            converted = Conversion::sum(converted, outcome.converted);
            if !outcome.commit.ready() {
                waits.push(((responses.len(), partitions.len()), outcome.commit));
            }
            partitions.push(outcome.response);
        }
        responses.push(TopicProduceResponse {
            name: data.name,
            topic_id: data.topic_id,
            partition_responses: partitions,
        });
    }
    if let Some(converted) = converted {
        let requests = &broker.metrics.requests;
        requests.converted(context.position, converted);
    }
    let response = ProduceResponse {
        responses,
        ..ProduceResponse::default()
    };
    match (acks, failed) {
        (ACKS_NONE, true) => {
            let errors = errors(&response);
            broker.metrics.requests.answered(context.position, &errors);
            Reply::Close
        }
        (ACKS_NONE, false) => Reply::Silent,
        _ if waits.is_empty() => Reply::Now(Response::Produce(response)),
        _ => {
            let delayed = broker.metrics.waiting.produce.enter(waits.len());
            Reply::later(committed(response, waits, delayed))
        }
    }
}

/// The error codes of an answer that nobody gets.
fn errors(response: &ProduceResponse) -> ErrorCounts {
    let partitions = response
        .responses
        .iter()
        .flat_map(|t| &t.partition_responses);
    let mut errors = ErrorCounts::default();
    partitions.for_each(|partition| errors.add(partition.error_code));
    errors
}

/// The answer once all that `waits` is committed, or cannot be.
async fn committed(
    mut response: ProduceResponse,
    waits: Vec<((usize, usize), Commit)>,
    _delayed: Delayed,
) -> Response {
    for ((topic, partition), commit) in waits {
        if commit.wait().await.is_err() {
            let slot = &mut response.responses[topic].partition_responses[partition];
            *slot = Outcome::failure(slot.index, ErrorCode::KAFKA_STORAGE_ERROR, None).response;
        }
    }
    Response::Produce(response)
}

/// What is wrong with the whole request.
fn refusal(context: &RequestContext, request: &ProduceRequest) -> Option<ErrorCode> {
    if has_transactional_records(request) {
        let denied = match &request.transactional_id {
            Some(id) => context.check(&PRODUCE_TRANSACTION, id).err(),
            None => Some(PRODUCE_TRANSACTION.denied),
        };
        if denied.is_some() {
            return denied;
        }
    }
    // Transactions are not served yet; see InitProducerId.
    request
        .transactional_id
        .as_ref()
        .map(|_| ErrorCode::INVALID_REQUEST)
}

/// Whether some partition begins with a transactional batch.
fn has_transactional_records(request: &ProduceRequest) -> bool {
    let partitions = request.topic_data.iter().flat_map(|t| &t.partition_data);
    partitions
        .filter_map(|partition| BatchHeader::parse(partition.records.as_ref()?).ok())
        .any(|header| header.attributes.is_transactional())
}

/// The topic, with the right to write to it. Existence is looked at after the right, but that of
/// an id: ids are no secrets.
fn resolve<'a>(
    image: &'a Image,
    context: &RequestContext,
    data: &TopicProduceData,
) -> Result<(&'a Topic, Permit), ErrorCode> {
    let topic = if context.version >= TOPIC_ID_VERSION {
        let topic = image.topic_by_id(data.topic_id);
        Some(topic.ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?)
    } else {
        image.topic(&data.name)
    };
    let name = topic.map_or(&*data.name, |topic| topic.name.as_str());
    let permit = context.check_all(&PRODUCE_TOPIC, name, data.partition_data.len())?;
    let topic = topic.ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    if topics::is_internal(name) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    Ok((topic, permit))
}

/// acks=all waits for `min.insync.replicas`, and one node has one.
fn enough_replicas(config: &BrokerConfig, acks: i16, topic: &Topic) -> Result<(), ErrorCode> {
    let wanted = config.min_insync_replicas(&topic.configs);
    if acks == ACKS_ALL && wanted > REPLICAS_MAX {
        return Err(ErrorCode::NOT_ENOUGH_REPLICAS);
    }
    Ok(())
}

impl Write<'_> {
    fn partition(&self, data: PartitionProduceData, enough: Result<(), ErrorCode>) -> Outcome {
        let index = data.index;
        let led = self.broker.led_log(
            self.permit,
            self.image,
            self.topic,
            PartitionIndex(index),
            LeaderEpoch(-1),
        );
        let log = match led {
            Ok(log) => log,
            Err(error_code) => return Outcome::failure(index, error_code, None),
        };
        let (all, topic) = (
            &self.broker.metrics.topics,
            self.broker.metrics.topic(self.topic),
        );
        if let Err(error_code) = enough {
            all.asked(topic);
            all.produce_failed(topic);
            return Outcome::failure(index, error_code, None);
        }
        let records = data.records.unwrap_or_default();
        if zstd_too_early(self.context, &records) {
            all.asked(topic);
            let error_code = ErrorCode::UNSUPPORTED_COMPRESSION_TYPE;
            return Outcome::failure(index, error_code, Some(ZSTD_TOO_EARLY));
        }
        let bytes = records.len();
        let epoch = self.image.leader_epoch_of(self.topic);
        match log.append(records, AppendOrigin::Client, epoch, self.context.now_ms) {
            Ok(appended) => {
                all.appended(topic, bytes, &appended);
                Outcome::success(index, appended)
            }
            Err(error) => {
                all.asked(topic);
                all.refused(topic, bytes, &error);
                self.broker.report_append_failure(self.topic, index, &error);
                Outcome::refused(index, &error)
            }
        }
    }
}

/// Before version 7 nobody could know zstd, so nobody may send it.
fn zstd_too_early(context: &RequestContext, records: &[u8]) -> bool {
    context.version < ZSTD_VERSION
        && BatchHeader::parse(records)
            .is_ok_and(|header| header.attributes.compression() == Compression::Zstd)
}

impl Outcome {
    fn success(index: i32, appended: Appended) -> Self {
        let response = PartitionProduceResponse {
            index,
            base_offset: appended.base_offset,
            log_append_time_ms: appended.log_append_time_ms.unwrap_or(-1),
            log_start_offset: appended.log_start_offset,
            ..PartitionProduceResponse::default()
        };
        Self {
            response,
            commit: appended.commit,
            converted: appended.converted,
        }
    }

    fn refused(index: i32, error: &AppendError) -> Self {
        let mut outcome = Self::failure(index, append_error(error), None);
        outcome.response.error_message = Some(Str::from(error.to_string()));
        outcome.response.record_errors = append_message(error)
            .map(|(batch_index, message)| BatchIndexAndErrorMessage {
                batch_index,
                batch_index_error_message: Some(Str::from(message)),
            })
            .into_iter()
            .collect();
        outcome
    }

    /// A failure never claims an offset.
    fn failure(index: i32, error_code: ErrorCode, message: Option<&'static str>) -> Self {
        let response = PartitionProduceResponse {
            index,
            error_code,
            base_offset: -1,
            error_message: message.map(Str::from_static),
            ..PartitionProduceResponse::default()
        };
        Self {
            response,
            commit: Commit::Ready,
            converted: None,
        }
    }
}
