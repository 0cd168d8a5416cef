//! The broker as a program of its own; `outrigger broker` is the same.

use std::process::ExitCode;

use clap::Parser;

/// One Kafka node.
#[derive(Parser)]
#[command(name = "outrigger-broker", version)]
struct Program {
    #[command(flatten)]
    args: broker::cli::BrokerArgs,
}

fn main() -> ExitCode {
    broker::cli::run(Program::parse().args)
}
