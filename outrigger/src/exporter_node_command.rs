//! `outrigger exporter-node`: the machine's metrics from this process, alone or below `up`.
//!
//! Thin: everything about it is in its own crate.

use crate::supervised::Supervised;
use clap::Args;
use std::process::ExitCode;

/// See `outrigger exporter-node --help`.
#[derive(Args, Debug)]
pub(crate) struct ExporterNodeCommand {
    #[command(flatten)]
    exporter: exporter_node::cli::NodeArgs,
    #[command(flatten)]
    supervised: Supervised,
}

/// Runs the exporter to its end.
pub(crate) fn command(command: ExporterNodeCommand) -> ExitCode {
    let run = || exporter_node::cli::run(command.exporter);
    command.supervised.run(run)
}
