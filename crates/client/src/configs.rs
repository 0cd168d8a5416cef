//! The configuration of topics and brokers: described with its sources, changed key by key.

use std::time::Duration;

use model::{BrokerId, TopicName};
use protocol::ErrorCode;
use protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
};
use protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use crate::api::Call;
use crate::cluster::Lane;
use crate::connection::Connection;
use crate::{ClientError, Cluster};

const SET: i8 = 0;
const DELETE: i8 = 1;

/// What has a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigResource {
    /// One broker.
    Broker(BrokerId),
    /// A topic.
    Topic(TopicName),
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value; `None` where there is none, or where it is secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Whether it cannot be changed while the broker runs.
    pub read_only: bool,
    /// Whether it is secret.
    pub sensitive: bool,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// It was set on this broker while it ran.
    Broker,
    /// It was set for all brokers while they ran.
    ClusterDefault,
    /// Nobody set it.
    Default,
    /// The broker's file has it.
    File,
    /// Something else, by Kafka's number.
    Other(i8),
    /// It was set on this topic.
    Topic,
}

impl ConfigSource {
    fn from_wire(source: i8) -> Self {
        match source {
            1 => Self::Topic,
            2 => Self::Broker,
            3 => Self::ClusterDefault,
            4 => Self::File,
            5 => Self::Default,
            other => Self::Other(other),
        }
    }
}

impl ConfigResource {
    fn wire(&self) -> (i8, String) {
        match self {
            Self::Topic(name) => (2, name.to_string()),
            Self::Broker(id) => (4, id.to_string()),
        }
    }

    fn noun(&self) -> String {
        match self {
            Self::Topic(name) => format!("topic {name}"),
            Self::Broker(id) => format!("broker {id}"),
        }
    }
}

impl Cluster {
    /// All keys of a resource, by name.
    pub async fn describe_configs(
        &self,
        resource: &ConfigResource,
    ) -> Result<Vec<ConfigEntry>, ClientError> {
        let (resource_type, resource_name) = resource.wire();
        let request = DescribeConfigsRequest {
            resources: vec![DescribeConfigsResource {
                resource_type,
                resource_name: resource_name.into(),
                configuration_keys: None,
            }],
            ..DescribeConfigsRequest::default()
        };
        let answer = call(&self.keeper(resource).await?, request).await?;
        let result = answer.results.into_iter().next().ok_or_else(|| {
            ClientError::Invalid(format!("the broker did not describe {}", resource.noun()))
        })?;
        ClientError::check(result.error_code, result.error_message.as_deref(), || {
            format!("cannot describe {}", resource.noun())
        })?;
        let mut entries: Vec<ConfigEntry> = result.configs.into_iter().map(entry).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Sets keys, or with `None` brings them back to their defaults; the others stay.
    pub async fn alter_configs(
        &self,
        resource: &ConfigResource,
        changes: &[(String, Option<String>)],
    ) -> Result<(), ClientError> {
        let (resource_type, resource_name) = resource.wire();
        let configs = changes.iter().map(|(name, value)| AlterableConfig {
            name: name.as_str().into(),
            config_operation: if value.is_some() { SET } else { DELETE },
            value: value.as_deref().map(Into::into),
        });
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type,
                resource_name: resource_name.into(),
                configs: configs.collect(),
            }],
            validate_only: false,
        };
        let answer = call(&self.keeper(resource).await?, request).await?;
        let result = answer.responses.first();
        let (code, message) = match result {
            Some(result) => (result.error_code, result.error_message.as_deref()),
            None => (ErrorCode::UNKNOWN_SERVER_ERROR, Some("no result came back")),
        };
        ClientError::check(code, message, || {
            format!("cannot change the configuration of {}", resource.noun())
        })
    }

    /// Who answers for a resource: a broker for itself, the controller for topics.
    async fn keeper(&self, resource: &ConfigResource) -> Result<Connection, ClientError> {
        match resource {
            ConfigResource::Broker(id) => self.broker(*id, Lane::Control).await,
            ConfigResource::Topic(_) => self.controller().await,
        }
    }
}

async fn call<C: Call>(connection: &Connection, request: C) -> Result<C::Answer, ClientError> {
    connection.call_within(request, Duration::ZERO).await
}

fn entry(config: DescribeConfigsResourceResult) -> ConfigEntry {
    ConfigEntry {
        name: config.name.to_string(),
        value: config.value.map(|value| value.to_string()),
        source: ConfigSource::from_wire(config.config_source),
        read_only: config.read_only,
        sensitive: config.is_sensitive,
    }
}
