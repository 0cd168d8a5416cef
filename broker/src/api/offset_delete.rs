//! OffsetDelete (47): forgets positions of a group in topics that it does not consume (KIP-496).

use authz::Resource;
use authz::checks::table::{OFFSET_DELETE_GROUP, OFFSET_DELETE_TOPIC};
use coordinator::{Command, OffsetDelete, OffsetTopic, Reply as Answer};
use model::{GroupId, PartitionIndex, TopicName};
use protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestTopic, OffsetDeleteResponse,
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use protocol::{ErrorCode, Response};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;
use crate::reply::Reply;

/// Deletes what exists; the rest has its error already.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: OffsetDeleteRequest,
) -> Reply {
    let permit = match context.check(&OFFSET_DELETE_GROUP, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => return Reply::Now(refuse(error_code)),
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(refuse(ErrorCode::INVALID_GROUP_ID));
    };
    let image = broker.metadata.image();
    let mut answer = Vec::with_capacity(request.topics.len());
    let mut topics = Vec::new();
    for topic in &request.topics {
        let (delete, response) = resolve(&image, context, topic);
        topics.extend(delete);
        answer.push(response);
    }
    // Asked even where nothing is left to delete: the group's own error comes first.
    let command = Command::OffsetDelete(OffsetDelete {
        group: group.clone(),
        topics,
    });
    let pending = broker.groups.command(broker, permit, &group, command).await;
    let context = context.clone();
    Reply::later(async move {
        match pending.wait().await {
            Ok(Answer::OffsetDelete(Ok(results))) => {
                context.changed(Resource::group(&request.group_id), "deleted offsets");
                fill(&mut answer, &results);
                Response::OffsetDelete(OffsetDeleteResponse {
                    topics: answer,
                    ..OffsetDeleteResponse::default()
                })
            }
            Ok(Answer::OffsetDelete(Err(error))) => refuse(group_error(error)),
            Ok(_) => refuse(ErrorCode::UNKNOWN_SERVER_ERROR),
            Err(why) => refuse(unavailable(why)),
        }
    })
}

/// What of one topic exists, and its answer, in which a partition without an error is yet to be
/// decided.
fn resolve(
    image: &Image,
    context: &RequestContext,
    request: &OffsetDeleteRequestTopic,
) -> (
    Option<(TopicName, Vec<PartitionIndex>)>,
    OffsetDeleteResponseTopic,
) {
    let topic = context
        .check(&OFFSET_DELETE_TOPIC, &request.name)
        .and_then(|_permit| {
            image
                .topic(&request.name)
                .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
        });
    let mut partitions = Vec::new();
    let mut responses = Vec::with_capacity(request.partitions.len());
    for asked in &request.partitions {
        let partition = PartitionIndex(asked.partition_index);
        let error_code = match &topic {
            Err(error_code) => *error_code,
            Ok(topic) if image.partition(topic, partition).is_none() => {
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
            }
            Ok(_) => ErrorCode::NONE,
        };
        if error_code.is_none() {
            partitions.push(partition);
        }
        let partition_index = asked.partition_index;
        responses.push(OffsetDeleteResponsePartition {
            partition_index,
            error_code,
        });
    }
    let response = OffsetDeleteResponseTopic {
        name: request.name.clone(),
        partitions: responses,
    };
    (
        topic.ok().map(|topic| (topic.name.clone(), partitions)),
        response,
    )
}

fn fill(answer: &mut [OffsetDeleteResponseTopic], results: &[OffsetTopic]) {
    let partitions = answer.iter_mut().flat_map(|topic| &mut topic.partitions);
    let undecided = partitions.filter(|partition| partition.error_code.is_none());
    let results = results.iter().flat_map(|topic| &topic.partitions);
    for (partition, (_, error)) in undecided.zip(results) {
        partition.error_code = error.map_or(ErrorCode::NONE, group_error);
    }
}

fn refuse(error_code: ErrorCode) -> Response {
    Response::OffsetDelete(OffsetDeleteResponse {
        error_code,
        ..OffsetDeleteResponse::default()
    })
}
