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
use protocol::{ErrorCode, Response, Str};
use records::{BatchHeader, Compression};
use storage::{AppendError, AppendOrigin, Appended, Commit};

use authz::{Operation, Permit, Resource};

use super::error::{append_error, append_message};
use crate::broker::Broker;
use crate::config::{BrokerConfig, REPLICAS_MAX};
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::reply::Reply;
use crate::topics;

/// First version that names topics by id.
const TOPIC_ID_VERSION: i16 = 13;
/// First version in which zstd may be used.
const ZSTD_VERSION: i16 = 7;
const ACKS_NONE: i16 = 0;
const ACKS_ALL: i16 = -1;

/// What one partition answers, and what it waits for.
struct Outcome {
    response: PartitionProduceResponse,
    commit: Commit,
}

/// Appends all partitions, then answers or lets the answer follow the flush.
pub fn handle(broker: &Broker, context: &RequestContext, request: ProduceRequest) -> Reply {
    let image = broker.metadata.image();
    let config = broker.config.current();
    let acks = request.acks;
    let refusal = refusal(context, &request);
    let mut failed = false;
    let mut waits = Vec::new();
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for data in request.topic_data {
        let topic = resolve(&image, context, &data).and_then(|(topic, permit)| {
            enough_replicas(&config, acks, topic)?;
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
                    append(broker, context, &image, topic, *permit, partition)
                }
            };
            failed |= !outcome.response.error_code.is_none();
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
    let mut response = ProduceResponse {
        responses,
        ..ProduceResponse::default()
    };
    match (acks, failed) {
        (ACKS_NONE, true) => Reply::Close,
        (ACKS_NONE, false) => Reply::Silent,
        _ if waits.is_empty() => Reply::Now(Response::Produce(response)),
        _ => Reply::later(async move {
            for ((topic, partition), commit) in waits {
                if commit.wait().await.is_err() {
                    let slot = &mut response.responses[topic].partition_responses[partition];
                    *slot =
                        Outcome::failure(slot.index, ErrorCode::KAFKA_STORAGE_ERROR, None).response;
                }
            }
            Response::Produce(response)
        }),
    }
}

/// What is wrong with the whole request.
fn refusal(context: &RequestContext, request: &ProduceRequest) -> Option<ErrorCode> {
    match &request.transactional_id {
        // Transactions are not served yet; see InitProducerId.
        Some(id) if !context.allows(Operation::Write, Resource::transactional_id(id)) => {
            Some(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        }
        Some(_) => Some(ErrorCode::INVALID_REQUEST),
        None if !(-1..=1).contains(&request.acks) => Some(ErrorCode::INVALID_REQUIRED_ACKS),
        None => None,
    }
}

/// The topic, with the right to write to it. Existence is looked at after the right.
fn resolve<'a>(
    image: &'a Image,
    context: &RequestContext,
    data: &TopicProduceData,
) -> Result<(&'a Topic, Permit), ErrorCode> {
    let (topic, unknown) = if context.version >= TOPIC_ID_VERSION {
        (
            image.topic_by_id(data.topic_id),
            ErrorCode::UNKNOWN_TOPIC_ID,
        )
    } else {
        (
            image.topic(&data.name),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        )
    };
    let name = topic.map_or(&*data.name, |topic| topic.name.as_str());
    let permit = context
        .authorize(Operation::Write, Resource::topic(name))
        .map_err(|_| ErrorCode::TOPIC_AUTHORIZATION_FAILED)?;
    let topic = topic.ok_or(unknown)?;
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

fn append(
    broker: &Broker,
    context: &RequestContext,
    image: &Image,
    topic: &Topic,
    permit: Permit,
    data: PartitionProduceData,
) -> Outcome {
    let index = data.index;
    let log = match broker.led_log(permit, image, topic, PartitionIndex(index), LeaderEpoch(-1)) {
        Ok(log) => log,
        Err(error_code) => return Outcome::failure(index, error_code, None),
    };
    let records = data.records.unwrap_or_default();
    if zstd_too_early(context, &records) {
        let message = "zstd needs Produce version 7 or newer";
        return Outcome::failure(
            index,
            ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
            Some(message),
        );
    }
    let now_ms = context.now_ms;
    let bytes = records.len();
    let epoch = image.leader_epoch_of(topic);
    match log.append(records, AppendOrigin::Client, epoch, now_ms) {
        Ok(appended) => {
            broker.metrics.produced(bytes);
            Outcome::success(index, appended)
        }
        Err(error) => {
            broker.report_append_failure(topic, index, &error);
            Outcome::refused(index, &error)
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
        }
    }
}
