//! Metadata (3): brokers, topics, partitions and their leaders; creates topics on first use.
//!
//! KIP-4, KIP-430 (authorized operations), KIP-516 (topic ids), KIP-1102 (version 13 tells the
//! client to bootstrap again). Topics are answered in the order asked for, one that is repeated
//! once; all of them by name.

use std::collections::{BTreeSet, HashSet};

use model::TopicName;
use protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};
use protocol::{ErrorCode, Response, Str};

use authz::{Operation, Resource, ResourceType, authorized_operations};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::reply::Reply;
use crate::topics::{self, PARTITIONS_PER_REQUEST_MAX};

/// First version in which an empty list of topics means none, and null all of them.
const NULL_MEANS_ALL_VERSION: i16 = 1;
/// First version in which a topic can be named by its id alone: before, the id has a place but the
/// name cannot be null in the answer.
const NULL_NAME_VERSION: i16 = 12;
/// Absent `authorized_operations`.
const NOT_ASKED: i32 = i32::MIN;

/// Answers with one image, in which topics that had to be created exist already.
pub async fn handle(broker: &Broker, context: &RequestContext, request: MetadataRequest) -> Reply {
    let asked = match &request.topics {
        Some(topics) if topics.is_empty() && context.version < NULL_MEANS_ALL_VERSION => None,
        other => other.as_ref(),
    };
    let unnamed = |topic: &MetadataRequestTopic| topic.name.is_none() || !topic.topic_id.is_zero();
    if let Some(asked) = asked
        && context.version < NULL_NAME_VERSION
        && asked.iter().any(unnamed)
    {
        return Reply::Now(Response::Metadata(refuse(asked)));
    }
    let operations = request.include_topic_authorized_operations;
    if let Some(asked) = asked
        && request.allow_auto_topic_creation
    {
        create_missing(broker, context, asked).await;
    }
    let image = broker.metadata.image();
    let topics = match asked {
        None => {
            let describable = |topic: &Topic| {
                context.allows(Operation::Describe, Resource::topic(topic.name.as_str()))
            };
            image
                .topics()
                .filter(|topic| describable(topic))
                .map(|topic| found(&image, context, topic, operations))
                .collect()
        }
        Some(asked) => {
            let mut seen = HashSet::new();
            asked
                .iter()
                .filter(|topic| seen.insert((topic.topic_id, &topic.name)))
                .map(|topic| answer(&image, context, topic, operations))
                .collect()
        }
    };
    Reply::Now(Response::Metadata(respond(
        &image, context, &request, topics,
    )))
}

/// Kafka's answer to topic ids in a version that has a field for them and no use.
fn refuse(asked: &[MetadataRequestTopic]) -> MetadataResponse {
    let topics = asked.iter().map(|topic| MetadataResponseTopic {
        error_code: ErrorCode::INVALID_REQUEST,
        name: Some(topic.name.clone().unwrap_or_default()),
        topic_id: topic.topic_id,
        topic_authorized_operations: NOT_ASKED,
        ..MetadataResponseTopic::default()
    });
    MetadataResponse {
        topics: topics.collect(),
        controller_id: -1,
        cluster_authorized_operations: NOT_ASKED,
        ..MetadataResponse::default()
    }
}

fn respond(
    image: &Image,
    context: &RequestContext,
    request: &MetadataRequest,
    topics: Vec<MetadataResponseTopic>,
) -> MetadataResponse {
    let endpoint = image.broker.endpoints.get(&context.connection.listener);
    let brokers = endpoint.map(|endpoint| MetadataResponseBroker {
        node_id: image.broker.id.0,
        host: Str::from(endpoint.host.as_str()),
        port: i32::from(endpoint.port),
        rack: image.broker.rack.as_deref().map(Str::from),
    });
    let cluster_operations = request.include_cluster_authorized_operations.then(|| {
        authorized_operations(ResourceType::Cluster, |operation| {
            context.allows(operation, Resource::cluster())
        })
    });
    MetadataResponse {
        brokers: brokers.into_iter().collect(),
        cluster_id: Some(Str::from(&*image.cluster_id)),
        controller_id: image.broker.id.0,
        topics,
        cluster_authorized_operations: cluster_operations.unwrap_or(NOT_ASKED),
        ..MetadataResponse::default()
    }
}

/// Creates the named topics that do not exist, as far as configuration and rights allow, and no
/// more partitions than CreateTopics would.
async fn create_missing(broker: &Broker, context: &RequestContext, asked: &[MetadataRequestTopic]) {
    let image = broker.metadata.image();
    let missing: BTreeSet<TopicName> = asked
        .iter()
        .filter_map(|topic| topic.name.as_deref())
        .filter(|name| image.topic(name).is_none())
        .filter(|name| context.allows(Operation::Create, Resource::topic(name)))
        .filter_map(|name| TopicName::new(name).ok())
        .collect();
    if !missing.is_empty() {
        let partitions = broker.config.current().topics.partitions.max(1);
        let most = usize::try_from(PARTITIONS_PER_REQUEST_MAX / partitions).unwrap_or(0);
        let missing = missing.into_iter().take(most).collect();
        topics::create_on_first_use(broker, context.now_ms, missing).await;
    }
}

fn answer(
    image: &Image,
    context: &RequestContext,
    asked: &MetadataRequestTopic,
    operations: bool,
) -> MetadataResponseTopic {
    let by_id = !asked.topic_id.is_zero();
    let topic = match (by_id, &asked.name) {
        (true, _) => image.topic_by_id(asked.topic_id),
        (false, Some(name)) => image.topic(name),
        (false, None) => None,
    };
    let name = topic
        .map(|t| t.name.as_str())
        .or(asked.name.as_deref())
        .unwrap_or_default();
    if !context.allows(Operation::Describe, Resource::topic(name)) {
        // Whoever asked by id does not learn the name.
        return if by_id {
            missing(asked, ErrorCode::UNKNOWN_TOPIC_ID)
        } else {
            missing(asked, ErrorCode::TOPIC_AUTHORIZATION_FAILED)
        };
    }
    match topic {
        Some(topic) => found(image, context, topic, operations),
        None if by_id => missing(asked, ErrorCode::UNKNOWN_TOPIC_ID),
        None if TopicName::new(name).is_err() => missing(asked, ErrorCode::INVALID_TOPIC_EXCEPTION),
        None => missing(asked, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
    }
}

fn missing(asked: &MetadataRequestTopic, error_code: ErrorCode) -> MetadataResponseTopic {
    MetadataResponseTopic {
        error_code,
        name: if asked.topic_id.is_zero() {
            asked.name.clone()
        } else {
            None
        },
        topic_id: asked.topic_id,
        topic_authorized_operations: NOT_ASKED,
        ..MetadataResponseTopic::default()
    }
}

fn found(
    image: &Image,
    context: &RequestContext,
    topic: &Topic,
    operations: bool,
) -> MetadataResponseTopic {
    let name = topic.name.as_str();
    MetadataResponseTopic {
        error_code: ErrorCode::NONE,
        name: Some(Str::from(name)),
        topic_id: topic.id,
        is_internal: topics::is_internal(name),
        partitions: (0..topic.partitions)
            .map(|index| partition(image, topic, index))
            .collect(),
        topic_authorized_operations: if operations {
            authorized_operations(ResourceType::Topic, |operation| {
                context.allows(operation, Resource::topic(name))
            })
        } else {
            NOT_ASKED
        },
    }
}

fn partition(image: &Image, topic: &Topic, index: i32) -> MetadataResponsePartition {
    let partition = image.partition(topic, model::PartitionIndex(index));
    let replicas: Vec<i32> = partition
        .iter()
        .flat_map(|p| &p.replicas)
        .map(|broker| broker.0)
        .collect();
    MetadataResponsePartition {
        error_code: ErrorCode::NONE,
        partition_index: index,
        leader_id: partition
            .as_ref()
            .and_then(|p| p.leader)
            .map_or(-1, |broker| broker.0),
        leader_epoch: partition.map_or(-1, |p| p.leader_epoch.0),
        isr_nodes: replicas.clone(),
        replica_nodes: replicas,
        offline_replicas: Vec::new(),
    }
}
