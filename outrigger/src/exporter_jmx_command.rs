//! `outrigger exporter-jmx`: MBeans for Prometheus from this process, alone or below `up`.
//!
//! Thin: everything about it is in its own crate.

use crate::supervised::Supervised;
use clap::Args;
use std::process::ExitCode;

/// See `outrigger exporter-jmx --help`.
#[derive(Args, Debug)]
pub(crate) struct ExporterJmxCommand {
    #[command(flatten)]
    exporter: exporter_jmx::cli::JmxArgs,
    #[command(flatten)]
    supervised: Supervised,
}

/// Runs the exporter to its end.
pub(crate) fn command(command: ExporterJmxCommand) -> ExitCode {
    let run = || exporter_jmx::cli::run(command.exporter);
    command.supervised.run(run)
}
