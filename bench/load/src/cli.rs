//! The command line: what every mode takes, and the list of modes. The doc comments are the help.

mod messages;
mod modes;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;

pub(crate) use messages::{Produced, Spread, Topic};
pub(crate) use modes::{Connections, Consume, FirstAck, Latency, Produce};

#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) mode: Mode,
}

#[derive(Args, Serialize)]
pub(crate) struct Common {
    /// Bootstrap servers, HOST:PORT[,HOST:PORT…]
    #[arg(short, long, global = true, default_value = "127.0.0.1:9092")]
    pub(crate) bootstrap: String,

    /// librdkafka property for every client, KEY=VALUE (repeatable); security goes here
    #[arg(
        short = 'X',
        long = "property",
        global = true,
        value_name = "KEY=VALUE"
    )]
    pub(crate) property: Vec<String>,

    /// librdkafka property for producers only, KEY=VALUE (repeatable)
    #[arg(
        short = 'P',
        long = "producer-property",
        global = true,
        value_name = "KEY=VALUE"
    )]
    pub(crate) producer_property: Vec<String>,

    /// librdkafka property for consumers only, KEY=VALUE (repeatable)
    #[arg(
        short = 'C',
        long = "consumer-property",
        global = true,
        value_name = "KEY=VALUE"
    )]
    pub(crate) consumer_property: Vec<String>,

    /// Server processes to account for: PID[,PID…], `auto` (whoever listens on the bootstrap
    /// ports on this machine) or `none`
    #[arg(long, global = true, default_value = "none")]
    pub(crate) pid: String,

    /// Reset the server's peak RSS (writes 5 to /proc/PID/clear_refs) before the run
    #[arg(long, global = true)]
    pub(crate) reset_peak: bool,

    /// Free text copied into the report, to tell runs apart
    #[arg(long, global = true, default_value = "")]
    pub(crate) label: String,
}

#[derive(Subcommand, Serialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// Send messages as fast as possible, or at a fixed rate; reports throughput
    Produce(Produce),
    /// Read N messages; reports throughput
    Consume(Consume),
    /// Open-loop fixed rate; ack and end-to-end latency from each message's intended send time
    Latency(Latency),
    /// Open N connections; reports handshakes per second and the server's cost of each
    Connections(Connections),
    /// Wait for a server that is not up yet; reports when its first ack arrived
    FirstAck(FirstAck),
}
