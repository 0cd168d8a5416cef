//! `outrigger logshipper`: delivery of log files from this process, alone or below `up`.
//!
//! Thin: everything about it is in its own crate.

use crate::supervised::Supervised;
use clap::Args;
use std::process::ExitCode;

/// See `outrigger logshipper --help`.
#[derive(Args, Debug)]
pub(crate) struct LogshipperCommand {
    #[command(flatten)]
    shipper: logshipper::cli::ShipperArgs,
    #[command(flatten)]
    supervised: Supervised,
}

/// Runs the shipper to its end.
pub(crate) fn command(command: LogshipperCommand) -> ExitCode {
    let run = || logshipper::cli::run(command.shipper);
    command.supervised.run(run)
}
