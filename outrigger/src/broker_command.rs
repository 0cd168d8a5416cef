//! `outrigger broker`: one Kafka node in this process, alone or below `up`.
//!
//! Thin: everything about the broker is in its own crate.

use crate::supervised::Supervised;
use clap::Args;
use std::process::ExitCode;

/// See `outrigger broker --help`.
#[derive(Args, Debug)]
pub(crate) struct BrokerCommand {
    #[command(flatten)]
    broker: broker::cli::BrokerArgs,
    #[command(flatten)]
    supervised: Supervised,
}

/// Runs the broker to its end.
pub(crate) fn command(command: BrokerCommand) -> ExitCode {
    command.supervised.run(|| broker::cli::run(command.broker))
}
