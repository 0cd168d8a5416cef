//! CreatePartitions (37): gives topics more partitions.
//!
//! KIP-195. Records that were appended keep their partitions; there are never fewer.

use std::collections::HashMap;

use authz::Resource;
use authz::checks::table::CREATE_PARTITIONS;
use protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
    CreatePartitionsTopicResult,
};
use protocol::{ErrorCode, Response, Str};
use tracing::info;

use super::error::Failure;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image, MetadataRecord, Topic};
use crate::reply::Reply;
use crate::topics::PARTITIONS_PER_REQUEST_MAX;

/// Grows one topic after the other; each has its own outcome. One that is repeated stays as it is,
/// and is answered once.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: CreatePartitionsRequest,
) -> Reply {
    let mut times: HashMap<&Str, usize> = HashMap::new();
    for topic in &request.topics {
        *times.entry(&topic.name).or_default() += 1;
    }
    let mut results = Vec::with_capacity(request.topics.len());
    let mut room = PARTITIONS_PER_REQUEST_MAX;
    for topic in &request.topics {
        let outcome = match times.remove(&topic.name) {
            None => continue,
            Some(1) => grow(broker, context, topic, request.validate_only, &mut room).await,
            Some(_) => {
                let message = "Duplicate topic name.";
                Err(Failure::new(ErrorCode::INVALID_REQUEST, message))
            }
        };
        let (error_code, error_message) = match outcome {
            Ok(()) => (ErrorCode::NONE, None),
            Err(failure) => (failure.error_code, failure.message()),
        };
        results.push(CreatePartitionsTopicResult {
            name: topic.name.clone(),
            error_code,
            error_message,
        });
    }
    Reply::Now(Response::CreatePartitions(CreatePartitionsResponse {
        results,
        ..CreatePartitionsResponse::default()
    }))
}

async fn grow(
    broker: &Broker,
    context: &RequestContext,
    asked: &CreatePartitionsTopic,
    validate_only: bool,
    room: &mut i32,
) -> Result<(), Failure> {
    let permit = context
        .check(&CREATE_PARTITIONS, &asked.name)
        .map_err(Failure::bare)?;
    let decide = |image: &Image| {
        let topic = image
            .topic(&asked.name)
            .ok_or(Failure::bare(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION))?;
        *room -= check(image, topic, asked, *room)?;
        let id = topic.id.to_string();
        let record = MetadataRecord::Partitions {
            id,
            partitions: asked.count,
        };
        Ok((
            if validate_only {
                Vec::new()
            } else {
                vec![record]
            },
            (),
        ))
    };
    match broker.commit(permit, context.now_ms, decide).await {
        Ok(()) if validate_only => Ok(()),
        Ok(()) => {
            info!(topic = %&*asked.name, partitions = asked.count, "created partitions");
            let change = format_args!("raised to {} partitions", asked.count);
            context.changed(Resource::topic(&asked.name), change);
            Ok(())
        }
        Err(CommitError::Refused(failure)) => Err(failure),
        Err(other) => Err(Failure::new(
            ErrorCode::KAFKA_STORAGE_ERROR,
            other.to_string(),
        )),
    }
}

/// Gives how many partitions are added, `room` at most.
fn check(
    image: &Image,
    topic: &Topic,
    asked: &CreatePartitionsTopic,
    room: i32,
) -> Result<i32, Failure> {
    let invalid = |message| Err(Failure::new(ErrorCode::INVALID_PARTITIONS, message));
    let present = topic.partitions;
    if asked.count == present {
        return invalid(format!("Topic already has {present} partition(s)."));
    }
    if asked.count < present {
        return invalid(format!(
            "The topic {} currently has {present} partition(s); {} would not be an increase.",
            topic.name, asked.count
        ));
    }
    let added = asked.count - present;
    if added > room {
        let message = "Excessively large number of partitions per request.";
        return Err(Failure::new(ErrorCode::POLICY_VIOLATION, message));
    }
    let Some(assignments) = &asked.assignments else {
        return Ok(added);
    };
    let invalid = |message| Failure::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message);
    if i32::try_from(assignments.len()) != Ok(added) {
        return Err(invalid(format!(
            "Attempted to add {added} additional partition(s), but only {} assignment(s) were \
             specified.",
            assignments.len()
        )));
    }
    for assignment in assignments {
        check_replicas(&assignment.broker_ids, image.broker.id.0).map_err(invalid)?;
    }
    Ok(added)
}

/// Whether replicas may lie where `broker_ids` says, on a cluster of one node.
pub fn check_replicas(broker_ids: &[i32], node: i32) -> Result<(), String> {
    match broker_ids {
        [] => Err("The manual partition assignment includes an empty replica list.".to_owned()),
        [one] if *one == node => Ok(()),
        many => match many.iter().find(|&&id| id != node) {
            Some(other) => Err(format!(
                "The manual partition assignment includes broker {other}, but no such broker is \
                 registered."
            )),
            None => Err(format!(
                "The manual partition assignment includes the broker {node} more than once."
            )),
        },
    }
}
