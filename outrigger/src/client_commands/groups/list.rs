//! `outrigger groups list`.

use clap::Args;
use serde::Serialize;

use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output::{self, OutputArgs};
use crate::client_commands::table::Table;

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger groups list
  outrigger groups list --json | jq -r '.[].group'")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Serialize)]
struct Row {
    group: String,
    state: String,
    r#type: String,
    protocol_type: String,
}

impl ListArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let groups = self.cluster.connect().await?.list_groups().await?;
        let rows: Vec<Row> = groups
            .into_iter()
            .map(|listed| Row {
                group: listed.group.to_string(),
                state: listed.state,
                r#type: listed.group_type,
                protocol_type: listed.protocol_type,
            })
            .collect();
        if self.output.json {
            return output::json(&rows);
        }
        let mut table = Table::new(["GROUP", "STATE", "TYPE", "PROTOCOL"]);
        for row in rows {
            table.row([row.group, row.state, row.r#type, row.protocol_type]);
        }
        output::table(&table)
    }
}
