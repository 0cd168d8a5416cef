//! `outrigger topics delete-records`: everything before a place, which has to be said.

use std::collections::BTreeMap;

use clap::Args;
use client::{Cluster, OffsetSpec};
use model::TopicPartition;

use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::offsets::look_up;
use crate::client_commands::output;
use crate::client_commands::place::{Place, TopicPart};

/// The offset by which DeleteRecords means the end of a partition, wherever that is by then.
const ALL: i64 = -1;

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics delete-records orders --before @2026-01-31
  outrigger topics delete-records orders:0,3 --before 1000
  outrigger topics delete-records orders --before -100
  outrigger topics delete-records orders --before end")]
pub(crate) struct DeleteRecordsArgs {
    /// A topic, or some of its partitions: orders or orders:0,3
    #[arg(value_name = "TOPIC[:PARTITIONS]")]
    part: TopicPart,
    /// Delete what comes before, in each partition: an offset, @TIME, -N to keep the newest N, or
    /// end for all records
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    before: Place,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl DeleteRecordsArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let topic = cluster.topic(&self.part.topic, false).await?;
        let all = topic.partitions.iter().map(|partition| TopicPartition {
            topic: topic.name.clone(),
            partition: partition.index,
        });
        let named: Vec<_> = all.filter(|partition| self.part.names(partition)).collect();
        let wanted = targets(&cluster, &named, self.before).await?;
        for (partition, kept) in cluster.delete_records(&wanted).await? {
            output::line(&format!("{partition} begins at offset {kept}"))?;
        }
        Ok(())
    }
}

/// The first offset that each partition keeps.
async fn targets(
    cluster: &Cluster,
    partitions: &[TopicPartition],
    before: Place,
) -> Result<Vec<(TopicPartition, i64)>, CommandError> {
    // Asked for before anything else, so that a record written meanwhile is not taken for an old one.
    let ends = match before {
        Place::FromEnd(_) | Place::Timestamp(_) => {
            look_up(cluster, partitions.iter(), OffsetSpec::Latest).await?
        }
        Place::Beginning | Place::End | Place::Offset(_) => BTreeMap::new(),
    };
    let found = match before {
        Place::Beginning | Place::FromEnd(_) => {
            look_up(cluster, partitions.iter(), OffsetSpec::Earliest).await?
        }
        Place::Timestamp(ms) => {
            look_up(cluster, partitions.iter(), OffsetSpec::AtTimestamp(ms)).await?
        }
        Place::End | Place::Offset(_) => BTreeMap::new(),
    };
    let target = |of: &TopicPartition| {
        let kept = first_kept(before, found.get(of).copied(), ends.get(of).copied())?;
        Some((of.clone(), kept))
    };
    Ok(partitions.iter().filter_map(target).collect())
}

/// The first offset to keep of a partition that ends at `end`; `found` is its oldest offset, or the
/// first one of the time that is meant. `None` where nothing is known that could be deleted.
fn first_kept(before: Place, found: Option<i64>, end: Option<i64>) -> Option<i64> {
    match before {
        Place::Beginning => found,
        Place::End => Some(ALL),
        Place::FromEnd(count) => Some(end?.saturating_sub(count).max(found?)),
        Place::Offset(offset) => Some(offset),
        // All records are older than a time that none has.
        Place::Timestamp(_) => found.or(end),
    }
}

#[cfg(test)]
mod tests;
