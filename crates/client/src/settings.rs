//! How a client reaches a cluster. Values only: who reads files or flags fills them in.

use std::time::Duration;

use crate::transport::Transport;

/// Everything that connections need; see [`Settings::new`] for the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `host:port` of some brokers; any one that answers will do.
    pub bootstrap: Vec<String>,
    /// What brokers log and meter us as.
    pub client_id: String,
    /// How bytes travel.
    pub transport: Transport,
    /// For opening a connection and learning the broker's versions.
    pub connect_timeout: Duration,
    /// For one answer. Calls that wait at the broker add their own time to it.
    pub request_timeout: Duration,
    /// For one operation with its retries: finding a leader, a coordinator, a moved partition.
    pub operation_timeout: Duration,
    /// Pause before a retry.
    pub retry_backoff: Duration,
    /// After how long a topic's partitions are counted again.
    pub metadata_age_max: Duration,
    /// Requests on the way on one connection; more wait.
    pub in_flight_max: usize,
    /// The largest answer that is read. A fetch answer can exceed its own limits by one batch.
    pub response_bytes_max: usize,
}

impl Settings {
    /// Plain TCP to `bootstrap`, a comma-separated list of `host:port`, with Kafka's time-outs.
    pub fn new(bootstrap: &str) -> Self {
        let addresses = bootstrap.split(',').map(str::trim);
        Self {
            bootstrap: addresses
                .filter(|address| !address.is_empty())
                .map(String::from)
                .collect(),
            client_id: "outrigger".to_owned(),
            transport: Transport::default(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            operation_timeout: Duration::from_secs(60),
            retry_backoff: Duration::from_millis(100),
            metadata_age_max: Duration::from_secs(300),
            in_flight_max: 64,
            response_bytes_max: 256 << 20,
        }
    }
}
