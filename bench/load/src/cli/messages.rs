//! Options about the topic and about the messages that are sent to it.

use clap::{Args, ValueEnum};
use serde::Serialize;

#[derive(Args, Serialize)]
pub(crate) struct Topic {
    /// Topic name
    #[arg(short, long, default_value = "load")]
    pub(crate) topic: String,

    /// Create the topic first (one that exists is left as it is)
    #[arg(long)]
    pub(crate) create: bool,

    /// Partitions for --create
    #[arg(long, default_value_t = 1)]
    pub(crate) partitions: i32,

    /// Replication factor for --create
    #[arg(long, default_value_t = 1)]
    pub(crate) replication: i32,

    /// Topic config for --create, KEY=VALUE (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) topic_config: Vec<String>,
}

#[derive(Args, Serialize)]
pub(crate) struct Produced {
    /// Message value size in bytes
    #[arg(short, long, default_value_t = 1024)]
    pub(crate) size: usize,

    /// 0, 1 or all
    #[arg(long, default_value = "all")]
    pub(crate) acks: String,

    /// none, gzip, snappy, lz4 or zstd
    #[arg(long, default_value = "none")]
    pub(crate) compression: String,

    /// Share of the value that repeats, in percent; the rest is random
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) compressible: u8,

    /// linger.ms
    #[arg(long, default_value_t = 5.0)]
    pub(crate) linger: f64,

    /// batch.size in bytes
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) batch: usize,

    /// Enable the idempotent producer
    #[arg(long)]
    pub(crate) idempotent: bool,

    /// How messages are spread over partitions
    #[arg(long, value_enum, default_value_t = Spread::Sticky)]
    pub(crate) spread: Spread,

    /// Different keys for --spread keyed
    #[arg(long, default_value_t = 10_000)]
    pub(crate) keys: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Spread {
    /// A key on every message
    Keyed,
    /// Explicit partition, one after the other
    RoundRobin,
    /// No key: librdkafka's sticky partitioner
    Sticky,
}
