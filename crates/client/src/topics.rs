//! Topics as an administrator handles them.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{TopicId, TopicName, TopicPartition};
use protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use protocol::{ApiKey, ErrorCode};

use crate::cluster::Lane;
use crate::{ClientError, Cluster, names};

/// From here on, topics to delete may be named by id (KIP-516).
const DELETE_BY_ID_SINCE: i16 = 6;

/// A topic to be.
#[derive(Clone, Debug)]
pub struct NewTopic {
    /// Its name.
    pub name: TopicName,
    /// How many partitions; `None` is the broker's default.
    pub partitions: Option<i32>,
    /// How many replicas; `None` is the broker's default.
    pub replication_factor: Option<i16>,
    /// Its configuration where it differs from the broker's.
    pub configs: BTreeMap<String, String>,
}

/// What a created topic turned out to be. Old brokers tell less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id; zero from brokers that have none.
    pub id: TopicId,
    /// How many partitions it has.
    pub partitions: Option<i32>,
    /// How many replicas each has.
    pub replication_factor: Option<i16>,
}

impl Cluster {
    fn admin_timeout_ms(&self) -> i32 {
        let timeout = self.settings().request_timeout.as_millis();
        i32::try_from(timeout).unwrap_or(i32::MAX)
    }

    /// Creates a topic, or only checks whether it could be.
    pub async fn create_topic(
        &self,
        topic: &NewTopic,
        validate_only: bool,
    ) -> Result<CreatedTopic, ClientError> {
        let request = |_| CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: topic.name.as_str().into(),
                num_partitions: topic.partitions.unwrap_or(-1),
                replication_factor: topic.replication_factor.unwrap_or(-1),
                assignments: Vec::new(),
                configs: topic
                    .configs
                    .iter()
                    .map(|(name, value)| CreatableTopicConfig {
                        name: name.as_str().into(),
                        value: Some(value.as_str().into()),
                    })
                    .collect(),
            }],
            timeout_ms: self.admin_timeout_ms(),
            validate_only,
        };
        let answer = self
            .ask_controller(request, |answer| {
                let first = answer.topics.first();
                first.map_or(ErrorCode::NONE, |topic| topic.error_code)
            })
            .await?;
        let created = answer.topics.into_iter().next();
        let created = created.ok_or_else(|| unanswered("create", &topic.name))?;
        ClientError::check(created.error_code, created.error_message.as_deref(), || {
            format!("cannot create topic {}", topic.name)
        })?;
        Ok(CreatedTopic {
            id: created.topic_id,
            partitions: Some(created.num_partitions).filter(|count| *count >= 0),
            replication_factor: Some(created.replication_factor).filter(|count| *count >= 0),
        })
    }

    /// Deletes a topic and its records.
    pub async fn delete_topic(&self, topic: &TopicName) -> Result<(), ClientError> {
        let request = |version| {
            let mut request = DeleteTopicsRequest {
                timeout_ms: self.admin_timeout_ms(),
                ..DeleteTopicsRequest::default()
            };
            if version >= DELETE_BY_ID_SINCE {
                request.topics = vec![DeleteTopicState {
                    name: Some(topic.as_str().into()),
                    topic_id: TopicId::ZERO,
                }];
            } else {
                request.topic_names = vec![topic.as_str().into()];
            }
            request
        };
        let answer = self
            .ask_controller(request, |answer| {
                let first = answer.responses.first();
                first.map_or(ErrorCode::NONE, |topic| topic.error_code)
            })
            .await?;
        self.forget(topic);
        let deleted = answer.responses.into_iter().next();
        let deleted = deleted.ok_or_else(|| unanswered("delete", topic))?;
        ClientError::check(deleted.error_code, deleted.error_message.as_deref(), || {
            format!("cannot delete topic {topic}")
        })
    }

    /// Raises the number of partitions of a topic to `count`.
    pub async fn create_partitions(
        &self,
        topic: &TopicName,
        count: i32,
    ) -> Result<(), ClientError> {
        let request = |_| CreatePartitionsRequest {
            topics: vec![CreatePartitionsTopic {
                name: topic.as_str().into(),
                count,
                assignments: None,
            }],
            timeout_ms: self.admin_timeout_ms(),
            validate_only: false,
        };
        let answer = self
            .ask_controller(request, |answer| {
                let first = answer.results.first();
                first.map_or(ErrorCode::NONE, |topic| topic.error_code)
            })
            .await?;
        self.forget(topic);
        let raised = answer.results.into_iter().next();
        let raised = raised.ok_or_else(|| unanswered("change", topic))?;
        ClientError::check(raised.error_code, raised.error_message.as_deref(), || {
            format!("cannot change the partitions of topic {topic}")
        })
    }

    /// Deletes the records before the given offsets, -1 being all; gives the oldest that is kept.
    pub async fn delete_records(
        &self,
        before: &[(TopicPartition, i64)],
    ) -> Result<BTreeMap<TopicPartition, i64>, ClientError> {
        let mut kept = BTreeMap::new();
        for (broker, before) in self.by_leader(before.iter().cloned()).await? {
            let mut topics: BTreeMap<&str, Vec<DeleteRecordsPartition>> = BTreeMap::new();
            for (of, offset) in &before {
                let topic = topics.entry(of.topic.as_str()).or_default();
                topic.push(DeleteRecordsPartition {
                    partition_index: of.partition.0,
                    offset: *offset,
                });
            }
            let topic = |(name, partitions): (&str, _)| DeleteRecordsTopic {
                name: name.into(),
                partitions,
            };
            let request = DeleteRecordsRequest {
                topics: topics.into_iter().map(topic).collect(),
                timeout_ms: self.admin_timeout_ms(),
            };
            let connection = self.broker(broker, Lane::Control).await?;
            let version = connection.version(ApiKey::DeleteRecords)?;
            let mut ticket = connection.begin(request, version, Duration::ZERO).await?;
            for topic in ticket.answer().await?.topics {
                for partition in topic.partitions {
                    let index = partition.partition_index;
                    let of = names::topic_partition(&topic.name, index)?;
                    ClientError::check(partition.error_code, None, || {
                        format!("cannot delete records of {of}")
                    })?;
                    kept.insert(of, partition.low_watermark);
                }
            }
        }
        Ok(kept)
    }
}

fn unanswered(action: &str, topic: &TopicName) -> ClientError {
    ClientError::Invalid(format!(
        "the broker was asked to {action} topic {topic} and did not say what became of it"
    ))
}
