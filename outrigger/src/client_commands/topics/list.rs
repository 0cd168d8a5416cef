//! `outrigger topics list`.

use clap::Args;
use serde::Serialize;

use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::table::Table;

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics list
  outrigger topics list --internal --json | jq -r '.[].name'")]
pub(crate) struct ListArgs {
    /// Show the cluster's own topics too, such as __consumer_offsets
    #[arg(long)]
    internal: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Row {
    name: String,
    id: String,
    partitions: usize,
    replication_factor: usize,
    internal: bool,
}

impl ListArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let metadata = self.cluster.connect().await?.metadata(None, false).await?;
        let rows: Vec<Row> = metadata
            .topics
            .into_values()
            .filter(|topic| self.internal || !topic.internal)
            .map(|topic| Row {
                name: topic.name.to_string(),
                id: topic.id.to_string(),
                partitions: topic.partitions.len(),
                replication_factor: topic.partitions.first().map_or(0, |p| p.replicas.len()),
                internal: topic.internal,
            })
            .collect();
        if self.output.json {
            return output::json(&rows);
        }
        let mut table = Table::new(["TOPIC", "PARTITIONS", "REPLICAS"]);
        for row in rows {
            let (partitions, replicas) = (row.partitions, row.replication_factor);
            table.row([row.name, partitions.to_string(), replicas.to_string()]);
        }
        output::table(&table)
    }
}
