//! Where partitions begin and end, and where they stood at some time.

use std::collections::BTreeMap;
use std::time::Duration;

use model::TopicPartition;
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};
use protocol::{ApiKey, ErrorCode};

use crate::cluster::Lane;
use crate::{ClientError, Cluster, Isolation};

/// From here on, -3 asks for the greatest timestamp (KIP-734).
const MAX_TIMESTAMP_SINCE: i16 = 7;

/// Which offset of a partition is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// Of the first record with this timestamp, in milliseconds, or a later one.
    AtTimestamp(i64),
    /// The oldest that is kept.
    Earliest,
    /// The one after the newest; after the newest stable one for [`Isolation::Committed`].
    Latest,
    /// Of the record with the greatest timestamp.
    MaxTimestamp,
}

impl OffsetSpec {
    fn timestamp(self) -> i64 {
        match self {
            Self::AtTimestamp(ms) => ms,
            Self::Latest => -1,
            Self::Earliest => -2,
            Self::MaxTimestamp => -3,
        }
    }
}

/// An offset that was found, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset; `None` where no record is as late as was asked.
    pub offset: Option<i64>,
    /// The record's timestamp in milliseconds, where the question was about one.
    pub timestamp_ms: Option<i64>,
}

impl Cluster {
    /// Looks offsets up at the leaders of their partitions.
    pub async fn list_offsets(
        &self,
        wanted: &[(TopicPartition, OffsetSpec)],
        isolation: Isolation,
    ) -> Result<BTreeMap<TopicPartition, ListedOffset>, ClientError> {
        let retry = self.retry();
        loop {
            match self.ask_offsets(wanted, isolation).await {
                Err(error) if error.is_retriable() => {
                    for (partition, _) in wanted {
                        self.forget(&partition.topic);
                    }
                    if !retry.after(&error).await {
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }

    async fn ask_offsets(
        &self,
        wanted: &[(TopicPartition, OffsetSpec)],
        isolation: Isolation,
    ) -> Result<BTreeMap<TopicPartition, ListedOffset>, ClientError> {
        let mut found = BTreeMap::new();
        for (broker, wanted) in self.by_leader(wanted.iter().cloned()).await? {
            let connection = self.broker(broker, Lane::Control).await?;
            let newest = connection.version(ApiKey::ListOffsets)?;
            let special = wanted
                .iter()
                .any(|(_, spec)| *spec == OffsetSpec::MaxTimestamp);
            if special && newest < MAX_TIMESTAMP_SINCE {
                return Err(ClientError::Unsupported {
                    address: connection.address().to_owned(),
                    api: ApiKey::ListOffsets,
                });
            }
            let request = request(&wanted, isolation);
            let mut ticket = connection.begin(request, newest, Duration::ZERO).await?;
            collect(ticket.answer().await?, &mut found)?;
        }
        Ok(found)
    }
}

fn request(wanted: &[(TopicPartition, OffsetSpec)], isolation: Isolation) -> ListOffsetsRequest {
    let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for (partition, spec) in wanted {
        let wanted = ListOffsetsPartition {
            partition_index: partition.partition.0,
            timestamp: spec.timestamp(),
            ..ListOffsetsPartition::default()
        };
        let topic = topics.entry(partition.topic.as_str()).or_default();
        topic.push(wanted);
    }
    let topics = topics.into_iter().map(|(name, partitions)| {
        let name = name.into();
        ListOffsetsTopic { name, partitions }
    });
    ListOffsetsRequest {
        replica_id: -1,
        isolation_level: isolation.level(),
        topics: topics.collect(),
        ..ListOffsetsRequest::default()
    }
}

fn collect(
    answer: ListOffsetsResponse,
    found: &mut BTreeMap<TopicPartition, ListedOffset>,
) -> Result<(), ClientError> {
    for topic in answer.topics {
        for partition in topic.partitions {
            let index = partition.partition_index;
            let of = crate::names::topic_partition(&topic.name, index)?;
            // A partition of an old leader says "unknown"; its new one will not.
            let code = match partition.error_code {
                ErrorCode::UNKNOWN_LEADER_EPOCH => ErrorCode::NOT_LEADER_OR_FOLLOWER,
                code => code,
            };
            ClientError::check(code, None, || format!("offsets of {of}"))?;
            let listed = ListedOffset {
                offset: (partition.offset >= 0).then_some(partition.offset),
                timestamp_ms: (partition.timestamp >= 0).then_some(partition.timestamp),
            };
            found.insert(of, listed);
        }
    }
    Ok(())
}
