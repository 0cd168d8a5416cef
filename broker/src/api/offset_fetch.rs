//! OffsetFetch (9): the positions of a group, before version 8 of one, then of several.
//!
//! KIP-88 (all partitions, version 2), KIP-320 (leader epochs, version 5), KIP-447 (stable
//! positions, version 7), KIP-709 (several groups, version 8), KIP-848 (member and epoch, version
//! 9), KIP-516 (topic ids, version 10).

mod group;

use std::collections::HashSet;

use authz::checks::table::OFFSET_FETCH_GROUP;
use protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponseTopic,
};
use protocol::{ErrorCode, Response};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;
use group::GroupFetch;

/// First version that asks for several groups.
const GROUPS_VERSION: i16 = 8;
/// First version whose answer has an error for the whole group.
const GROUP_ERROR_VERSION: i16 = 2;

/// Reads what is committed; where stable positions are asked for, after all that came before. A
/// group may be asked for once.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: OffsetFetchRequest,
) -> Reply {
    let version = context.version;
    let stable = request.require_stable;
    let mut fetches = Vec::new();
    let mut seen = HashSet::new();
    for group in groups(version, request) {
        if !seen.insert(group.group_id.clone()) {
            fetches.push(GroupFetch::refused(group, ErrorCode::INVALID_REQUEST));
            continue;
        }
        fetches.push(match context.check(&OFFSET_FETCH_GROUP, &group.group_id) {
            Ok(permit) => GroupFetch::start(broker, context, permit, group, stable).await,
            Err(error_code) => GroupFetch::refused(group, error_code),
        });
    }
    Reply::later(async move {
        let mut groups = Vec::with_capacity(fetches.len());
        for fetch in fetches {
            groups.push(fetch.finish(version).await);
        }
        Response::OffsetFetch(respond(version, groups))
    })
}

/// The one group of an old request is a list of one.
fn groups(version: i16, request: OffsetFetchRequest) -> Vec<OffsetFetchRequestGroup> {
    if version >= GROUPS_VERSION {
        return request.groups;
    }
    let topics = request.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            partition_indexes: topic.partition_indexes,
            ..OffsetFetchRequestTopics::default()
        });
        topics.collect()
    });
    let group_id = request.group_id;
    vec![OffsetFetchRequestGroup {
        group_id,
        topics,
        ..OffsetFetchRequestGroup::default()
    }]
}

fn respond(version: i16, groups: Vec<OffsetFetchResponseGroup>) -> OffsetFetchResponse {
    if version >= GROUPS_VERSION {
        return OffsetFetchResponse {
            groups,
            ..OffsetFetchResponse::default()
        };
    }
    let group = groups.into_iter().next().unwrap_or_default();
    let topics = group
        .topics
        .into_iter()
        .map(|topic| OffsetFetchResponseTopic {
            name: topic.name,
            partitions: topic
                .partitions
                .into_iter()
                .map(|partition| OffsetFetchResponsePartition {
                    partition_index: partition.partition_index,
                    committed_offset: partition.committed_offset,
                    committed_leader_epoch: partition.committed_leader_epoch,
                    metadata: partition.metadata,
                    error_code: partition.error_code,
                })
                .collect(),
        });
    OffsetFetchResponse {
        topics: topics.collect(),
        error_code: group.error_code,
        ..OffsetFetchResponse::default()
    }
}
