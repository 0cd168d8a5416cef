//! The process as a program of its own; `outrigger exporter-node` is the same.

use std::process::ExitCode;

use clap::Parser;

/// The machine's metrics for Prometheus.
#[derive(Parser)]
#[command(name = "outrigger-exporter-node", version)]
struct Program {
    #[command(flatten)]
    args: exporter_node::cli::NodeArgs,
}

fn main() -> ExitCode {
    exporter_node::cli::run(Program::parse().args)
}
