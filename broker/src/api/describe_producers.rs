//! DescribeProducers (61): the producers that partitions remember.
//!
//! KIP-664.

use std::collections::HashSet;

use authz::Permit;
use authz::checks::table::DESCRIBE_PRODUCERS;
use model::TopicName;
use protocol::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState,
    TopicResponse,
};
use protocol::{ErrorCode, Response};

use super::named_log::named_log;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;
use crate::reply::Reply;

/// The request has no place for the epoch that its client believes in.
const NO_EPOCH: i32 = -1;
/// No transaction has touched the producer.
const NONE: i32 = -1;

/// Answers from the producer state of each log; a partition that is repeated once.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DescribeProducersRequest,
) -> Reply {
    let image = broker.metadata.image();
    let mut seen = HashSet::new();
    let topics = request.topics.into_iter().map(|topic| {
        // What can be no topic is told before any right, because it tells nothing.
        let permit = match TopicName::new(&topic.name) {
            Ok(_) => context.check(&DESCRIBE_PRODUCERS, &topic.name),
            Err(_) => Err(ErrorCode::INVALID_TOPIC_EXCEPTION),
        };
        let mut partitions = Vec::new();
        for partition_index in topic.partition_indexes {
            if !seen.insert((topic.name.clone(), partition_index)) {
                continue;
            }
            let found = permit
                .and_then(|permit| describe(broker, permit, &image, &topic.name, partition_index));
            partitions.push(PartitionResponse {
                partition_index,
                error_code: *found.as_ref().err().unwrap_or(&ErrorCode::NONE),
                active_producers: found.unwrap_or_default(),
                ..PartitionResponse::default()
            });
        }
        TopicResponse {
            partitions,
            name: topic.name,
        }
    });
    Reply::Now(Response::DescribeProducers(DescribeProducersResponse {
        topics: topics.collect(),
        ..DescribeProducersResponse::default()
    }))
}

fn describe(
    broker: &Broker,
    permit: Permit,
    image: &Image,
    name: &str,
    index: i32,
) -> Result<Vec<ProducerState>, ErrorCode> {
    let log = named_log(broker, permit, image, name, index, NO_EPOCH)?;
    let states = log.producers().into_iter().map(|producer| ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.producer_epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp_ms,
        coordinator_epoch: NONE,
        current_txn_start_offset: i64::from(NONE),
    });
    Ok(states.collect())
}
