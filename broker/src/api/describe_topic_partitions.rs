//! DescribeTopicPartitions (75): topics and their partitions, page by page, in the order of names.
//!
//! KIP-966. A page ends after so many partitions; its cursor says where the next one begins.

use std::collections::BTreeSet;

use authz::Resource;
use authz::checks::table::DESCRIBE_TOPIC_PARTITIONS;
use model::{PartitionIndex, TopicName};
use protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::reply::Reply;
use crate::topics;

/// Answers one page from one image.
pub fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: &DescribeTopicPartitionsRequest,
) -> Reply {
    let image = broker.metadata.image();
    let limit = usize::try_from(request.response_partition_limit).unwrap_or(0);
    let limit = limit
        .min(broker.config.current().described_partitions_max)
        .max(1);
    let (first, first_partition) = match &request.cursor {
        Some(cursor) => (&*cursor.topic_name, cursor.partition_index.max(0)),
        None => ("", 0),
    };
    let every = request.topics.is_empty();
    let names: BTreeSet<&str> = if every {
        image
            .topics_from(first)
            .map(|topic| topic.name.as_str())
            .collect()
    } else {
        request
            .topics
            .iter()
            .map(|t| &*t.name)
            .filter(|name| *name >= first)
            .collect()
    };
    let mut response = DescribeTopicPartitionsResponse::default();
    let mut room = limit;
    let (names, denied) = described(context, names, every);
    for name in names {
        let Some(topic) = image.topic(name) else {
            let error_code = match TopicName::new(name) {
                Ok(_) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                Err(_) => ErrorCode::INVALID_TOPIC_EXCEPTION,
            };
            response.topics.push(DescribeTopicPartitionsResponseTopic {
                topic_authorized_operations: context.authorized_operations(Resource::topic(name)),
                ..missing(name, error_code)
            });
            continue;
        };
        let from = if name == first { first_partition } else { 0 };
        if room == 0 {
            response.next_cursor = Some(cursor(name, 0));
            break;
        }
        let end = topic
            .partitions
            .min(from.saturating_add(i32::try_from(room).unwrap_or(i32::MAX)));
        response
            .topics
            .push(found(&image, context, topic, from..end));
        room -= usize::try_from(end - from).unwrap_or(0).min(room);
        if end < topic.partitions {
            response.next_cursor = Some(cursor(name, end));
            break;
        }
    }
    response.topics.extend(denied);
    Reply::Now(Response::DescribeTopicPartitions(response))
}

/// The topics that the caller may see, and the answers of those that were named and may not be
/// seen: whether they exist is not looked at.
fn described<'a>(
    context: &RequestContext,
    names: BTreeSet<&'a str>,
    every: bool,
) -> (Vec<&'a str>, Vec<DescribeTopicPartitionsResponseTopic>) {
    let mut denied = Vec::new();
    let mut seen = Vec::with_capacity(names.len());
    for name in names {
        if every {
            seen.extend(
                context
                    .allows(&DESCRIBE_TOPIC_PARTITIONS, name)
                    .then_some(name),
            );
            continue;
        }
        match context.check(&DESCRIBE_TOPIC_PARTITIONS, name) {
            Ok(_permit) => seen.push(name),
            Err(error_code) => denied.push(missing(name, error_code)),
        }
    }
    (seen, denied)
}

fn cursor(name: &str, partition_index: i32) -> Cursor {
    Cursor {
        topic_name: Str::from(name),
        partition_index,
    }
}

fn missing(name: &str, error_code: ErrorCode) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic {
        error_code,
        name: Some(Str::from(name)),
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

fn found(
    image: &Image,
    context: &RequestContext,
    topic: &Topic,
    indexes: std::ops::Range<i32>,
) -> DescribeTopicPartitionsResponseTopic {
    let name = topic.name.as_str();
    DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::NONE,
        name: Some(Str::from(name)),
        topic_id: topic.id,
        is_internal: topics::is_internal(name),
        partitions: indexes
            .filter_map(|index| partition(image, topic, index))
            .collect(),
        topic_authorized_operations: context.authorized_operations(Resource::topic(name)),
    }
}

fn partition(
    image: &Image,
    topic: &Topic,
    index: i32,
) -> Option<DescribeTopicPartitionsResponsePartition> {
    let partition = image.partition(topic, PartitionIndex(index))?;
    let replicas: Vec<i32> = partition.replicas.iter().map(|broker| broker.0).collect();
    Some(DescribeTopicPartitionsResponsePartition {
        error_code: ErrorCode::NONE,
        partition_index: index,
        leader_id: partition.leader.map_or(-1, |broker| broker.0),
        leader_epoch: partition.leader_epoch.0,
        isr_nodes: replicas.clone(),
        replica_nodes: replicas,
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        offline_replicas: Vec::new(),
    })
}
