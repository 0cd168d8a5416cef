//! `outrigger topics create`, `alter` and `delete`.

use clap::Args;
use client::NewTopic;
use model::TopicName;
use protocol::ErrorCode;
use serde::Serialize;

use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::place;

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics create orders --partitions 12
  outrigger topics create audit -c cleanup.policy=compact --if-not-exists")]
pub(crate) struct CreateArgs {
    /// Its name
    #[arg(value_parser = place::topic_name)]
    topic: TopicName,
    /// Number of partitions [default: the broker's num.partitions]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Number of replicas [default: the broker's default.replication.factor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..))]
    replication_factor: Option<i16>,
    /// Configuration of the topic; may be repeated
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = place::name_and_value)]
    config: Vec<(String, String)>,
    /// Do nothing where the topic exists
    #[arg(long)]
    if_not_exists: bool,
    /// Only check whether the topic could be created
    #[arg(long)]
    validate_only: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Created {
    name: String,
    id: String,
    partitions: Option<i32>,
    replication_factor: Option<i16>,
}

impl CreateArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let topic = NewTopic {
            name: self.topic.clone(),
            partitions: self.partitions,
            replication_factor: self.replication_factor,
            configs: self.config.into_iter().collect(),
        };
        let created = match cluster.create_topic(&topic, self.validate_only).await {
            Err(error)
                if self.if_not_exists && error.code() == Some(ErrorCode::TOPIC_ALREADY_EXISTS) =>
            {
                crate::output::note(&format!("topic {} exists", self.topic));
                return Ok(());
            }
            created => created?,
        };
        if self.output.json {
            return output::json(&Created {
                name: self.topic.to_string(),
                id: created.id.to_string(),
                partitions: created.partitions,
                replication_factor: created.replication_factor,
            });
        }
        let verb = if self.validate_only {
            "can be created"
        } else {
            "created"
        };
        let count = created.partitions.map_or_else(String::new, |count| {
            let noun = if count == 1 {
                "partition"
            } else {
                "partitions"
            };
            format!(" with {count} {noun}")
        });
        output::line(&format!("topic {} {verb}{count}", self.topic))
    }
}

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics alter orders --partitions 24")]
pub(crate) struct AlterArgs {
    /// Its name
    #[arg(value_parser = place::topic_name)]
    topic: TopicName,
    /// Number of partitions to have; it can only rise
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: i32,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl AlterArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        cluster
            .create_partitions(&self.topic, self.partitions)
            .await
            .map_err(|error| CommandError::of_topic(&self.topic, error))?;
        output::line(&format!(
            "topic {} has {} partitions",
            self.topic, self.partitions
        ))
    }
}

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics delete orders
  outrigger topics delete orders audit --if-exists")]
pub(crate) struct DeleteArgs {
    /// Topics to delete
    #[arg(required = true, value_name = "TOPIC", value_parser = place::topic_name)]
    topics: Vec<TopicName>,
    /// Do nothing where a topic does not exist
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl DeleteArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        for topic in &self.topics {
            match cluster.delete_topic(topic).await {
                Err(error)
                    if self.if_exists
                        && error.code() == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) =>
                {
                    crate::output::note(&format!("topic {topic} does not exist"));
                }
                deleted => {
                    deleted.map_err(|error| CommandError::of_topic(topic, error))?;
                    output::line(&format!("topic {topic} deleted"))?;
                }
            }
        }
        Ok(())
    }
}
