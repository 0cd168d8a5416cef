//! Creating topics, whoever asks: CreateTopics, first use, or the broker itself for its own.
//!
//! Decides by the newest image and commits the record; what may be asked for, and who may ask, is
//! the caller's business.

use std::collections::BTreeMap;

use authz::Permit;
use model::{TopicId, TopicName};
use tracing::{info, warn};

use crate::broker::Broker;
use crate::metadata::{CommitError, Image, MetadataRecord};

/// The topic that keeps committed offsets and groups.
pub const GROUPS_TOPIC: &str = "__consumer_offsets";
/// The topic that keeps transactions.
pub const TRANSACTIONS_TOPIC: &str = "__transaction_state";

/// Partitions that one request may create, as in Kafka.
pub const PARTITIONS_PER_REQUEST_MAX: i32 = 10_000;

/// Whether a topic is the broker's own: listed, but not written by clients.
pub fn is_internal(name: &str) -> bool {
    matches!(name, GROUPS_TOPIC | TRANSACTIONS_TOPIC)
}

/// A topic to be.
#[derive(Clone, Debug)]
pub struct NewTopic {
    /// Its name.
    pub name: TopicName,
    /// How many partitions, at least one.
    pub partitions: i32,
    /// Configuration of its own, already checked.
    pub configs: BTreeMap<String, String>,
}

/// Why a topic was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateTopicError {
    /// It is there.
    #[error("Topic '{0}' already exists.")]
    Exists(TopicName),
    /// Metrics could not tell it from another one.
    #[error("Topic '{0}' collides with existing topic: {1}")]
    Collides(TopicName, TopicName),
    /// The disk did not take it.
    #[error("the topic could not be stored: {0}")]
    Storage(String),
}

/// Says whether `topic` may be created in `image`.
pub fn check(image: &Image, name: &TopicName) -> Result<(), CreateTopicError> {
    if image.topic(name.as_str()).is_some() {
        return Err(CreateTopicError::Exists(name.clone()));
    }
    match image.colliding_topic(name) {
        Some(other) => Err(CreateTopicError::Collides(name.clone(), other.name.clone())),
        None => Ok(()),
    }
}

/// Creates one topic; gives its id.
pub async fn create(
    broker: &Broker,
    permit: Permit,
    now_ms: i64,
    topic: NewTopic,
) -> Result<TopicId, CreateTopicError> {
    let id = broker.random.topic_id();
    let decide = |image: &Image| {
        check(image, &topic.name)?;
        let record = MetadataRecord::Topic {
            name: topic.name.to_string(),
            id: id.to_string(),
            partitions: topic.partitions,
            born_epoch: image.leader_epoch.0,
            configs: topic.configs.clone(),
        };
        Ok((vec![record], ()))
    };
    match broker.commit(permit, now_ms, decide).await {
        Ok(()) => {
            info!(topic = %topic.name, partitions = topic.partitions, %id, "created topic");
            Ok(id)
        }
        Err(CommitError::Refused(error)) => Err(error),
        Err(other) => Err(CreateTopicError::Storage(other.to_string())),
    }
}

/// Creates the topics that a client asked about, where `auto.create.topics.enable` says so. The
/// broker's own topics come into being this way too, whatever that setting is.
pub async fn create_on_first_use(
    broker: &Broker,
    permit: Permit,
    now_ms: i64,
    names: Vec<TopicName>,
) {
    for name in names {
        let internal = is_internal(name.as_str());
        if !internal && !broker.config.current().topics.auto_create {
            continue;
        }
        let topic = if internal {
            match internal_topic(broker, name) {
                Some(topic) => topic,
                None => continue,
            }
        } else {
            let partitions = broker.config.current().topics.partitions;
            NewTopic {
                name,
                partitions,
                configs: BTreeMap::new(),
            }
        };
        match create(broker, permit, now_ms, topic).await {
            // Somebody else was quicker.
            Ok(_) | Err(CreateTopicError::Exists(_)) => {}
            Err(error) => warn!(%error, "cannot create a topic on first use"),
        }
    }
}

/// What one of the broker's own topics looks like; transactions have none before they exist.
fn internal_topic(broker: &Broker, name: TopicName) -> Option<NewTopic> {
    if name.as_str() != GROUPS_TOPIC {
        return None;
    }
    let config = broker.config.current();
    let offsets = &config.offsets;
    let configs = [
        ("cleanup.policy", "compact".to_owned()),
        ("compression.type", "producer".to_owned()),
        ("segment.bytes", offsets.topic_segment_bytes.to_string()),
    ];
    Some(NewTopic {
        name,
        partitions: offsets.topic_partitions,
        configs: configs.map(|(key, value)| (key.to_owned(), value)).into(),
    })
}
