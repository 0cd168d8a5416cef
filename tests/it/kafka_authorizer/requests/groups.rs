//! Requests for groups and what they have committed.

use model::TopicId;
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::describe_groups::DescribeGroupsRequest;
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::heartbeat::HeartbeatRequest;
use protocol::messages::join_group::JoinGroupRequest;
use protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use protocol::messages::list_groups::ListGroupsRequest;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use protocol::messages::sync_group::SyncGroupRequest;
use protocol::{ApiKey, Request, Str};

use super::{GROUPS_ASKED, Ids, Random, TRANSACTIONAL_IDS, id, some_groups, some_topics};

/// Draws one about committed offsets.
pub(super) fn draw_offsets(
    api_key: ApiKey,
    version: i16,
    random: &mut Random,
    ids: &Ids,
) -> Request {
    let names = some_topics(random);
    let group_id = Str::from(random.pick(GROUPS_ASKED));
    match api_key {
        ApiKey::OffsetCommit => Request::OffsetCommit(offset_commit(group_id, version, names, ids)),
        ApiKey::OffsetFetch if version < 8 => {
            Request::OffsetFetch(offset_fetch_of_one(group_id, version, names, random))
        }
        ApiKey::OffsetFetch => Request::OffsetFetch(offset_fetch(version, &names, random, ids)),
        _ => Request::OffsetDelete(offset_delete(group_id, names)),
    }
}

fn offset_commit(group_id: Str, version: i16, names: Vec<&str>, ids: &Ids) -> OffsetCommitRequest {
    let by_name = version < 10;
    OffsetCommitRequest {
        group_id,
        generation_id_or_member_epoch: -1,
        topics: names
            .into_iter()
            .map(|name| OffsetCommitRequestTopic {
                name: if by_name { name.into() } else { Str::default() },
                topic_id: if by_name {
                    TopicId::default()
                } else {
                    id(ids, name)
                },
                partitions: vec![OffsetCommitRequestPartition {
                    committed_leader_epoch: -1,
                    ..OffsetCommitRequestPartition::default()
                }],
            })
            .collect(),
        ..OffsetCommitRequest::default()
    }
}

fn offset_fetch_of_one(
    group_id: Str,
    version: i16,
    names: Vec<&str>,
    random: &mut Random,
) -> OffsetFetchRequest {
    OffsetFetchRequest {
        group_id,
        topics: (version < 2 || !random.chance(3)).then(|| {
            names
                .into_iter()
                .map(|name| OffsetFetchRequestTopic {
                    name: name.into(),
                    partition_indexes: vec![0],
                })
                .collect()
        }),
        ..OffsetFetchRequest::default()
    }
}

fn offset_fetch(
    version: i16,
    names: &[&str],
    random: &mut Random,
    ids: &Ids,
) -> OffsetFetchRequest {
    let by_name = version < 10;
    OffsetFetchRequest {
        groups: some_groups(random)
            .into_iter()
            .map(|group_id| OffsetFetchRequestGroup {
                group_id,
                member_epoch: -1,
                topics: (!random.chance(3)).then(|| {
                    names
                        .iter()
                        .map(|&name| OffsetFetchRequestTopics {
                            name: if by_name { name.into() } else { Str::default() },
                            topic_id: if by_name {
                                TopicId::default()
                            } else {
                                id(ids, name)
                            },
                            partition_indexes: vec![0],
                        })
                        .collect()
                }),
                ..OffsetFetchRequestGroup::default()
            })
            .collect(),
        ..OffsetFetchRequest::default()
    }
}

fn offset_delete(group_id: Str, names: Vec<&str>) -> OffsetDeleteRequest {
    OffsetDeleteRequest {
        group_id,
        topics: names
            .into_iter()
            .map(|name| OffsetDeleteRequestTopic {
                name: name.into(),
                partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
            })
            .collect(),
    }
}

/// Draws one about groups.
pub(super) fn draw(api_key: ApiKey, version: i16, random: &mut Random) -> Request {
    let group_id = Str::from(random.pick(GROUPS_ASKED));
    let member_id = Str::from("stranger");
    match api_key {
        ApiKey::FindCoordinator => {
            let transactional = version > 0 && random.chance(3);
            let key = if transactional {
                random.pick(TRANSACTIONAL_IDS).into()
            } else {
                group_id
            };
            let several = version > 3;
            Request::FindCoordinator(FindCoordinatorRequest {
                key: if several { Str::default() } else { key.clone() },
                key_type: i8::from(transactional),
                coordinator_keys: if several { vec![key] } else { Vec::new() },
            })
        }
        // A member that the group does not know cannot join, so that whoever may is refused for
        // that, and nobody waits for a rebalance.
        ApiKey::JoinGroup => Request::JoinGroup(JoinGroupRequest {
            group_id,
            member_id,
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 10_000,
            protocol_type: "consumer".into(),
            ..JoinGroupRequest::default()
        }),
        ApiKey::Heartbeat => Request::Heartbeat(HeartbeatRequest {
            group_id,
            generation_id: 1,
            member_id,
            ..HeartbeatRequest::default()
        }),
        ApiKey::LeaveGroup if version < 3 => Request::LeaveGroup(LeaveGroupRequest {
            group_id,
            member_id,
            ..LeaveGroupRequest::default()
        }),
        ApiKey::LeaveGroup => Request::LeaveGroup(LeaveGroupRequest {
            group_id,
            members: vec![MemberIdentity {
                member_id,
                ..MemberIdentity::default()
            }],
            ..LeaveGroupRequest::default()
        }),
        ApiKey::SyncGroup => Request::SyncGroup(SyncGroupRequest {
            group_id,
            generation_id: 1,
            member_id,
            protocol_type: (version > 4).then(|| "consumer".into()),
            protocol_name: (version > 4).then(|| "range".into()),
            ..SyncGroupRequest::default()
        }),
        ApiKey::DescribeGroups => Request::DescribeGroups(DescribeGroupsRequest {
            groups: some_groups(random),
            include_authorized_operations: version > 2,
        }),
        ApiKey::ListGroups => Request::ListGroups(ListGroupsRequest::default()),
        _ => Request::DeleteGroups(DeleteGroupsRequest {
            groups_names: some_groups(random),
        }),
    }
}
