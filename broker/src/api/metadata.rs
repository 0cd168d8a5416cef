//! Metadata (3): brokers, topics, partitions and their leaders; creates topics on first use.
//!
//! KIP-4, KIP-430 (authorized operations), KIP-516 (topic ids), KIP-1102 (version 13 tells the
//! client to bootstrap again). Topics are answered in the order asked for, one that is repeated
//! once; all of them by name.

use std::collections::{BTreeMap, HashSet};

use model::TopicName;
use protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};
use protocol::{ErrorCode, Response, Str};

use authz::checks::table::{METADATA_CLUSTER_OPERATIONS, METADATA_CREATE_TOPIC, METADATA_TOPIC};
use authz::{Permit, Resource};

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
    let topics = match asked {
        None => {
            let image = broker.metadata.image();
            image
                .topics()
                .filter(|topic| context.allows(&METADATA_TOPIC, topic.name.as_str()))
                .map(|topic| found(&image, context, topic, operations))
                .collect()
        }
        Some(asked) => {
            let mut seen = HashSet::new();
            let asked: Vec<_> = asked
                .iter()
                .filter(|topic| seen.insert((topic.topic_id, &topic.name)))
                .collect();
            let rights = rights(broker, context, &asked, request.allow_auto_topic_creation);
            create_missing(broker, context, &asked, &rights).await;
            let image = broker.metadata.image();
            let answers = asked.iter().zip(rights);
            answers
                .map(|(topic, right)| answer(&image, context, topic, right, operations))
                .collect()
        }
    };
    let image = broker.metadata.image();
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
        let permit = context.check(&METADATA_CLUSTER_OPERATIONS, "");
        permit.map_or(0, |_| context.authorized_operations(Resource::cluster()))
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

/// What the caller may do with one topic that was asked for.
enum Right {
    /// See it.
    Describe,
    /// See that it is missing, and have it created.
    Create(Permit),
    /// Nothing: it is not looked at whether it exists.
    Denied(ErrorCode),
}

/// Decides about each topic before anything is created.
fn rights(
    broker: &Broker,
    context: &RequestContext,
    asked: &[&MetadataRequestTopic],
    may_create: bool,
) -> Vec<Right> {
    let image = broker.metadata.image();
    let creates = may_create && broker.config.current().topics.auto_create;
    let right = |asked: &&MetadataRequestTopic| {
        let topic = find(&image, asked);
        let Some(name) = topic.map(|t| t.name.as_str()).or(asked.name.as_deref()) else {
            // An id that no topic has: ids are no secrets.
            return Right::Describe;
        };
        if let Err(error_code) = context.check(&METADATA_TOPIC, name) {
            return Right::Denied(error_code);
        }
        let own = may_create && topics::is_internal(name);
        if topic.is_some() || !(creates || own) || !asked.topic_id.is_zero() {
            return Right::Describe;
        }
        match context.check(&METADATA_CREATE_TOPIC, name) {
            Ok(permit) => Right::Create(permit),
            Err(error_code) => Right::Denied(error_code),
        }
    };
    asked.iter().map(right).collect()
}

/// Creates what is missing, as far as configuration and rights allow, and no more partitions than
/// CreateTopics would.
async fn create_missing(
    broker: &Broker,
    context: &RequestContext,
    asked: &[&MetadataRequestTopic],
    rights: &[Right],
) {
    let missing: BTreeMap<TopicName, Permit> = asked
        .iter()
        .zip(rights)
        .filter_map(|(asked, right)| match (right, asked.name.as_deref()) {
            (Right::Create(permit), Some(name)) => Some((TopicName::new(name).ok()?, *permit)),
            _ => None,
        })
        .collect();
    let partitions = broker.config.current().topics.partitions.max(1);
    let most = usize::try_from(PARTITIONS_PER_REQUEST_MAX / partitions).unwrap_or(0);
    for (name, permit) in missing.into_iter().take(most) {
        topics::create_on_first_use(broker, permit, context.now_ms, vec![name]).await;
    }
}

fn find<'a>(image: &'a Image, asked: &MetadataRequestTopic) -> Option<&'a Topic> {
    let topic = match (asked.topic_id.is_zero(), &asked.name) {
        (false, _) => image.topic_by_id(asked.topic_id),
        (true, Some(name)) => image.topic(name),
        (true, None) => None,
    };
    topic.map(|topic| &**topic)
}

fn answer(
    image: &Image,
    context: &RequestContext,
    asked: &MetadataRequestTopic,
    right: Right,
    operations: bool,
) -> MetadataResponseTopic {
    // Whoever asked by id does not learn the name, but that there is one.
    if let Right::Denied(error_code) = right {
        return missing(asked, error_code);
    }
    let name = asked.name.as_deref().unwrap_or_default();
    let error_code = match find(image, asked) {
        Some(topic) => return found(image, context, topic, operations),
        None if !asked.topic_id.is_zero() => return missing(asked, ErrorCode::UNKNOWN_TOPIC_ID),
        None if TopicName::new(name).is_err() => ErrorCode::INVALID_TOPIC_EXCEPTION,
        None => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    };
    let mut answer = missing(asked, error_code);
    if operations {
        answer.topic_authorized_operations = context.authorized_operations(Resource::topic(name));
    }
    answer
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
            context.authorized_operations(Resource::topic(name))
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
