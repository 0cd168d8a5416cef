//! Where records come from: chosen partitions, or those that a group assigns.

use std::collections::{BTreeMap, BTreeSet};

use client::{
    Cluster, ConsumedRecord, Consumer, ConsumerSettings, GroupConsumer, GroupSettings, Isolation,
    OffsetSpec, StartAt,
};
use model::{GroupId, PartitionIndex, TopicName, TopicPartition};

use crate::client_commands::CommandError;
use crate::client_commands::place::Place;

/// What is to be read.
pub(super) struct Wanted {
    pub(super) topics: Vec<TopicName>,
    /// Empty is all.
    pub(super) partitions: BTreeSet<PartitionIndex>,
    pub(super) group: Option<GroupId>,
    pub(super) from: Place,
    pub(super) until_end: bool,
    pub(super) read_committed: bool,
}

/// An open source.
pub(super) enum Source {
    /// As a member of a group.
    Group(Box<GroupConsumer>),
    /// By partition; with the ends to stop at, where it is to stop.
    Plain(Box<Consumer>, BTreeMap<TopicPartition, i64>),
}

impl Source {
    pub(super) async fn open(cluster: Cluster, wanted: &Wanted) -> Result<Self, CommandError> {
        let isolation = match wanted.read_committed {
            true => Isolation::Committed,
            false => Isolation::Uncommitted,
        };
        let reading = ConsumerSettings {
            isolation,
            reset: Some(StartAt::Earliest),
            ..ConsumerSettings::default()
        };
        if let Some(group) = &wanted.group {
            for topic in &wanted.topics {
                // A group waits for topics to come; a person more likely mistyped one.
                cluster.topic(topic, false).await?;
            }
            let settings = GroupSettings {
                start: group_start(wanted.from)?,
                ..GroupSettings::new(group.clone(), wanted.topics.clone())
            };
            let consumer = GroupConsumer::new(cluster, settings, reading);
            return Ok(Self::Group(Box::new(consumer)));
        }
        let partitions = partitions(&cluster, wanted).await?;
        let from_end = matches!(wanted.from, Place::FromEnd(_));
        let ends = match wanted.until_end || from_end {
            true => offsets(&cluster, &partitions, OffsetSpec::Latest, isolation).await?,
            false => BTreeMap::new(),
        };
        let starts = match from_end {
            true => offsets(&cluster, &partitions, OffsetSpec::Earliest, isolation).await?,
            false => BTreeMap::new(),
        };
        let start = |of: &TopicPartition| match wanted.from {
            Place::Beginning => StartAt::Earliest,
            Place::End => StartAt::Latest,
            Place::Offset(offset) => StartAt::Offset(offset),
            Place::Timestamp(ms) => StartAt::Timestamp(ms),
            Place::FromEnd(count) => {
                let end = ends.get(of).copied().unwrap_or(0);
                let start = starts.get(of).copied().unwrap_or(0);
                StartAt::Offset(end.saturating_sub(count).max(start))
            }
        };
        let mut consumer = Consumer::new(cluster, reading);
        consumer.assign(partitions.iter().map(|of| (of.clone(), start(of))));
        Ok(Self::Plain(Box::new(consumer), ends))
    }

    /// Waits for records; there may be none. May be cancelled without losing any.
    pub(super) async fn poll(&mut self) -> Result<Vec<ConsumedRecord>, CommandError> {
        Ok(match self {
            Self::Group(consumer) => consumer.poll().await?,
            Self::Plain(consumer, _) => consumer.poll().await?,
        })
    }

    /// Whether everything that was there at the start was read. In a group the partitions change,
    /// so it is what was there at the last answer.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Group(consumer) => consumer.is_at_end(),
            Self::Plain(consumer, ends) => {
                let positions: BTreeMap<_, _> = consumer.positions().collect();
                let reached = |(of, end): (&TopicPartition, &i64)| {
                    positions.get(of).is_some_and(|next| next >= end)
                };
                ends.iter().all(reached)
            }
        }
    }

    /// Takes back records that were not printed.
    pub(super) fn give_back(&mut self, records: &[ConsumedRecord]) {
        if let Self::Group(consumer) = self {
            consumer.give_back(records);
        }
    }

    /// Commits and leaves the group.
    pub(super) async fn close(self) -> Result<(), CommandError> {
        match self {
            Self::Group(consumer) => Ok(consumer.close().await?),
            Self::Plain(..) => Ok(()),
        }
    }
}

fn group_start(from: Place) -> Result<StartAt, CommandError> {
    match from {
        Place::Beginning => Ok(StartAt::Earliest),
        Place::End => Ok(StartAt::Latest),
        Place::Timestamp(ms) => Ok(StartAt::Timestamp(ms)),
        Place::FromEnd(_) | Place::Offset(_) => Err(CommandError::Usage(
            "a group begins at beginning, end or @TIME; `groups reset-offsets` moves it elsewhere"
                .to_owned(),
        )),
    }
}

async fn partitions(
    cluster: &Cluster,
    wanted: &Wanted,
) -> Result<Vec<TopicPartition>, CommandError> {
    let mut partitions = Vec::new();
    for name in &wanted.topics {
        let topic = cluster.topic(name, false).await?;
        let count = topic.partitions.len();
        let missing = wanted
            .partitions
            .iter()
            .find(|i| topic.partition(**i).is_none());
        if let Some(missing) = missing {
            return Err(CommandError::Usage(format!(
                "topic {name} has no partition {missing}; it has {count}"
            )));
        }
        let all = topic.partitions.iter().map(|partition| partition.index);
        let chosen = all.filter(|i| wanted.partitions.is_empty() || wanted.partitions.contains(i));
        partitions.extend(chosen.map(|partition| TopicPartition {
            topic: name.clone(),
            partition,
        }));
    }
    Ok(partitions)
}

async fn offsets(
    cluster: &Cluster,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
    isolation: Isolation,
) -> Result<BTreeMap<TopicPartition, i64>, CommandError> {
    let wanted: Vec<_> = partitions.iter().map(|of| (of.clone(), spec)).collect();
    let listed = cluster.list_offsets(&wanted, isolation).await?.into_iter();
    Ok(listed
        .filter_map(|(of, listed)| Some((of, listed.offset?)))
        .collect())
}
