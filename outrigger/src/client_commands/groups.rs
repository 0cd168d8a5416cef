//! `outrigger groups`: who reads, how far behind, and setting groups back or forth.

mod change;
mod describe;
mod list;
mod reset_offsets;

use clap::{Args, Subcommand};

use super::CommandError;

/// List and describe consumer groups, delete them, move their offsets
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger groups describe billing
  outrigger groups reset-offsets billing --topic orders --to beginning
  outrigger groups reset-offsets billing --topic orders:0,1 --to @2026-01-31T12:00:00Z --execute
  outrigger groups list --json

Exit status: 0 done, 1 the cluster refused or cannot be reached, 2 wrong command line.")]
pub(crate) struct GroupsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    /// Delete groups that have no members
    Delete(change::DeleteArgs),
    /// Forget the committed offsets of a group in some topics
    DeleteOffsets(change::DeleteOffsetsArgs),
    /// Show members, committed offsets and lag of groups
    Describe(describe::DescribeArgs),
    /// List groups
    List(list::ListArgs),
    /// Move the committed offsets of a group that has no members
    ResetOffsets(reset_offsets::ResetOffsetsArgs),
}

impl GroupsArgs {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Delete(args) => args.run().await,
            Action::DeleteOffsets(args) => args.run().await,
            Action::Describe(args) => args.run().await,
            Action::List(args) => args.run().await,
            Action::ResetOffsets(args) => args.run().await,
        }
    }
}
