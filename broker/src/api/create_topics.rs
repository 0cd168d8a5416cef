//! CreateTopics (19): creates topics with partitions and configuration.
//!
//! KIP-4, KIP-195 (replica assignments), KIP-464 (-1 for the defaults), KIP-525 (configuration in
//! the answer), KIP-516 (the id in the answer).

use std::collections::{BTreeMap, HashSet};

use authz::Resource;
use authz::checks::table::{CREATE_TOPICS, CREATE_TOPICS_CONFIGS};
use model::{TopicId, TopicName};
use protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest,
    CreateTopicsResponse,
};
use protocol::{ErrorCode, Response, Str};

use super::error::{Failure, create_topic_error};
use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::context::RequestContext;
use crate::metadata;
use crate::reply::Reply;
use crate::topics::{self, NewTopic, PARTITIONS_PER_REQUEST_MAX};

/// A default of the broker is asked for.
const DEFAULT: i32 = -1;

/// Creates one topic after the other; each has its own outcome.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: CreateTopicsRequest,
) -> Reply {
    let mut names = HashSet::new();
    let repeated: HashSet<Str> = request
        .topics
        .iter()
        .filter(|topic| !names.insert(&topic.name))
        .map(|topic| topic.name.clone())
        .collect();
    let mut answered = HashSet::new();
    let mut results = Vec::with_capacity(request.topics.len());
    let mut room = PARTITIONS_PER_REQUEST_MAX;
    for topic in &request.topics {
        let outcome = if repeated.contains(&topic.name) {
            if !answered.insert(topic.name.clone()) {
                continue;
            }
            Err(Failure::new(
                ErrorCode::INVALID_REQUEST,
                "Duplicate topic name.",
            ))
        } else {
            create(broker, context, topic, request.validate_only, &mut room).await
        };
        results.push(respond(broker, context, topic, outcome));
    }
    Reply::Now(Response::CreateTopics(CreateTopicsResponse {
        topics: results,
        ..CreateTopicsResponse::default()
    }))
}

/// What came into being, or would have.
struct Created {
    id: TopicId,
    partitions: i32,
    configs: BTreeMap<String, String>,
}

async fn create(
    broker: &Broker,
    context: &RequestContext,
    asked: &CreatableTopic,
    validate_only: bool,
    room: &mut i32,
) -> Result<Created, Failure> {
    if asked.name == metadata::TOPIC {
        let message = format!(
            "Creation of internal topic {} is prohibited.",
            metadata::TOPIC
        );
        return Err(Failure::new(ErrorCode::INVALID_REQUEST, message));
    }
    let permit = context
        .check(&CREATE_TOPICS, &asked.name)
        .map_err(|error_code| Failure::new(error_code, "Authorization failed."))?;
    let name = TopicName::new(&asked.name)
        .map_err(|e| Failure::new(ErrorCode::INVALID_TOPIC_EXCEPTION, e.to_string()))?;
    // In Kafka's order: who creates a topic that exists hears that before anything else.
    topics::check(&broker.metadata.image(), &name).map_err(|e| create_topic_error(&e))?;
    let config = broker.config.current();
    let topic = NewTopic {
        name,
        configs: configs(&config, asked)?,
        partitions: partitions(&config, broker, asked)?,
    };
    if topic.partitions > *room {
        let message = "Excessively large number of partitions per request.";
        return Err(Failure::new(ErrorCode::POLICY_VIOLATION, message));
    }
    *room -= topic.partitions;
    let (partitions, configs) = (topic.partitions, topic.configs.clone());
    let id = if validate_only {
        TopicId::ZERO
    } else {
        let id = topics::create(broker, permit, context.now_ms, topic)
            .await
            .map_err(|e| create_topic_error(&e))?;
        let change = format_args!("created with {partitions} partitions");
        context.changed(Resource::topic(&asked.name), change);
        id
    };
    Ok(Created {
        id,
        partitions,
        configs,
    })
}

/// How many partitions, by count or by assignment. This node alone can hold replicas.
fn partitions(
    config: &BrokerConfig,
    broker: &Broker,
    asked: &CreatableTopic,
) -> Result<i32, Failure> {
    let replicas = i32::from(asked.replication_factor);
    if !asked.assignments.is_empty() {
        if asked.num_partitions != DEFAULT || replicas != DEFAULT {
            let what = if replicas == DEFAULT {
                "numPartitions"
            } else {
                "replication factor"
            };
            let message = format!(
                "A manual partition assignment was specified, but {what} was not set to -1."
            );
            return Err(Failure::new(ErrorCode::INVALID_REQUEST, message));
        }
        return assigned(broker, asked);
    }
    if replicas < DEFAULT || replicas == 0 {
        let message = "Replication factor must be larger than 0, or -1 to use the default value.";
        return Err(Failure::new(ErrorCode::INVALID_REPLICATION_FACTOR, message));
    }
    let asked_replicas = if replicas == DEFAULT {
        config.topics.replication_factor
    } else {
        replicas
    };
    if config.topics.replication_factor(asked_replicas).is_none() {
        let message = format!(
            "Unable to replicate the partition {asked_replicas} time(s): The target replication \
             factor of {asked_replicas} cannot be reached because only 1 broker(s) are registered."
        );
        return Err(Failure::new(ErrorCode::INVALID_REPLICATION_FACTOR, message));
    }
    match asked.num_partitions {
        DEFAULT => Ok(config.topics.partitions),
        count @ 1.. => Ok(count),
        _ => Err(Failure::new(
            ErrorCode::INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value.",
        )),
    }
}

fn assigned(broker: &Broker, asked: &CreatableTopic) -> Result<i32, Failure> {
    let invalid = |message| Failure::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message);
    let mut indexes: Vec<i32> = asked
        .assignments
        .iter()
        .map(|a| a.partition_index)
        .collect();
    indexes.sort_unstable();
    let count = i32::try_from(indexes.len()).unwrap_or(i32::MAX);
    if !indexes.into_iter().eq(0..count) {
        return Err(invalid(
            "partitions should be a consecutive 0-based integer sequence".to_owned(),
        ));
    }
    let node = broker.metadata.image().broker.id.0;
    for assignment in &asked.assignments {
        super::create_partitions::check_replicas(&assignment.broker_ids, node).map_err(invalid)?;
    }
    Ok(count)
}

fn configs(
    config: &BrokerConfig,
    asked: &CreatableTopic,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut configs = BTreeMap::new();
    for entry in &asked.configs {
        let Some(value) = &entry.value else {
            let message = format!("Null value not supported for topic configs: {}", entry.name);
            return Err(Failure::new(ErrorCode::INVALID_CONFIG, message));
        };
        configs.insert(entry.name.to_string(), value.to_string());
    }
    config
        .check_topic(&configs)
        .map_err(|e| Failure::new(ErrorCode::INVALID_CONFIG, e.to_string()))?;
    Ok(configs)
}

fn respond(
    broker: &Broker,
    context: &RequestContext,
    asked: &CreatableTopic,
    outcome: Result<Created, Failure>,
) -> CreatableTopicResult {
    let name = asked.name.clone();
    let created = match outcome {
        Ok(created) => created,
        Err(failure) => {
            return CreatableTopicResult {
                name,
                error_code: failure.error_code,
                error_message: Some(failure.message),
                ..CreatableTopicResult::default()
            };
        }
    };
    let mut result = CreatableTopicResult {
        name,
        topic_id: created.id,
        error_message: None,
        ..CreatableTopicResult::default()
    };
    if context.allows(&CREATE_TOPICS_CONFIGS, &asked.name) {
        result.num_partitions = created.partitions;
        result.replication_factor = 1;
        let entries = broker
            .config
            .current()
            .layers
            .describe_topic(&created.configs);
        let configs = entries.into_iter().map(|entry| CreatableTopicConfigs {
            name: Str::from(entry.name),
            value: entry.value.map(Str::from),
            read_only: entry.read_only,
            config_source: entry.source.wire_id(),
            is_sensitive: entry.sensitive,
        });
        result.configs = Some(configs.collect());
    } else {
        result.topic_config_error_code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    }
    result
}
