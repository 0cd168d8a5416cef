//! `outrigger topics describe`: partitions with their leaders and offsets, and what is configured.

use std::collections::BTreeMap;

use clap::Args;
use client::{Cluster, ConfigResource, ConfigSource, Isolation, ListedOffset, OffsetSpec, Topic};
use model::{BrokerId, TopicName, TopicPartition};
use serde::Serialize;

use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::table::Table;
use crate::client_commands::{CommandError, place};

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics describe orders
  outrigger topics describe orders --json | jq '.[0].partitions[].end_offset'")]
pub(crate) struct DescribeArgs {
    /// Topics to describe
    #[arg(required = true, value_name = "TOPIC", value_parser = place::topic_name)]
    topics: Vec<TopicName>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Described {
    name: String,
    id: String,
    internal: bool,
    /// Keys that were set on the topic.
    config: BTreeMap<String, Option<String>>,
    partitions: Vec<DescribedPartition>,
}

#[derive(Serialize)]
struct DescribedPartition {
    partition: i32,
    leader: Option<i32>,
    leader_epoch: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    offline: Vec<i32>,
    start_offset: Option<i64>,
    end_offset: Option<i64>,
}

impl DescribeArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let mut described = Vec::new();
        for name in &self.topics {
            let topic = cluster.topic(name, false).await?;
            described.push(describe(&cluster, &topic).await?);
        }
        if self.output.json {
            return output::json(&described);
        }
        for (i, topic) in described.iter().enumerate() {
            if i > 0 {
                output::line("")?;
            }
            show(topic)?;
        }
        Ok(())
    }
}

async fn describe(cluster: &Cluster, topic: &Topic) -> Result<Described, CommandError> {
    let resource = ConfigResource::Topic(topic.name.clone());
    let config = cluster.describe_configs(&resource).await?.into_iter();
    let config = config.filter(|entry| entry.source == ConfigSource::Topic);
    let starts = offsets(cluster, topic, OffsetSpec::Earliest).await?;
    let ends = offsets(cluster, topic, OffsetSpec::Latest).await?;
    let ids = |brokers: &[BrokerId]| brokers.iter().map(|id| id.0).collect();
    let found = |offsets: &BTreeMap<TopicPartition, ListedOffset>, partition| {
        let of = TopicPartition {
            topic: topic.name.clone(),
            partition,
        };
        offsets.get(&of).and_then(|listed| listed.offset)
    };
    let partitions = topic.partitions.iter().map(|p| DescribedPartition {
        partition: p.index.0,
        leader: p.leader.map(|id| id.0),
        leader_epoch: p.leader_epoch.0,
        replicas: ids(&p.replicas),
        isr: ids(&p.isr),
        offline: ids(&p.offline),
        start_offset: found(&starts, p.index),
        end_offset: found(&ends, p.index),
    });
    Ok(Described {
        name: topic.name.to_string(),
        id: topic.id.to_string(),
        internal: topic.internal,
        config: config.map(|entry| (entry.name, entry.value)).collect(),
        partitions: partitions.collect(),
    })
}

/// Offsets of the partitions that have a leader: the others cannot be asked.
async fn offsets(
    cluster: &Cluster,
    topic: &Topic,
    spec: OffsetSpec,
) -> Result<BTreeMap<TopicPartition, ListedOffset>, CommandError> {
    let led = topic.partitions.iter().filter(|p| p.leader.is_some());
    let wanted = led.map(|partition| {
        let topic = topic.name.clone();
        let partition = partition.index;
        (TopicPartition { topic, partition }, spec)
    });
    let wanted: Vec<_> = wanted.collect();
    Ok(cluster
        .list_offsets(&wanted, Isolation::Uncommitted)
        .await?)
}

fn show(topic: &Described) -> Result<(), CommandError> {
    output::line(&format!("topic   {}", topic.name))?;
    output::line(&format!("id      {}", topic.id))?;
    for (i, (name, value)) in topic.config.iter().enumerate() {
        let label = if i == 0 { "config" } else { "" };
        let value = value.as_deref().unwrap_or("(secret)");
        output::line(&format!("{label:<6}  {name}={value}"))?;
    }
    let mut table = Table::new([
        "PARTITION",
        "LEADER",
        "EPOCH",
        "REPLICAS",
        "ISR",
        "START",
        "END",
        "RECORDS",
    ]);
    let list = |ids: &[i32]| ids.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let text = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
    for p in &topic.partitions {
        let leader = p
            .leader
            .map_or_else(|| "none".to_owned(), |id| id.to_string());
        let records = p
            .end_offset
            .zip(p.start_offset)
            .map(|(end, start)| end - start);
        table.row([
            p.partition.to_string(),
            leader,
            p.leader_epoch.to_string(),
            list(&p.replicas),
            list(&p.isr),
            text(p.start_offset),
            text(p.end_offset),
            text(records),
        ]);
    }
    output::table(&table)
}
