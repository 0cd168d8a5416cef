//! Counters of this process, by request and by stage. Single relaxed adds on the hot path; who
//! reads them computes rates.

mod exposed;

pub use exposed::Exposed;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use protocol::ApiKey;

use crate::api::APIS;
use crate::stages::Stages;

/// What one API has done.
#[derive(Debug, Default)]
pub struct RequestCounters {
    /// Requests finished.
    pub count: AtomicU64,
    /// Nanoseconds in the handler.
    pub local_ns: AtomicU64,
    /// Nanoseconds waiting for a flush, for data or for peers.
    pub remote_ns: AtomicU64,
    /// Nanoseconds encoding and writing the answer.
    pub response_ns: AtomicU64,
    /// Nanoseconds in all.
    pub total_ns: AtomicU64,
}

/// All counters.
#[derive(Debug)]
pub struct Metrics {
    requests: Vec<RequestCounters>,
    connections_refused: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        Self {
            requests: APIS.iter().map(|_| RequestCounters::default()).collect(),
            connections_refused: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
        }
    }

    /// A request has been answered, or needs no answer.
    pub fn request_done(&self, key: ApiKey, stages: &Stages) {
        let position = APIS.iter().position(|api| api.key == key);
        if let Some(counters) = position.and_then(|at| self.requests.get(at)) {
            let times = stages.times();
            counters.count.fetch_add(1, Relaxed);
            counters.local_ns.fetch_add(times.local_ns, Relaxed);
            counters.remote_ns.fetch_add(times.remote_ns, Relaxed);
            counters.response_ns.fetch_add(times.response_ns, Relaxed);
            counters.total_ns.fetch_add(times.total_ns, Relaxed);
        }
    }

    /// Record bytes were appended for a client.
    pub fn produced(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Relaxed);
    }

    /// Record bytes were read for a client.
    pub fn fetched(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Relaxed);
    }

    /// A connection was refused at a limit.
    pub fn connection_refused(&self) {
        self.connections_refused.fetch_add(1, Relaxed);
    }

    /// Record bytes appended and read, and connections refused.
    pub fn totals(&self) -> [(&'static str, u64); 3] {
        [
            ("bytes_in", self.bytes_in.load(Relaxed)),
            ("bytes_out", self.bytes_out.load(Relaxed)),
            (
                "connections_refused",
                self.connections_refused.load(Relaxed),
            ),
        ]
    }

    /// Counters per API, in the order of the table.
    pub fn requests(&self) -> impl Iterator<Item = (ApiKey, &RequestCounters)> {
        APIS.iter().map(|api| api.key).zip(&self.requests)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
