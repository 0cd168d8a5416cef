//! `load` drives any server that speaks the Kafka protocol, from outside, and prints one JSON line
//! per run: what was done, how fast, and what it cost the server.
//!
//! It knows nothing of this project's code, so that the same command line measures our broker,
//! Apache Kafka and anything else with the same client (librdkafka).

mod cli;
mod client;
mod connections;
mod consume;
mod first_ack;
mod histogram;
mod latency;
mod payload;
mod produce;
mod report;
mod usage;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Mode};

/// The run came about, but something failed, was lost or fell short.
const EXIT_UNCLEAN: u8 = 1;
/// The run did not come about.
const EXIT_NO_RUN: u8 = 2;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(EXIT_UNCLEAN),
        Err(cause) => {
            eprintln!("load: {cause:#}");
            ExitCode::from(EXIT_NO_RUN)
        }
    }
}

/// Runs the mode asked for; true when the run saw no error, loss or shortfall.
fn run(cli: &Cli) -> Result<bool> {
    usage::raise_descriptor_limit();
    let probe = usage::Probe::new(&cli.common)?;
    let (outcome, usage) = match &cli.mode {
        Mode::Produce(asked) => produce::run(&cli.common, asked, probe)?,
        Mode::Consume(asked) => consume::run(&cli.common, asked, probe)?,
        Mode::Latency(asked) => latency::run(&cli.common, asked, probe)?,
        Mode::Connections(asked) => connections::run(&cli.common, asked, probe)?,
        Mode::FirstAck(asked) => first_ack::run(&cli.common, asked, probe)?,
    };
    let clean = outcome.clean;
    report::print(&cli.common, &cli.mode, outcome, &usage)?;
    Ok(clean)
}
