//! Options of each mode.

use clap::Args;
use serde::Serialize;

use super::{Produced, Topic};

#[derive(Args, Serialize)]
pub(crate) struct Produce {
    #[command(flatten)]
    pub(crate) topic: Topic,
    #[command(flatten)]
    pub(crate) produced: Produced,

    /// Messages in all; with --duration, whichever comes first
    #[arg(short = 'n', long)]
    pub(crate) messages: Option<u64>,

    /// Seconds to send for (10 when --messages is not given)
    #[arg(short, long)]
    pub(crate) duration: Option<f64>,

    /// Messages per second over all producers; 0 is as fast as possible
    #[arg(short, long, default_value_t = 0.0)]
    pub(crate) rate: f64,

    /// Producer instances, each with its own connections and sending thread
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) producers: u16,

    /// Seconds to wait for outstanding acks at the end
    #[arg(long, default_value_t = 60.0)]
    pub(crate) drain: f64,
}

#[derive(Args, Serialize)]
pub(crate) struct Consume {
    #[command(flatten)]
    pub(crate) topic: Topic,

    /// Stop after this many messages; without it, at the end the partitions had at the start
    #[arg(short = 'n', long)]
    pub(crate) messages: Option<u64>,

    /// Consumer instances; they share out the partitions (or join one group)
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) consumers: u16,

    /// Use a consumer group (subscribe) instead of assigning partitions
    #[arg(short, long)]
    pub(crate) group: Option<String>,

    /// Give up when nothing arrives for this many seconds
    #[arg(long, default_value_t = 10.0)]
    pub(crate) idle: f64,

    /// Give up after this many seconds in all
    #[arg(long, default_value_t = 300.0)]
    pub(crate) timeout: f64,

    /// Have the client check the CRC of every batch
    #[arg(long)]
    pub(crate) check_crcs: bool,
}

#[derive(Args, Serialize)]
pub(crate) struct Latency {
    #[command(flatten)]
    pub(crate) topic: Topic,
    #[command(flatten)]
    pub(crate) produced: Produced,

    /// Messages per second
    #[arg(short, long, default_value_t = 1000.0)]
    pub(crate) rate: f64,

    /// Seconds that count
    #[arg(short, long, default_value_t = 30.0)]
    pub(crate) duration: f64,

    /// Seconds before those, sent but not counted
    #[arg(short, long, default_value_t = 5.0)]
    pub(crate) warmup: f64,

    /// Acks only: start no consumer
    #[arg(long)]
    pub(crate) no_consumer: bool,

    /// Seconds to wait for what is outstanding at the end
    #[arg(long, default_value_t = 30.0)]
    pub(crate) drain: f64,
}

#[derive(Args, Serialize)]
pub(crate) struct Connections {
    /// Connections to open
    #[arg(short = 'n', long, default_value_t = 100)]
    pub(crate) count: usize,

    /// Handshakes under way at once
    #[arg(long, default_value_t = 16)]
    pub(crate) concurrency: usize,

    /// Seconds to hold all of them open before the server's memory is read
    #[arg(long, default_value_t = 2.0)]
    pub(crate) hold: f64,

    /// Seconds one handshake may take
    #[arg(long, default_value_t = 30.0)]
    pub(crate) timeout: f64,

    /// Bare sockets (TCP, TLS and SCRAM as security.protocol says, ApiVersions) in place of whole
    /// librdkafka clients: thousands of connections at little cost here
    #[arg(long)]
    pub(crate) raw: bool,

    /// Close each connection as soon as its handshake is over (connection churn)
    #[arg(long)]
    pub(crate) churn: bool,
}

#[derive(Args, Serialize)]
pub(crate) struct FirstAck {
    /// Topic to send to; the server creates it, or has it already
    #[arg(short, long, default_value = "first-ack")]
    pub(crate) topic: String,

    /// Give up after this many seconds
    #[arg(long, default_value_t = 60.0)]
    pub(crate) timeout: f64,
}
