//! `outrigger topics config`: shows the configuration of a topic, or changes it key by key.

use clap::Args;
use client::{ConfigResource, ConfigSource};
use model::TopicName;
use serde::Serialize;

use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::table::Table;
use crate::client_commands::{CommandError, place};

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics config orders
  outrigger topics config orders --set retention.ms=86400000 --delete compression.type")]
pub(crate) struct ConfigArgs {
    /// The topic
    #[arg(value_parser = place::topic_name)]
    topic: TopicName,
    /// Set a key; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = place::name_and_value)]
    set: Vec<(String, String)>,
    /// Bring a key back to its default; may be repeated
    #[arg(long, value_name = "NAME")]
    delete: Vec<String>,
    /// Show every key, not only those that were set somewhere
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Row {
    name: String,
    value: Option<String>,
    source: &'static str,
}

fn source_name(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Broker => "broker",
        ConfigSource::ClusterDefault => "cluster",
        ConfigSource::Default => "default",
        ConfigSource::File => "file",
        ConfigSource::Other(_) => "other",
        ConfigSource::Topic => "topic",
    }
}

impl ConfigArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let resource = ConfigResource::Topic(self.topic.clone());
        let failed = |error| CommandError::of_topic(&self.topic, error);
        let set = self
            .set
            .into_iter()
            .map(|(name, value)| (name, Some(value)));
        let changes: Vec<_> = set
            .chain(self.delete.into_iter().map(|name| (name, None)))
            .collect();
        if !changes.is_empty() {
            let altered = cluster.alter_configs(&resource, &changes).await;
            altered.map_err(failed)?;
        }
        let rows: Vec<Row> = cluster
            .describe_configs(&resource)
            .await
            .map_err(failed)?
            .into_iter()
            .filter(|entry| self.all || entry.source != ConfigSource::Default)
            .map(|entry| Row {
                name: entry.name,
                value: entry.value,
                source: source_name(entry.source),
            })
            .collect();
        if self.output.json {
            return output::json(&rows);
        }
        let mut table = Table::new(["NAME", "SOURCE", "VALUE"]);
        for row in rows {
            table.row([
                row.name,
                row.source.to_owned(),
                row.value.unwrap_or_default(),
            ]);
        }
        output::table(&table)
    }
}
