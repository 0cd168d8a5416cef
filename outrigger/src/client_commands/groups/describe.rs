//! `outrigger groups describe`: each partition that a group reads or committed to, its lag and
//! its reader.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use client::{Cluster, Committed, GroupDescription, Isolation, MemberDescription, OffsetSpec};
use model::{GroupId, TopicPartition};
use protocol::ErrorCode;
use serde::Serialize;

use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::table::Table;
use crate::client_commands::{CommandError, place};

/// The state in which a coordinator describes a group that it does not have.
const STATE_DEAD: &str = "Dead";

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger groups describe billing
  outrigger groups describe billing --json | jq '.[0].lag'")]
pub(crate) struct DescribeArgs {
    /// Groups to describe
    #[arg(required = true, value_name = "GROUP", value_parser = place::group_id)]
    groups: Vec<GroupId>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Described {
    group: String,
    state: String,
    assignor: String,
    /// Records behind in all partitions together.
    lag: i64,
    members: Vec<Member>,
    partitions: Vec<Row>,
}

#[derive(Serialize)]
struct Member {
    member_id: String,
    instance_id: Option<String>,
    client_id: String,
    host: String,
    partitions: usize,
}

#[derive(Serialize)]
struct Row {
    topic: String,
    partition: i32,
    committed: Option<i64>,
    end: Option<i64>,
    lag: Option<i64>,
    member_id: Option<String>,
    client_id: Option<String>,
    host: Option<String>,
}

impl DescribeArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let mut described = Vec::new();
        for group in &self.groups {
            described.push(describe(&cluster, group).await?);
        }
        if self.output.json {
            return output::json(&described);
        }
        for (i, group) in described.into_iter().enumerate() {
            if i > 0 {
                output::line("")?;
            }
            show(group)?;
        }
        Ok(())
    }
}

async fn describe(cluster: &Cluster, group: &GroupId) -> Result<Described, CommandError> {
    let missing = || {
        let text = format!("group {group} does not exist; `groups list` shows those that do");
        CommandError::Incomplete(text)
    };
    let description = match cluster.describe_group(group).await {
        Err(error) if error.code() == Some(ErrorCode::GROUP_ID_NOT_FOUND) => return Err(missing()),
        described => described?,
    };
    let committed = cluster.committed_offsets(group, None).await?;
    if description.state == STATE_DEAD && committed.is_empty() {
        return Err(missing());
    }
    let readers = readers(&description);
    let partitions: BTreeSet<&TopicPartition> = readers.keys().chain(committed.keys()).collect();
    let ends = ends(cluster, &partitions).await?;
    let row = |partition: &TopicPartition| {
        let committed = committed.get(partition).map(|at: &Committed| at.offset);
        let end = ends.get(partition).copied();
        let reader = readers.get(partition);
        Row {
            topic: partition.topic.to_string(),
            partition: partition.partition.0,
            committed,
            end,
            lag: end.zip(committed).map(|(end, at)| (end - at).max(0)),
            member_id: reader.map(|member| member.member_id.clone()),
            client_id: reader.map(|member| member.client_id.clone()),
            host: reader.map(|member| member.host.clone()),
        }
    };
    let partitions: Vec<Row> = partitions.into_iter().map(row).collect();
    let members = description.members.iter().map(|member| Member {
        member_id: member.member_id.clone(),
        instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        host: member.host.clone(),
        partitions: member.assignment.values().map(Vec::len).sum(),
    });
    Ok(Described {
        group: group.to_string(),
        lag: partitions.iter().filter_map(|row| row.lag).sum(),
        members: members.collect(),
        state: description.state,
        assignor: description.assignor,
        partitions,
    })
}

/// Who reads which partition.
fn readers(group: &GroupDescription) -> BTreeMap<TopicPartition, &MemberDescription> {
    let mut readers = BTreeMap::new();
    for member in &group.members {
        for (topic, partitions) in &member.assignment {
            for partition in partitions {
                let topic = topic.clone();
                let partition = *partition;
                readers.insert(TopicPartition { topic, partition }, member);
            }
        }
    }
    readers
}

/// Where partitions end. Those of topics that are gone are left out.
pub(super) async fn ends(
    cluster: &Cluster,
    partitions: &BTreeSet<&TopicPartition>,
) -> Result<BTreeMap<TopicPartition, i64>, CommandError> {
    let metadata = cluster.metadata(None, false).await?;
    let wanted: Vec<_> = partitions
        .iter()
        .filter(|of| {
            let topic = metadata.topics.get(&of.topic);
            let partition = topic.and_then(|topic| topic.partition(of.partition));
            partition.is_some_and(|partition| partition.leader.is_some())
        })
        .map(|of| ((*of).clone(), OffsetSpec::Latest))
        .collect();
    let listed = cluster
        .list_offsets(&wanted, Isolation::Uncommitted)
        .await?;
    let found = listed.into_iter();
    Ok(found
        .filter_map(|(of, listed)| Some((of, listed.offset?)))
        .collect())
}

fn show(group: Described) -> Result<(), CommandError> {
    output::line(&format!("group     {}", group.group))?;
    output::line(&format!("state     {}", group.state))?;
    if !group.assignor.is_empty() {
        output::line(&format!("assignor  {}", group.assignor))?;
    }
    output::line(&format!("members   {}", group.members.len()))?;
    output::line(&format!("lag       {}", group.lag))?;
    if group.partitions.is_empty() {
        return Ok(());
    }
    let mut table = Table::new([
        "TOPIC",
        "PARTITION",
        "COMMITTED",
        "END",
        "LAG",
        "CLIENT",
        "HOST",
        "MEMBER",
    ]);
    let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
    for row in group.partitions {
        table.row([
            row.topic,
            row.partition.to_string(),
            number(row.committed),
            number(row.end),
            number(row.lag),
            row.client_id.unwrap_or_default(),
            row.host.unwrap_or_default(),
            row.member_id.unwrap_or_default(),
        ]);
    }
    output::table(&table)
}
