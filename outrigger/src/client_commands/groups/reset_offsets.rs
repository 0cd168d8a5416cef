//! `outrigger groups reset-offsets`: shows where a group would stand, and with `--execute` puts
//! it there.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use client::{Cluster, Committed, OffsetSpec};
use model::{GroupId, TopicPartition};
use serde::Serialize;

use super::describe::ends;
use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::offsets::look_up;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::place::{self, Place, TopicPart};
use crate::client_commands::table::Table;

#[derive(Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["to", "shift_by"])))]
#[command(group(clap::ArgGroup::new("scope").required(true).args(["topic", "all_topics"])))]
#[command(after_help = "\
Examples:
  outrigger groups reset-offsets billing --topic orders --to beginning
  outrigger groups reset-offsets billing --topic orders:0,1 --to @2026-01-31T12:00:00Z --execute
  outrigger groups reset-offsets billing --all-topics --shift-by -10 --execute")]
pub(crate) struct ResetOffsetsArgs {
    /// The group; it must have no members
    #[arg(value_parser = place::group_id)]
    group: GroupId,
    /// A topic, or some of its partitions; may be repeated
    #[arg(long, value_name = "TOPIC[:PARTITIONS]")]
    topic: Vec<TopicPart>,
    /// Every topic that the group committed to
    #[arg(long)]
    all_topics: bool,
    /// Where to, in each partition: beginning, end, an offset, -N for N before the end, @TIME
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    to: Option<Place>,
    /// By how many records forth, or with -N back
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    shift_by: Option<i64>,
    /// Do it; without this, it is only shown
    #[arg(long)]
    execute: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Row {
    topic: String,
    partition: i32,
    from: Option<i64>,
    to: i64,
}

impl ResetOffsetsArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let committed = cluster.committed_offsets(&self.group, None).await?;
        let partitions = self.partitions(&cluster, &committed).await?;
        let targets = self.targets(&cluster, &committed, &partitions).await?;
        if targets.is_empty() {
            let group = &self.group;
            let nothing = format!("group {group} has no offsets to move in these topics");
            return Err(CommandError::Incomplete(nothing));
        }
        if self.execute {
            let offsets = targets.iter();
            let offsets = offsets.map(|(of, offset)| (of.clone(), Committed::at(*offset)));
            let offsets: BTreeMap<_, _> = offsets.collect();
            cluster.set_offsets(&self.group, &offsets).await?;
        }
        let rows: Vec<Row> = targets
            .into_iter()
            .map(|(of, to)| Row {
                topic: of.topic.to_string(),
                partition: of.partition.0,
                from: committed.get(&of).map(|at| at.offset),
                to,
            })
            .collect();
        if self.output.json {
            return output::json(&rows);
        }
        let mut table = Table::new(["TOPIC", "PARTITION", "FROM", "TO"]);
        for row in rows {
            let from = row.from.map(|offset| offset.to_string());
            let (partition, to) = (row.partition.to_string(), row.to.to_string());
            table.row([row.topic, partition, from.unwrap_or_default(), to]);
        }
        output::table(&table)?;
        if !self.execute {
            crate::output::note("nothing was changed; add --execute to do it");
        }
        Ok(())
    }

    /// The partitions that are meant.
    async fn partitions(
        &self,
        cluster: &Cluster,
        committed: &BTreeMap<TopicPartition, Committed>,
    ) -> Result<BTreeSet<TopicPartition>, CommandError> {
        if self.all_topics {
            return Ok(committed.keys().cloned().collect());
        }
        let mut partitions = BTreeSet::new();
        for part in &self.topic {
            let topic = cluster.topic(&part.topic, false).await?;
            let all = topic.partitions.iter().map(|partition| TopicPartition {
                topic: topic.name.clone(),
                partition: partition.index,
            });
            partitions.extend(all.filter(|partition| part.names(partition)));
        }
        Ok(partitions)
    }

    /// Where the group would stand: never outside what the partitions have.
    async fn targets(
        &self,
        cluster: &Cluster,
        committed: &BTreeMap<TopicPartition, Committed>,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<BTreeMap<TopicPartition, i64>, CommandError> {
        let ends = ends(cluster, &partitions.iter().collect()).await?;
        let starts = look_up(cluster, ends.keys(), OffsetSpec::Earliest).await?;
        let found = match self.to {
            Some(Place::Timestamp(ms)) => {
                look_up(cluster, ends.keys(), OffsetSpec::AtTimestamp(ms)).await?
            }
            _ => BTreeMap::new(),
        };
        let mut targets = BTreeMap::new();
        for (of, end) in ends {
            let start = starts.get(&of).copied().unwrap_or(0);
            let wanted = match (self.to, self.shift_by) {
                (Some(Place::Beginning), _) => start,
                (Some(Place::End), _) => end,
                (Some(Place::FromEnd(count)), _) => end.saturating_sub(count),
                (Some(Place::Offset(offset)), _) => offset,
                (Some(Place::Timestamp(_)), _) => found.get(&of).copied().unwrap_or(end),
                (None, shift) => match committed.get(&of) {
                    Some(at) => at.offset.saturating_add(shift.unwrap_or(0)),
                    None => continue,
                },
            };
            targets.insert(of, wanted.clamp(start, end));
        }
        Ok(targets)
    }
}
