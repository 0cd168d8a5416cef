//! Sharing partitions out by range, as Kafka's `RangeAssignor` does without racks: of each topic,
//! the members that want it get neighbouring partitions, the first ones one more if need be.

use std::collections::BTreeMap;

use model::{PartitionIndex, TopicName};

use crate::{ClientError, Cluster};

/// A member as the leader sees it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) instance_id: Option<String>,
    pub(super) topics: Vec<TopicName>,
}

/// How many partitions the wanted topics have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartitionCounts {
    /// All topics that members want, whether they exist or not.
    pub(super) wanted: Vec<TopicName>,
    pub(super) counts: BTreeMap<TopicName, usize>,
}

impl PartitionCounts {
    /// Asks the cluster. A reader creates nothing: what is missing is counted when it is there.
    pub(super) async fn ask(
        cluster: &Cluster,
        wanted: Vec<TopicName>,
    ) -> Result<Self, ClientError> {
        let metadata = cluster.metadata(Some(&wanted), false).await?;
        let counts = metadata.topics.into_iter();
        let counts = counts.map(|(name, topic)| (name, topic.partitions.len()));
        Ok(Self {
            wanted,
            counts: counts.collect(),
        })
    }
}

/// A member's partitions.
pub(super) type Share = BTreeMap<TopicName, Vec<PartitionIndex>>;

/// Every member's share. Topics that do not exist are left out.
pub(super) fn range(
    members: &[Member],
    partition_counts: &BTreeMap<TopicName, usize>,
) -> BTreeMap<String, Share> {
    let mut sorted: Vec<&Member> = members.iter().collect();
    // Static members first, so that they keep their partitions whoever else comes.
    sorted.sort_by_key(|member| {
        let dynamic = member.instance_id.is_none();
        (dynamic, member.instance_id.clone(), member.id.clone())
    });
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    for member in members {
        shares.entry(member.id.clone()).or_default();
    }
    for (topic, count) in partition_counts {
        let wanting: Vec<&&Member> = sorted
            .iter()
            .filter(|member| member.topics.contains(topic))
            .collect();
        let mut partitions = (0..*count).map(|i| PartitionIndex(i32::try_from(i).unwrap_or(0)));
        for (i, member) in wanting.iter().enumerate() {
            let extra = usize::from(i < count % wanting.len());
            let share = partitions.by_ref().take(count / wanting.len() + extra);
            let share: Vec<PartitionIndex> = share.collect();
            if let Some(own) = shares.get_mut(&member.id).filter(|_| !share.is_empty()) {
                own.insert(topic.clone(), share);
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests;
