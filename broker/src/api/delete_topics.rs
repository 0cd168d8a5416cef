//! DeleteTopics (20): deletes topics by name or by id.
//!
//! KIP-4, KIP-516 (ids). What a deleted topic's groups had committed goes with it.

use std::collections::HashMap;

use authz::{Operation, Resource};
use model::TopicId;
use protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use protocol::{ErrorCode, Response, Str};
use tracing::info;

use super::error::Failure;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image, MetadataRecord, Topic};
use crate::reply::Reply;

/// First version in which a switched-off deletion has an error of its own.
const DELETION_DISABLED_VERSION: i16 = 3;
/// First version that names topics by id, too.
const TOPIC_ID_VERSION: i16 = 6;

/// Deletes one topic after the other; each has its own outcome. One that is repeated is not
/// deleted, and answered once.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DeleteTopicsRequest,
) -> Reply {
    let asked = if context.version >= TOPIC_ID_VERSION {
        request.topics
    } else {
        let named = |name| DeleteTopicState {
            name: Some(name),
            ..DeleteTopicState::default()
        };
        request.topic_names.into_iter().map(named).collect()
    };
    let mut times: HashMap<_, usize> = HashMap::new();
    for topic in &asked {
        *times.entry(key(topic)).or_default() += 1;
    }
    let mut responses = Vec::with_capacity(times.len());
    for topic in asked {
        let outcome = match times.remove(&key(&topic)) {
            None => continue,
            Some(1) => delete(broker, context, &topic).await,
            Some(_) => Err(repeated(&topic)),
        };
        responses.push(respond(topic, outcome));
    }
    Reply::Now(Response::DeleteTopics(DeleteTopicsResponse {
        responses,
        ..DeleteTopicsResponse::default()
    }))
}

fn key(topic: &DeleteTopicState) -> (Option<Str>, TopicId) {
    (topic.name.clone(), topic.topic_id)
}

fn repeated(topic: &DeleteTopicState) -> Failure {
    let message = match topic.name {
        Some(_) => "Duplicate topic name.",
        None => "Duplicate topic id.",
    };
    Failure::new(ErrorCode::INVALID_REQUEST, message)
}

/// Gives the name of the topic that is gone.
async fn delete(
    broker: &Broker,
    context: &RequestContext,
    asked: &DeleteTopicState,
) -> Result<Str, Failure> {
    if !broker.config.current().topics.delete_enable {
        return Err(Failure::bare(
            if context.version < DELETION_DISABLED_VERSION {
                ErrorCode::INVALID_REQUEST
            } else {
                ErrorCode::TOPIC_DELETION_DISABLED
            },
        ));
    }
    let decide = |image: &Image| {
        let topic = find(image, context, asked)?;
        let record = MetadataRecord::TopicDeleted {
            id: topic.id.to_string(),
        };
        Ok((vec![record], topic.name.clone()))
    };
    match broker.commit(context.now_ms, decide).await {
        Ok(name) => {
            info!(topic = %name, "deleted topic");
            Ok(Str::from(name.as_str()))
        }
        Err(CommitError::Refused(failure)) => Err(failure),
        Err(other) => Err(Failure::new(
            ErrorCode::KAFKA_STORAGE_ERROR,
            other.to_string(),
        )),
    }
}

fn find<'a>(
    image: &'a Image,
    context: &RequestContext,
    asked: &DeleteTopicState,
) -> Result<&'a Topic, Failure> {
    let (topic, unknown) = match (&asked.name, asked.topic_id.is_zero()) {
        (Some(name), true) => (image.topic(name), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        (None, false) => (
            image.topic_by_id(asked.topic_id),
            ErrorCode::UNKNOWN_TOPIC_ID,
        ),
        (Some(_), false) => {
            let message = "You may not specify both topic name and topic id.";
            return Err(Failure::new(ErrorCode::INVALID_REQUEST, message));
        }
        (None, true) => {
            let message = "Neither topic name nor id were specified.";
            return Err(Failure::new(ErrorCode::INVALID_REQUEST, message));
        }
    };
    let name = topic
        .map(|t| t.name.as_str())
        .or(asked.name.as_deref())
        .unwrap_or_default();
    let resource = Resource::topic(name);
    if context.authorize(Operation::Delete, resource).is_err() {
        // Whoever may not see a topic does not learn by its id that it exists.
        let hidden = asked.name.is_none() && !context.allows(Operation::Describe, resource);
        return Err(Failure::bare(if hidden {
            unknown
        } else {
            ErrorCode::TOPIC_AUTHORIZATION_FAILED
        }));
    }
    topic.map(|topic| &**topic).ok_or(Failure::bare(unknown))
}

fn respond(asked: DeleteTopicState, outcome: Result<Str, Failure>) -> DeletableTopicResult {
    match outcome {
        Ok(name) => DeletableTopicResult {
            name: Some(name),
            topic_id: asked.topic_id,
            ..DeletableTopicResult::default()
        },
        Err(failure) => DeletableTopicResult {
            name: asked.name,
            topic_id: asked.topic_id,
            error_code: failure.error_code,
            error_message: failure.message(),
        },
    }
}
