//! What can be read without a step: positions, descriptions, lists. Reads see what is committed.

use model::{GroupId, PartitionIndex, TopicId, TopicName};

use super::Shard;
use crate::command::{FetchTopic, ListFilter, OffsetFetch};
use crate::durable::GroupOffsets;
use crate::record::CommittedOffset;
use crate::reply::{DescribedGroup, FetchedOffset, FetchedTopic, ListedGroup};

/// A live group and how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Which group.
    pub group: &'a GroupId,
    /// Kafka's name of its state.
    pub state: &'static str,
    /// Its members.
    pub members: usize,
    offsets: Option<&'a GroupOffsets>,
}

impl<'a> Progress<'a> {
    /// What is committed, by topic and partition.
    pub fn positions(
        &self,
    ) -> impl Iterator<Item = (&'a TopicName, PartitionIndex, &'a CommittedOffset)> {
        let topics = self.offsets.into_iter().flatten();
        topics.flat_map(|(topic, partitions)| {
            partitions
                .iter()
                .map(move |(&p, offset)| (topic, p, offset))
        })
    }
}

impl Shard {
    /// Every live group, by id.
    pub fn progress(&self) -> impl Iterator<Item = Progress<'_>> {
        self.groups.iter().map(|(id, group)| Progress {
            group: id,
            state: group.state_name(),
            members: group.classic().member_count(),
            offsets: self.durable.offsets(id),
        })
    }

    /// Positions; a group or partition that is not known has none.
    pub fn fetch_offsets(&self, request: &OffsetFetch) -> Vec<FetchedTopic> {
        match &request.topics {
            Some(topics) => topics
                .iter()
                .map(|t| self.fetch_topic(&request.group, t))
                .collect(),
            None => self.fetch_all(&request.group),
        }
    }

    fn fetch_topic(&self, group: &GroupId, request: &FetchTopic) -> FetchedTopic {
        let position = |&partition: &PartitionIndex| {
            let stored = self.durable.offset(group, &request.topic, partition);
            let current = stored.filter(|offset| same_topic(offset.topic_id, request.topic_id));
            (partition, current.map(fetched))
        };
        FetchedTopic {
            topic: request.topic.clone(),
            topic_id: request.topic_id,
            partitions: request.partitions.iter().map(position).collect(),
        }
    }

    fn fetch_all(&self, group: &GroupId) -> Vec<FetchedTopic> {
        let topics = self.durable.offsets(group).into_iter().flatten();
        let fetched = topics.map(|(topic, partitions)| FetchedTopic {
            topic: topic.clone(),
            topic_id: TopicId::ZERO,
            partitions: partitions
                .iter()
                .map(|(&p, offset)| (p, Some(fetched(offset))))
                .collect(),
        });
        fetched.collect()
    }

    /// A group, if there is one.
    pub fn describe_group(&self, group: &GroupId) -> Option<DescribedGroup> {
        self.groups.get(group).map(crate::group::Group::describe)
    }

    /// The groups that pass the filter, by id.
    pub fn list_groups(&self, filter: &ListFilter) -> Vec<ListedGroup> {
        let passes = |names: &[String], name: &str| {
            names.is_empty() || names.iter().any(|n| n.trim().eq_ignore_ascii_case(name))
        };
        let groups = self.groups.values().filter(|group| {
            passes(&filter.states, group.state_name()) && passes(&filter.types, group.type_name())
        });
        groups.map(crate::group::Group::listed).collect()
    }

    /// How many groups live here.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }
}

/// A position under another id belongs to a topic of the same name that was deleted since.
fn same_topic(stored: TopicId, asked: TopicId) -> bool {
    stored.is_zero() || asked.is_zero() || stored == asked
}

fn fetched(offset: &CommittedOffset) -> FetchedOffset {
    FetchedOffset {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: offset.metadata.clone(),
    }
}
