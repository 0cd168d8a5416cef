//! The process as a program of its own; `outrigger exporter-jmx` is the same.

use std::process::ExitCode;

use clap::Parser;

/// MBeans for Prometheus.
#[derive(Parser)]
#[command(name = "outrigger-exporter-jmx", version)]
struct Program {
    #[command(flatten)]
    args: exporter_jmx::cli::JmxArgs,
}

fn main() -> ExitCode {
    exporter_jmx::cli::run(Program::parse().args)
}
