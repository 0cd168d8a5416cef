//! What new topics get, and which settings a topic may have on a node that stands alone.
//!
//! One node has one replica to give. Where clamping is on, more is lowered with a warning, so that
//! code written for a cluster runs unchanged; where it is off, Kafka's errors answer it.

use config::{Properties, Reader, check_topic_pairs, topic_key};
use thiserror::Error;

use super::BrokerConfig;

/// Replicas that one node can give.
pub const REPLICAS_MAX: i32 = 1;

const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";

/// What new topics get.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopicsConfig {
    /// `auto.create.topics.enable`.
    pub auto_create: bool,
    /// `num.partitions`.
    pub partitions: i32,
    /// `default.replication.factor`, as it was given.
    pub replication_factor: i32,
    /// `min.insync.replicas`, as it was given.
    pub min_insync_replicas: i32,
    /// `delete.topic.enable`.
    pub delete_enable: bool,
    /// `outrigger.clamp.replication`; on with the preset msk.
    pub clamp_replication: bool,
}

/// Why a topic cannot have a setting; INVALID_CONFIG to clients.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum InvalidTopicConfig {
    /// No key of topics.
    #[error("Unknown topic config name: {0}")]
    Unknown(String),
    /// No value of its key.
    #[error(transparent)]
    Value(#[from] config::InvalidValue),
    /// Values that exclude each other.
    #[error(transparent)]
    Pair(#[from] config::BrokenRule),
    /// `cleanup.policy` with `compact`, which does not exist yet.
    #[error(
        "Invalid value {0} for configuration cleanup.policy: compaction is not available yet, use \
         delete"
    )]
    Compaction(String),
    /// `remote.storage.enable`, as Kafka answers it where tiering is off.
    #[error(
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with \
         remote log storage."
    )]
    TieredStorage,
}

impl TopicsConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        if compacts(&read.list("log.cleanup.policy")) {
            read.problem("log.cleanup.policy: compaction is not available yet; use delete");
        }
        Self {
            auto_create: read.flag("auto.create.topics.enable"),
            partitions: read.int("num.partitions"),
            replication_factor: read.int("default.replication.factor"),
            min_insync_replicas: read.int(MIN_INSYNC_REPLICAS),
            delete_enable: read.flag("delete.topic.enable"),
            clamp_replication: read.flag("outrigger.clamp.replication"),
        }
    }

    /// Replicas of a topic that asks for `asked`; `None` where this node cannot give them.
    pub fn replication_factor(&self, asked: i32) -> Option<i32> {
        if asked <= REPLICAS_MAX || self.clamp_replication {
            Some(asked.min(REPLICAS_MAX))
        } else {
            None
        }
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let asked = [
            ("default.replication.factor", self.replication_factor),
            (MIN_INSYNC_REPLICAS, self.min_insync_replicas),
        ];
        let beyond = asked.into_iter().filter(|(_, asked)| *asked > REPLICAS_MAX);
        beyond
            .map(|(name, asked)| {
                if self.clamp_replication {
                    format!("{name} is {asked}, but one node gives {REPLICAS_MAX}: clamped")
                } else {
                    format!(
                        "{name} is {asked}, but one node gives {REPLICAS_MAX}: topics that need it \
                         are refused; set outrigger.clamp.replication=true to lower it instead"
                    )
                }
            })
            .collect()
    }
}

impl BrokerConfig {
    /// In-sync replicas that a producer with acks=all waits for on a topic that set `overrides`.
    /// Cheap: every produce request asks.
    pub fn min_insync_replicas(&self, overrides: &Properties) -> i32 {
        let own = overrides
            .get(MIN_INSYNC_REPLICAS)
            .and_then(|text| text.trim().parse().ok());
        let asked = own.unwrap_or(self.topics.min_insync_replicas);
        if self.topics.clamp_replication {
            asked.min(REPLICAS_MAX)
        } else {
            asked
        }
    }

    /// Checks the settings that a topic is to have, all of them together.
    ///
    /// # Errors
    /// The first that it cannot have.
    pub fn check_topic(&self, overrides: &Properties) -> Result<(), InvalidTopicConfig> {
        for (name, text) in overrides {
            let key = topic_key(name).ok_or_else(|| InvalidTopicConfig::Unknown(name.clone()))?;
            let value = key.parse(text)?;
            match (name.as_str(), value) {
                ("cleanup.policy", config::Value::List(items)) if compacts(&items) => {
                    return Err(InvalidTopicConfig::Compaction(items.join(",")));
                }
                ("remote.storage.enable", config::Value::Boolean(true)) => {
                    return Err(InvalidTopicConfig::TieredStorage);
                }
                _ => {}
            }
        }
        check_topic_pairs(overrides)?;
        Ok(())
    }
}

fn compacts(policies: &[String]) -> bool {
    policies.iter().any(|policy| policy == "compact")
}
