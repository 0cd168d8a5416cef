//! DeleteTopics (20): deletes topics by name or by id.
//!
//! KIP-4, KIP-516 (ids). What a deleted topic's groups had committed goes with it.

use std::collections::HashMap;

use authz::checks::table::{DELETE_TOPICS, DELETE_TOPICS_DESCRIBE};
use authz::{Permit, Resource};
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
/// Kafka's sentence.
const DENIED: &str = "Topic authorization failed.";

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
            Some(_) => Err(Refused {
                name: topic.name.clone(),
                failure: repeated(&topic),
            }),
        };
        responses.push(respond(topic, outcome));
    }
    // No place of an answer tells whether its topic exists or may not be seen.
    broker.random.shuffle(&mut responses);
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

/// A topic that is gone.
struct Deleted {
    name: Str,
    id: TopicId,
}

/// Why a topic stays, and its name where the caller may know it.
struct Refused {
    name: Option<Str>,
    failure: Failure,
}

async fn delete(
    broker: &Broker,
    context: &RequestContext,
    asked: &DeleteTopicState,
) -> Result<Deleted, Refused> {
    let refused = |failure| Refused {
        name: asked.name.clone(),
        failure,
    };
    if !broker.config.current().topics.delete_enable {
        return Err(refused(Failure::bare(
            if context.version < DELETION_DISABLED_VERSION {
                ErrorCode::INVALID_REQUEST
            } else {
                ErrorCode::TOPIC_DELETION_DISABLED
            },
        )));
    }
    let permit = authorize(&broker.metadata.image(), context, asked)?;
    let decide = |image: &Image| {
        let topic = find(image, asked)?;
        let record = MetadataRecord::TopicDeleted {
            id: topic.id.to_string(),
        };
        Ok((vec![record], (topic.name.clone(), topic.id)))
    };
    match broker.commit(permit, context.now_ms, decide).await {
        Ok((name, id)) => {
            info!(topic = %name, "deleted topic");
            context.changed(Resource::topic(name.as_str()), "deleted");
            let name = Str::from(name.as_str());
            Ok(Deleted { name, id })
        }
        Err(CommitError::Refused(failure)) => Err(refused(failure)),
        Err(other) => Err(refused(Failure::new(
            ErrorCode::KAFKA_STORAGE_ERROR,
            other.to_string(),
        ))),
    }
}

/// The right to delete a topic, which exists. Who may not describe it does not learn whether it
/// does, and who asked by its id not its name.
fn authorize(
    image: &Image,
    context: &RequestContext,
    asked: &DeleteTopicState,
) -> Result<Permit, Refused> {
    let denied = |name: Option<&Str>, error_code| Refused {
        name: name.cloned(),
        failure: Failure::new(error_code, DENIED),
    };
    let refused = |failure| Refused {
        name: asked.name.clone(),
        failure,
    };
    let found = find(image, asked);
    match (&asked.name, found) {
        (Some(name), found) if asked.topic_id.is_zero() => {
            context
                .check(&DELETE_TOPICS_DESCRIBE, name)
                .map_err(|error_code| denied(Some(name), error_code))?;
            found.map_err(refused)?;
            context
                .check(&DELETE_TOPICS, name)
                .map_err(|error_code| denied(Some(name), error_code))
        }
        (_, Err(failure)) => Err(refused(failure)),
        (_, Ok(topic)) => {
            let name = topic.name.as_str();
            let permit = context.check(&DELETE_TOPICS, name);
            permit.map_err(|error_code| {
                let described = context.check(&DELETE_TOPICS_DESCRIBE, name).is_ok();
                denied(described.then(|| Str::from(name)).as_ref(), error_code)
            })
        }
    }
}

fn find<'a>(image: &'a Image, asked: &DeleteTopicState) -> Result<&'a Topic, Failure> {
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
    topic.map(|topic| &**topic).ok_or(Failure::bare(unknown))
}

fn respond(asked: DeleteTopicState, outcome: Result<Deleted, Refused>) -> DeletableTopicResult {
    match outcome {
        Ok(deleted) => DeletableTopicResult {
            name: Some(deleted.name),
            topic_id: deleted.id,
            ..DeletableTopicResult::default()
        },
        Err(refused) => DeletableTopicResult {
            name: refused.name,
            topic_id: asked.topic_id,
            error_code: refused.failure.error_code,
            error_message: refused.failure.message(),
        },
    }
}
