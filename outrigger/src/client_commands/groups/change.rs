//! `outrigger groups delete` and `delete-offsets`.

use clap::Args;
use model::{GroupId, TopicPartition};

use crate::client_commands::CommandError;
use crate::client_commands::cluster_args::ClusterArgs;
use crate::client_commands::output;
use crate::client_commands::place::{self, TopicPart};

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger groups delete billing")]
pub(crate) struct DeleteArgs {
    /// Groups to delete
    #[arg(required = true, value_name = "GROUP", value_parser = place::group_id)]
    groups: Vec<GroupId>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl DeleteArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        for group in &self.groups {
            let deleted = cluster.delete_group(group).await;
            deleted.map_err(|error| CommandError::of_group(group, error))?;
            output::line(&format!("group {group} deleted"))?;
        }
        Ok(())
    }
}

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger groups delete-offsets billing --topic orders
  outrigger groups delete-offsets billing --topic orders:0,3")]
pub(crate) struct DeleteOffsetsArgs {
    /// The group
    #[arg(value_parser = place::group_id)]
    group: GroupId,
    /// A topic, or some of its partitions; may be repeated
    #[arg(long, required = true, value_name = "TOPIC[:PARTITIONS]")]
    topic: Vec<TopicPart>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl DeleteOffsetsArgs {
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        let cluster = self.cluster.connect().await?;
        let group = &self.group;
        let committed = cluster.committed_offsets(group, None).await?.into_keys();
        let named = |of: &TopicPartition| self.topic.iter().any(|part| part.names(of));
        let named: Vec<TopicPartition> = committed.filter(named).collect();
        if named.is_empty() {
            let nothing = format!("group {group} has no committed offset in these topics");
            return Err(CommandError::Incomplete(nothing));
        }
        cluster.delete_offsets(group, &named).await?;
        for partition in named {
            output::line(&format!("offset of {partition} deleted"))?;
        }
        Ok(())
    }
}
