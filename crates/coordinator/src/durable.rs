//! What a shard's log says: the last record of every key. It changes by [`Durable::apply`] alone,
//! when a record is committed or replayed, so that it equals the log at every moment.
//!
//! Members, timers and waiting requests are not here: they live in [`crate::classic`] and are built
//! anew from this after a start.

use std::collections::BTreeMap;

use model::{GroupId, PartitionIndex, TopicName};

use crate::record::{CommittedOffset, GroupMetadata, Record};

/// The positions of one group.
pub(crate) type GroupOffsets = BTreeMap<TopicName, BTreeMap<PartitionIndex, CommittedOffset>>;

/// The stored groups and positions of one partition of `__consumer_offsets`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    groups: BTreeMap<GroupId, GroupMetadata>,
    offsets: BTreeMap<GroupId, GroupOffsets>,
}

impl Durable {
    /// Takes one record in log order.
    pub fn apply(&mut self, record: Record) {
        match record {
            Record::GroupMetadata {
                group,
                value: Some(value),
            } => {
                self.groups.insert(group, value);
            }
            Record::GroupMetadata { group, value: None } => {
                self.groups.remove(&group);
            }
            Record::OffsetCommit {
                group,
                topic,
                partition,
                value: Some(value),
            } => {
                let topics = self.offsets.entry(group).or_default();
                topics.entry(topic).or_default().insert(partition, value);
            }
            Record::OffsetCommit {
                group,
                topic,
                partition,
                value: None,
            } => {
                self.remove_offset(&group, &topic, partition);
            }
        }
    }

    fn remove_offset(&mut self, group: &GroupId, topic: &TopicName, partition: PartitionIndex) {
        let Some(topics) = self.offsets.get_mut(group) else {
            return;
        };
        let Some(partitions) = topics.get_mut(topic) else {
            return;
        };
        partitions.remove(&partition);
        if partitions.is_empty() {
            topics.remove(topic);
        }
        if topics.is_empty() {
            self.offsets.remove(group);
        }
    }

    /// The stored group.
    pub(crate) fn group(&self, group: &GroupId) -> Option<&GroupMetadata> {
        self.groups.get(group)
    }

    /// The stored groups.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&GroupId, &GroupMetadata)> {
        self.groups.iter()
    }

    /// The positions of a group.
    pub(crate) fn offsets(&self, group: &GroupId) -> Option<&GroupOffsets> {
        self.offsets.get(group)
    }

    /// The positions of every group that has any.
    pub(crate) fn all_offsets(&self) -> impl Iterator<Item = (&GroupId, &GroupOffsets)> {
        self.offsets.iter()
    }

    /// One position.
    pub(crate) fn offset(
        &self,
        group: &GroupId,
        topic: &TopicName,
        partition: PartitionIndex,
    ) -> Option<&CommittedOffset> {
        self.offsets.get(group)?.get(topic)?.get(&partition)
    }

    /// The records that say all of this, in a fixed order: a compacted log.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let groups = self
            .groups
            .iter()
            .map(|(group, value)| Record::GroupMetadata {
                group: group.clone(),
                value: Some(value.clone()),
            });
        let offsets = self.offsets.iter().flat_map(|(group, topics)| {
            topics.iter().flat_map(move |(topic, partitions)| {
                partitions
                    .iter()
                    .map(move |(partition, value)| Record::OffsetCommit {
                        group: group.clone(),
                        topic: topic.clone(),
                        partition: *partition,
                        value: Some(value.clone()),
                    })
            })
        });
        groups.chain(offsets)
    }
}
