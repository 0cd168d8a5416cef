//! The commands about offsets.

use std::collections::{BTreeMap, BTreeSet};

use model::{GroupId, PartitionIndex, TopicId, TopicName};

use super::Shard;
use crate::command::{CommitTopic, OffsetCommit, OffsetDelete, OffsetFetch};
use crate::effects::Effects;
use crate::error::GroupError;
use crate::now::Now;
use crate::pending::Outcome;
use crate::record::{CommittedOffset, Record};
use crate::reply::{OffsetTopic, Reply, Token};

impl Shard {
    pub(super) fn offset_commit(
        &mut self,
        token: Token,
        request: OffsetCommit,
        now: Now,
        effects: &mut Effects,
    ) {
        let valid = self.step(&request.group, now, effects, |group, turn| {
            group.validate_commit(turn, &request)
        });
        let valid = valid.unwrap_or(match request.generation {
            // A simple consumer: its group comes into being with the record.
            ..0 => Ok(()),
            _ if request.names_unknown_group => Err(GroupError::GroupIdNotFound),
            _ => Err(GroupError::IllegalGeneration),
        });
        if let Err(error) = valid {
            effects.reply(token, Reply::OffsetCommit(Err(error)));
            return;
        }
        let expire_timestamp_ms = request
            .retention_ms
            .map(|ms| now.wall_ms.saturating_add(ms));
        let mut records = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in request.topics {
            topics.push(self.commit_topic(
                &request.group,
                topic,
                now,
                expire_timestamp_ms,
                &mut records,
            ));
        }
        if records.is_empty() {
            effects.reply(token, Reply::OffsetCommit(Ok(topics)));
        } else {
            self.pending
                .push(records, Outcome::Committed { token, topics });
        }
    }

    fn commit_topic(
        &self,
        group: &GroupId,
        topic: CommitTopic,
        now: Now,
        expire_timestamp_ms: Option<i64>,
        records: &mut Vec<Record>,
    ) -> OffsetTopic {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for commit in topic.partitions {
            if commit.metadata.encode_utf16().count() > self.config.offset_metadata_max {
                partitions.push((commit.partition, Some(GroupError::OffsetMetadataTooLarge)));
                continue;
            }
            partitions.push((commit.partition, None));
            records.push(Record::OffsetCommit {
                group: group.clone(),
                topic: topic.topic.clone(),
                partition: commit.partition,
                value: Some(CommittedOffset {
                    offset: commit.offset,
                    leader_epoch: commit.leader_epoch,
                    metadata: commit.metadata,
                    commit_timestamp_ms: now.wall_ms,
                    expire_timestamp_ms,
                    topic_id: topic.topic_id,
                }),
            });
        }
        OffsetTopic {
            topic: topic.topic,
            topic_id: topic.topic_id,
            partitions,
        }
    }

    pub(super) fn offset_delete(
        &mut self,
        token: Token,
        request: OffsetDelete,
        effects: &mut Effects,
    ) {
        let group = match self.groups.get(&request.group) {
            _ if request.group.as_str().is_empty() => Err(GroupError::InvalidGroupId),
            None => Err(GroupError::GroupIdNotFound),
            Some(group) => group
                .classic()
                .validate_offset_delete()
                .map(|()| group.classic()),
        };
        let group = match group {
            Ok(group) => group,
            Err(error) => {
                effects.reply(token, Reply::OffsetDelete(Err(error)));
                return;
            }
        };
        let known = self.offset_keys(&request.group);
        let mut records = Vec::new();
        let mut topics = Vec::with_capacity(request.topics.len());
        for (topic, partitions) in request.topics {
            let subscribed = group.is_subscribed(topic.as_str());
            let error = subscribed.then_some(GroupError::GroupSubscribedToTopic);
            for &partition in &partitions {
                if !subscribed && known.contains_key(&(topic.clone(), partition)) {
                    records.push(tombstone(&request.group, topic.clone(), partition));
                }
            }
            let partitions = partitions
                .into_iter()
                .map(|partition| (partition, error))
                .collect();
            topics.push(OffsetTopic {
                topic,
                topic_id: TopicId::ZERO,
                partitions,
            });
        }
        if records.is_empty() {
            effects.reply(token, Reply::OffsetDelete(Ok(topics)));
        } else {
            self.pending
                .push(records, Outcome::OffsetsDeleted { token, topics });
        }
    }

    /// The positions that a group has once everything on its way is stored, with the topic's id at
    /// their commit.
    pub(super) fn offset_keys(
        &self,
        group: &GroupId,
    ) -> BTreeMap<(TopicName, PartitionIndex), TopicId> {
        let stored = self.durable.offsets(group).into_iter().flatten();
        let mut keys: BTreeMap<_, _> = stored
            .flat_map(|(topic, partitions)| {
                partitions
                    .iter()
                    .map(|(&p, offset)| ((topic.clone(), p), offset.topic_id))
            })
            .collect();
        for record in self.pending.records() {
            let Record::OffsetCommit {
                group: of,
                topic,
                partition,
                value,
            } = record
            else {
                continue;
            };
            if of == group {
                let key = (topic.clone(), *partition);
                match value {
                    Some(offset) => keys.insert(key, offset.topic_id),
                    None => keys.remove(&key),
                };
            }
        }
        keys
    }

    /// Reads positions once everything asked for earlier is durable or refused.
    pub(super) fn offset_fetch(
        &mut self,
        token: Token,
        request: OffsetFetch,
        effects: &mut Effects,
    ) {
        if self.pending.is_empty() {
            effects.reply(token, Reply::OffsetFetch(Ok(self.fetch_offsets(&request))));
        } else {
            self.pending
                .push(Vec::new(), Outcome::Fetched { token, request });
        }
    }

    /// Forgets the positions in topics that are gone, group by group. A position under another id
    /// is in a topic of the same name that was created since.
    pub(super) fn delete_topics(&mut self, topics: &[(TopicName, TopicId)]) {
        let stored = self.durable.all_offsets().map(|(group, _)| group.clone());
        let pending = self.pending.records().map(|record| record.group().clone());
        let groups: BTreeSet<_> = stored.chain(pending).collect();
        for group in groups {
            let gone = |topic: &TopicName, id: TopicId| {
                topics
                    .iter()
                    .any(|(name, deleted)| name == topic && (id.is_zero() || id == *deleted))
            };
            let keys = self.offset_keys(&group).into_iter();
            let gone = keys.filter(|((topic, _), id)| gone(topic, *id));
            let records: Vec<_> = gone
                .map(|((topic, p), _)| tombstone(&group, topic, p))
                .collect();
            if !records.is_empty() {
                self.pending.push(records, Outcome::Background);
            }
        }
    }
}

/// The record that forgets a position.
pub(super) fn tombstone(group: &GroupId, topic: TopicName, partition: PartitionIndex) -> Record {
    Record::OffsetCommit {
        group: group.clone(),
        topic,
        partition,
        value: None,
    }
}
