//! OffsetCommit (8): stores positions of a group, durably before the answer.
//!
//! KIP-211 (retention is the broker's, version 5), KIP-320 (leader epochs, version 6), KIP-345
//! (static members, version 7), KIP-848 (GROUP_ID_NOT_FOUND, version 9), KIP-516 (topic ids,
//! version 10). Positions of every version are stored with the topic's id.

use std::sync::Arc;

use authz::checks::table::{OFFSET_COMMIT_GROUP, OFFSET_COMMIT_TOPIC};
use coordinator::{
    Command, CommitPartition, CommitTopic, InstanceId, MemberId, OffsetCommit, OffsetTopic,
    Reply as Answer,
};
use model::{GroupId, LeaderEpoch, PartitionIndex};
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use protocol::{ErrorCode, Response};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{Image, Topic};
use crate::reply::Reply;

/// First version in which a group that does not exist has an error of its own.
const GROUP_NOT_FOUND_VERSION: i16 = 9;
/// First version that names topics by id.
const TOPIC_ID_VERSION: i16 = 10;
/// `retention_time_ms` that leaves it to the broker.
const BROKER_RETENTION: i64 = -1;

/// Commits what can be committed; the rest has its error already.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: OffsetCommitRequest,
) -> Reply {
    let permit = match context.check(&OFFSET_COMMIT_GROUP, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => return Reply::Now(refuse(&request, error_code)),
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(refuse(&request, ErrorCode::INVALID_GROUP_ID));
    };
    let image = broker.metadata.image();
    let mut answer = Vec::with_capacity(request.topics.len());
    let mut topics = Vec::new();
    for topic in &request.topics {
        let (commit, response) = resolve(&image, context, topic);
        topics.extend(commit.filter(|commit| !commit.partitions.is_empty()));
        answer.push(response);
    }
    if topics.is_empty() {
        return Reply::Now(respond(answer));
    }
    let command = Command::OffsetCommit(OffsetCommit {
        group: group.clone(),
        member: MemberId::new(&request.member_id),
        instance: request.group_instance_id.as_deref().map(InstanceId::new),
        generation: request.generation_id_or_member_epoch,
        retention_ms: Some(request.retention_time_ms).filter(|ms| *ms != BROKER_RETENTION),
        names_unknown_group: context.version >= GROUP_NOT_FOUND_VERSION,
        topics,
    });
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Reply::later(async move {
        match pending.wait().await {
            Ok(Answer::OffsetCommit(Ok(topics))) => fill(&mut answer, &topics),
            Ok(Answer::OffsetCommit(Err(error))) => fail(&mut answer, group_error(error)),
            Ok(_) => fail(&mut answer, ErrorCode::UNKNOWN_SERVER_ERROR),
            Err(why) => fail(&mut answer, unavailable(why)),
        }
        respond(answer)
    })
}

/// What of one topic can be committed, and its answer, in which a partition without an error is
/// yet to be decided.
fn resolve(
    image: &Image,
    context: &RequestContext,
    request: &OffsetCommitRequestTopic,
) -> (Option<CommitTopic>, OffsetCommitResponseTopic) {
    let mut response = OffsetCommitResponseTopic {
        name: request.name.clone(),
        topic_id: request.topic_id,
        partitions: Vec::with_capacity(request.partitions.len()),
    };
    let topic = find(image, context, request);
    let mut partitions = Vec::new();
    for commit in &request.partitions {
        let partition = PartitionIndex(commit.partition_index);
        let error_code = match &topic {
            Err(error_code) => *error_code,
            Ok(topic) if image.partition(topic, partition).is_none() => {
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            }
            Ok(_) => ErrorCode::NONE,
        };
        if error_code.is_none() {
            partitions.push(CommitPartition {
                partition,
                offset: commit.committed_offset,
                leader_epoch: LeaderEpoch(commit.committed_leader_epoch),
                metadata: Arc::from(commit.committed_metadata.as_deref().unwrap_or_default()),
            });
        }
        response.partitions.push(OffsetCommitResponsePartition {
            partition_index: commit.partition_index,
            error_code,
        });
    }
    let commit = topic.ok().map(|topic| CommitTopic {
        topic: topic.name.clone(),
        topic_id: topic.id,
        partitions,
    });
    (commit, response)
}

fn find<'a>(
    image: &'a Image,
    context: &RequestContext,
    request: &OffsetCommitRequestTopic,
) -> Result<&'a Topic, ErrorCode> {
    let by_id = context.version >= TOPIC_ID_VERSION;
    let topic = match by_id {
        true => Some(
            image
                .topic_by_id(request.topic_id)
                .ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?,
        ),
        false => image.topic(&request.name),
    };
    let name = topic.map_or(&*request.name, |topic| topic.name.as_str());
    context.check(&OFFSET_COMMIT_TOPIC, name)?;
    topic
        .map(|topic| &**topic)
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
}

/// The partitions that were not decided before, in the order in which they were committed.
fn undecided(
    answer: &mut [OffsetCommitResponseTopic],
) -> impl Iterator<Item = &mut OffsetCommitResponsePartition> {
    let partitions = answer.iter_mut().flat_map(|topic| &mut topic.partitions);
    partitions.filter(|partition| partition.error_code.is_none())
}

fn fill(answer: &mut [OffsetCommitResponseTopic], results: &[OffsetTopic]) {
    let results = results.iter().flat_map(|topic| &topic.partitions);
    for (partition, (_, error)) in undecided(answer).zip(results) {
        partition.error_code = error.map_or(ErrorCode::NONE, group_error);
    }
}

fn fail(answer: &mut [OffsetCommitResponseTopic], error_code: ErrorCode) {
    for partition in undecided(answer) {
        partition.error_code = error_code;
    }
}

/// The same error for every partition.
fn refuse(request: &OffsetCommitRequest, error_code: ErrorCode) -> Response {
    let topics = request
        .topics
        .iter()
        .map(|topic| OffsetCommitResponseTopic {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partitions: topic
                .partitions
                .iter()
                .map(|p| OffsetCommitResponsePartition {
                    partition_index: p.partition_index,
                    error_code,
                })
                .collect(),
        });
    respond(topics.collect())
}

fn respond(topics: Vec<OffsetCommitResponseTopic>) -> Response {
    Response::OffsetCommit(OffsetCommitResponse {
        topics,
        ..OffsetCommitResponse::default()
    })
}
