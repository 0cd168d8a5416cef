//! `outrigger topics`: what topics there are, and changing them.

mod change;
mod config;
mod delete_records;
mod describe;
mod list;

use clap::{Args, Subcommand};

use super::CommandError;

/// List, describe, create, delete and change topics
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger topics create orders --partitions 12 --config retention.ms=86400000
  outrigger topics describe orders
  outrigger topics config orders --set compression.type=zstd --delete retention.ms
  outrigger topics delete-records orders --before @2026-01-31
  outrigger topics list --json --bootstrap broker-1:9092

Exit status: 0 done, 1 the cluster refused or cannot be reached, 2 wrong command line.")]
pub(crate) struct TopicsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    /// Raise the number of partitions
    Alter(change::AlterArgs),
    /// Show or change the configuration of a topic
    Config(config::ConfigArgs),
    /// Create a topic
    Create(change::CreateArgs),
    /// Delete topics and their records
    Delete(change::DeleteArgs),
    /// Delete the oldest records of a topic
    DeleteRecords(delete_records::DeleteRecordsArgs),
    /// Show partitions, offsets and configuration of topics
    Describe(describe::DescribeArgs),
    /// List topics
    List(list::ListArgs),
}

impl TopicsArgs {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Alter(args) => args.run().await,
            Action::Config(args) => args.run().await,
            Action::Create(args) => args.run().await,
            Action::Delete(args) => args.run().await,
            Action::DeleteRecords(args) => args.run().await,
            Action::Describe(args) => args.run().await,
            Action::List(args) => args.run().await,
        }
    }
}
