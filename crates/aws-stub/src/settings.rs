//! What a stub is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::clock::Clock;
use crate::script::Script;

/// Everything that can be chosen; the default is a quiet server without TLS that knows one stream, one
/// delivery stream and one bucket.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// TLS, with a certificate that is made at the start.
    pub tls: bool,
    /// How long each answer takes beyond its work.
    pub latency: Duration,
    /// What goes wrong.
    pub script: Script,
    /// What time the services think it is.
    pub clock: Clock,
    /// Access keys and their secrets.
    pub credentials: Vec<(String, String)>,
    /// How long a session of an assumed role lasts.
    pub session: Duration,
    /// Kinesis data streams.
    pub streams: Vec<DataStream>,
    /// Firehose delivery streams.
    pub delivery_streams: Vec<String>,
    /// S3 buckets.
    pub buckets: Vec<String>,
    /// What is kept of what was accepted.
    pub keep: Keep,
    /// Threads that serve.
    pub threads: usize,
}

/// A Kinesis data stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataStream {
    /// Its name.
    pub name: String,
    /// How many shards it has, each with its own rate.
    pub shards: usize,
    /// The longest record, partition key included: 1 MiB, and up to 10 MiB where the stream was so set.
    pub record_bytes_max: usize,
}

/// What is kept of what was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of it, and the count of numbered lines.
    All,
    /// The count of numbered lines alone (see [`crate::numbered`]).
    Count,
    /// How many events and bytes; texts are not looked at.
    Totals,
}

impl DataStream {
    /// One whose records may have 1 MiB.
    pub fn new(name: &str, shards: usize) -> Self {
        Self {
            name: name.to_owned(),
            shards,
            record_bytes_max: 1024 * 1024,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: false,
            latency: Duration::ZERO,
            script: Script::default(),
            clock: Clock::default(),
            credentials: vec![("test".to_owned(), "test".to_owned())],
            session: Duration::from_secs(3600),
            streams: vec![DataStream::new("stream", 4)],
            delivery_streams: vec!["delivery".to_owned()],
            buckets: vec!["bucket".to_owned()],
            keep: Keep::All,
            threads: 1,
        }
    }
}
