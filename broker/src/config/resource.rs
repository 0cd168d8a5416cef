//! What has a configuration: the resources of the configuration APIs, with Kafka's sentences for
//! names that are none.
//!
//! Whether a topic exists is asked of an image, not here.

use model::{InvalidTopicName, TOPIC_NAME_BYTES_MAX, TopicName};
use thiserror::Error;

use kinds::{BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP, TOPIC};

/// One resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConfigResource {
    /// This broker.
    Broker,
    /// All brokers: a broker without a name.
    Brokers,
    /// The loggers of this broker.
    Loggers,
    /// A client metrics subscription.
    ClientMetrics(String),
    /// A group.
    Group(String),
    /// A topic with a legal name.
    Topic(TopicName),
}

/// Why a configuration cannot be shown or changed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ConfigRefusal {
    /// Another authorization is needed; the kind says whose.
    #[error("{0}")]
    Denied(Forbidden),
    /// A setting is not possible.
    #[error("{0}")]
    InvalidConfig(String),
    /// The request does not make sense.
    #[error("{0}")]
    InvalidRequest(String),
    /// A name that no topic can have.
    #[error("Topic name is invalid: {0}")]
    InvalidTopic(String),
    /// A topic that is not there.
    #[error("{0}")]
    UnknownTopic(String),
    /// The change could not be stored.
    #[error("the configuration could not be stored: {0}")]
    Storage(String),
}

/// What a principal may not touch.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Forbidden {
    /// Brokers, loggers and client metrics.
    #[error("Cluster authorization failed.")]
    Cluster,
    /// A group.
    #[error("Group authorization failed.")]
    Group,
    /// A topic.
    #[error("Topic authorization failed.")]
    Topic,
}

/// `ConfigResource.Type` of Kafka: the number of each type on the wire.
pub mod kinds {
    /// One topic.
    pub const TOPIC: i8 = 2;
    /// One broker, or all of them.
    pub const BROKER: i8 = 4;
    /// The loggers of one broker.
    pub const BROKER_LOGGER: i8 = 8;
    /// A client metrics subscription.
    pub const CLIENT_METRICS: i8 = 16;
    /// A group.
    pub const GROUP: i8 = 32;
}

impl ConfigResource {
    /// The resource that a DescribeConfigs request names.
    ///
    /// # Errors
    /// A type or name that this broker does not have.
    pub fn to_describe(kind: i8, name: &str, node_id: i32) -> Result<Self, ConfigRefusal> {
        let node = |text: &str| {
            text.parse::<i32>()
                .map_err(|_| request(format!("Broker id must be an integer, but it is: {text}")))
        };
        match (kind, name) {
            (BROKER, "") => Ok(Self::Brokers),
            (BROKER, _) if node(name)? == node_id => Ok(Self::Broker),
            (BROKER, _) => Err(request(format!(
                "Unexpected broker id, expected {node_id} or empty string, but received {name}"
            ))),
            (BROKER_LOGGER, "") => Err(request("Broker id must not be empty")),
            (BROKER_LOGGER, _) if node(name)? == node_id => Ok(Self::Loggers),
            (BROKER_LOGGER, _) => Err(request(format!(
                "Unexpected broker id, expected {node_id} but received {name}"
            ))),
            (CLIENT_METRICS, "") => Err(request(
                "Client metrics subscription name must not be empty",
            )),
            (CLIENT_METRICS, _) => Ok(Self::ClientMetrics(name.to_owned())),
            (GROUP, "") => Err(request("Group name must not be empty")),
            (GROUP, _) => Ok(Self::Group(name.to_owned())),
            (TOPIC, _) => topic(name),
            _ => Err(request(format!("Unknown resource type {kind}"))),
        }
    }

    /// The resource that an AlterConfigs or IncrementalAlterConfigs request names.
    ///
    /// # Errors
    /// A type or name that this broker does not have.
    pub fn to_alter(kind: i8, name: &str, node_id: i32) -> Result<Self, ConfigRefusal> {
        let node = |text: &str| {
            text.parse::<i32>()
                .map_err(|_| request(format!("Node id must be an integer, but it is: {text}")))
        };
        match (kind, name) {
            (BROKER, "") => Ok(Self::Brokers),
            (BROKER, _) if node(name)? == node_id => Ok(Self::Broker),
            (BROKER, _) => Err(request(format!(
                "Unexpected broker id, expected {node_id}, but received {name}"
            ))),
            (BROKER_LOGGER, _) if node(name)? == node_id => Ok(Self::Loggers),
            (BROKER_LOGGER, _) => Err(request(format!(
                "Unexpected node id. Expected {node_id}, but received {name}"
            ))),
            (CLIENT_METRICS, "") => Err(request("Subscription name can't be empty")),
            (CLIENT_METRICS, _) => Ok(Self::ClientMetrics(name.to_owned())),
            (GROUP, "") => Err(request("Default group resources are not allowed.")),
            (GROUP, _) => Ok(Self::Group(name.to_owned())),
            (TOPIC, "") => Err(request("Default topic resources are not allowed.")),
            (TOPIC, _) => topic(name),
            _ => Err(request(format!("Unknown resource type {kind}"))),
        }
    }
}

fn request(sentence: impl Into<String>) -> ConfigRefusal {
    ConfigRefusal::InvalidRequest(sentence.into())
}

fn topic(name: &str) -> Result<ConfigResource, ConfigRefusal> {
    TopicName::new(name).map(ConfigResource::Topic).map_err(|invalid| {
        ConfigRefusal::InvalidTopic(match invalid {
            InvalidTopicName::Empty => "the empty string is not allowed".to_owned(),
            InvalidTopicName::DotOnly => "'.' or '..' is not allowed".to_owned(),
            InvalidTopicName::TooLong(_) => format!(
                "the length of '{name}' is longer than the max allowed length {TOPIC_NAME_BYTES_MAX}"
            ),
            InvalidTopicName::IllegalCharacter(_) => format!(
                "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' \
                 and '-'"
            ),
        })
    })
}

#[cfg(test)]
mod tests;
