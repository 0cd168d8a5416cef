//! The committed offsets of a group: read, set, deleted.

use std::collections::BTreeMap;

use model::{GroupId, TopicPartition};
use protocol::ErrorCode;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};

use super::Membership;
use crate::{ClientError, Cluster, names};

/// The last version of OffsetCommit and OffsetFetch that names topics by name. Later ones want
/// ids, which say nothing more about a group's offsets.
const BY_NAME_UNTIL: i16 = 9;
/// From here on, OffsetFetch asks for several groups (KIP-709).
const FETCH_GROUPS_SINCE: i16 = 8;

/// Where a group stands in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The next offset to read.
    pub offset: i64,
    /// The epoch of the leader that the record before it was read from; -1 is unknown.
    pub leader_epoch: i32,
    /// What the member wrote beside it.
    pub metadata: String,
}

impl Committed {
    /// An offset without anything beside it.
    pub fn at(offset: i64) -> Self {
        Self {
            offset,
            leader_epoch: -1,
            metadata: String::new(),
        }
    }
}

/// Partitions sorted by topic, each through `make`.
fn by_topic<'a, T, P: 'a>(
    partitions: impl IntoIterator<Item = (&'a TopicPartition, P)>,
    make: impl Fn(i32, P) -> T,
) -> BTreeMap<&'a str, Vec<T>> {
    let mut topics: BTreeMap<&str, Vec<T>> = BTreeMap::new();
    for (of, rest) in partitions {
        let topic = topics.entry(of.topic.as_str()).or_default();
        topic.push(make(of.partition.0, rest));
    }
    topics
}

impl Cluster {
    /// Where a group stands in `partitions`, or in all that it committed to. Partitions without a
    /// committed offset are left out.
    pub async fn committed_offsets(
        &self,
        group: &GroupId,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<BTreeMap<TopicPartition, Committed>, ClientError> {
        let topics = || partitions.map(|all| by_topic(all.iter().map(|of| (of, ())), |i, ()| i));
        let request = |version| {
            if version < FETCH_GROUPS_SINCE {
                let topics = topics().map(|topics| {
                    let topic = |(name, partition_indexes): (&str, _)| OffsetFetchRequestTopic {
                        name: name.into(),
                        partition_indexes,
                    };
                    topics.into_iter().map(topic).collect()
                });
                return OffsetFetchRequest {
                    group_id: group.as_str().into(),
                    topics,
                    ..OffsetFetchRequest::default()
                };
            }
            let topics = topics().map(|topics| {
                let topic = |(name, partition_indexes): (&str, _)| OffsetFetchRequestTopics {
                    name: name.into(),
                    partition_indexes,
                    ..OffsetFetchRequestTopics::default()
                };
                topics.into_iter().map(topic).collect()
            });
            OffsetFetchRequest {
                groups: vec![OffsetFetchRequestGroup {
                    group_id: group.as_str().into(),
                    topics,
                    ..OffsetFetchRequestGroup::default()
                }],
                ..OffsetFetchRequest::default()
            }
        };
        let answer = self
            .ask_coordinator(group, BY_NAME_UNTIL, request, |answer| {
                let first = answer.groups.first();
                first.map_or(answer.error_code, |group| group.error_code)
            })
            .await?;
        collect(answer)
    }

    /// Sets where a group stands, as an administrator: the group must have no members.
    pub async fn set_offsets(
        &self,
        group: &GroupId,
        offsets: &BTreeMap<TopicPartition, Committed>,
    ) -> Result<(), ClientError> {
        self.commit_offsets(group, None, offsets).await
    }

    /// Commits offsets as a member, or as nobody in particular.
    pub(crate) async fn commit_offsets(
        &self,
        group: &GroupId,
        membership: Option<&Membership>,
        offsets: &BTreeMap<TopicPartition, Committed>,
    ) -> Result<(), ClientError> {
        let request = |_| {
            let topics = by_topic(offsets, |partition_index, committed| {
                OffsetCommitRequestPartition {
                    partition_index,
                    committed_offset: committed.offset,
                    committed_leader_epoch: committed.leader_epoch,
                    committed_metadata: Some(committed.metadata.as_str().into()),
                }
            });
            let topic = |(name, partitions): (&str, _)| OffsetCommitRequestTopic {
                name: name.into(),
                partitions,
                ..OffsetCommitRequestTopic::default()
            };
            let instance_id = membership.and_then(|member| member.instance_id.as_deref());
            OffsetCommitRequest {
                group_id: group.as_str().into(),
                generation_id_or_member_epoch: membership.map_or(-1, |member| member.generation),
                member_id: membership
                    .map_or_else(Default::default, |member| member.member_id.as_str().into()),
                group_instance_id: instance_id.map(Into::into),
                topics: topics.into_iter().map(topic).collect(),
                ..OffsetCommitRequest::default()
            }
        };
        // All partitions share a fate where the group refuses the commit.
        let answer = self
            .ask_coordinator(group, BY_NAME_UNTIL, request, |answer| {
                let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
                let codes = partitions.map(|partition| partition.error_code);
                codes
                    .max_by_key(|code| code.is_retriable())
                    .unwrap_or(ErrorCode::NONE)
            })
            .await?;
        for topic in &answer.topics {
            for partition in &topic.partitions {
                ClientError::check(partition.error_code, None, || {
                    let (name, index) = (&topic.name, partition.partition_index);
                    format!("cannot commit {name}-{index} for group {group}")
                })?;
            }
        }
        Ok(())
    }

    /// Forgets where a group stands in partitions that none of its members reads.
    pub async fn delete_offsets(
        &self,
        group: &GroupId,
        partitions: &[TopicPartition],
    ) -> Result<(), ClientError> {
        let request = |_| {
            let partitions = partitions.iter().map(|of| (of, ()));
            let topics = by_topic(partitions, |partition_index, ()| {
                OffsetDeleteRequestPartition { partition_index }
            });
            let topic = |(name, partitions): (&str, _)| OffsetDeleteRequestTopic {
                name: name.into(),
                partitions,
            };
            OffsetDeleteRequest {
                group_id: group.as_str().into(),
                topics: topics.into_iter().map(topic).collect(),
            }
        };
        let answer = self
            .ask_coordinator(group, i16::MAX, request, |answer| answer.error_code)
            .await?;
        for topic in &answer.topics {
            for partition in &topic.partitions {
                ClientError::check(partition.error_code, None, || {
                    let (name, index) = (&topic.name, partition.partition_index);
                    format!("cannot delete the offset of {name}-{index} in group {group}")
                })?;
            }
        }
        Ok(())
    }
}

/// Both forms of the answer: one group, or the first of several.
fn collect(
    answer: OffsetFetchResponse,
) -> Result<BTreeMap<TopicPartition, Committed>, ClientError> {
    let old = answer.topics.into_iter().flat_map(|topic| {
        let name = topic.name;
        topic.partitions.into_iter().map(move |p| {
            let place = (p.committed_offset, p.committed_leader_epoch, p.metadata);
            (name.clone(), p.partition_index, p.error_code, place)
        })
    });
    let groups = answer.groups.into_iter().take(1);
    let new = groups.flat_map(|group| group.topics).flat_map(|topic| {
        let name = topic.name;
        topic.partitions.into_iter().map(move |p| {
            let place = (p.committed_offset, p.committed_leader_epoch, p.metadata);
            (name.clone(), p.partition_index, p.error_code, place)
        })
    });
    let mut found = BTreeMap::new();
    for (name, index, code, (offset, leader_epoch, metadata)) in old.chain(new) {
        ClientError::check(code, None, || format!("committed offset of {name}-{index}"))?;
        if offset >= 0 {
            let committed = Committed {
                offset,
                leader_epoch,
                metadata: metadata.map(|text| text.to_string()).unwrap_or_default(),
            };
            found.insert(names::topic_partition(&name, index)?, committed);
        }
    }
    Ok(found)
}
