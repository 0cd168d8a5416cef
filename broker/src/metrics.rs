//! What this process records while it serves, under Kafka's names. Handles are made once, per row
//! of the table of APIs, per topic, per listener; who reads them computes rates and percentiles.
//!
//! Values that somebody else keeps (the image, the logs, the groups) are `mbeans`' business.

mod exposed;
mod listeners;
mod requests;
mod runtime;
mod topics;
mod waiting;

pub use exposed::Exposed;
pub use listeners::{ListenerMetrics, OpenConnection, channel_attributes};
pub use requests::{Done, RequestMetrics, Variant};
pub use runtime::{RuntimeLoad, Worker};
pub use topics::{AllTopics, TopicMeters, TopicMetrics, TopicMetricsSlot};
pub use waiting::{Delayed, Level, Waiting};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use mbean::{Counter, Histogram, ObjectName, Registry, Scale, Section};

use service::Clock;
use storage::Stopwatch;

use crate::metadata::Topic;

/// Times flushes for the storage.
#[derive(Debug)]
pub struct FlushTimer {
    clock: Clock,
    flushes: Histogram,
}

impl FlushTimer {
    /// Records into `flushes`.
    pub fn new(clock: &Clock, flushes: &Histogram) -> Self {
        Self {
            clock: clock.clone(),
            flushes: flushes.clone(),
        }
    }
}

impl Stopwatch for FlushTimer {
    fn nanos(&self) -> u64 {
        self.clock.monotonic_nanos()
    }

    fn flushed(&self, nanos: u64) {
        self.flushes.record(nanos);
    }
}

/// The workers of a runtime, and the monotonic time.
#[derive(Clone, Copy, Debug)]
pub struct Birth {
    /// How many workers there are.
    pub workers: usize,
    /// When recording begins.
    pub now_ns: u64,
}

/// All that is recorded.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// By request.
    pub requests: RequestMetrics,
    /// By topic, and of all together.
    pub topics: AllTopics,
    /// What waits.
    pub waiting: Waiting,
    /// The runtime's threads.
    pub runtime: RuntimeLoad,
    /// Requests that were read and may not begin yet.
    pub queued_requests: Level,
    /// Answers that are there and have not left.
    pub queued_responses: Level,
    /// `kafka.log:type=LogFlushStats`.
    pub flushes: Histogram,
    listeners: BTreeMap<Arc<str>, Arc<ListenerMetrics>>,
    accepted: Counter,
    connections_refused: AtomicU64,
    identity_store_reloads: AtomicU64,
    identity_store_problems: AtomicU64,
    _section: Section,
}

impl Metrics {
    /// All at zero, for connections of these listeners.
    pub fn new<'a>(birth: Birth, listeners: impl IntoIterator<Item = &'a Arc<str>>) -> Self {
        let registry = Registry::of("broker", birth.now_ns);
        let section = registry.section();
        let runtime = RuntimeLoad::new(&registry, birth.workers, birth.now_ns);
        let listeners = listeners.into_iter().map(|name| {
            let metrics = ListenerMetrics::new(&registry, name, runtime.attributes());
            (Arc::clone(name), metrics)
        });
        let flushes = ObjectName::new("kafka.log", "LogFlushStats");
        let flushes = flushes.with("name", "LogFlushRateAndTimeMs");
        let accepted = Counter::default();
        let (queued_requests, queued_responses) = (Level::default(), Level::default());
        channel(&section, "RequestQueueSize", &queued_requests);
        channel(&section, "ResponseQueueSize", &queued_responses);
        let name = ObjectName::new("kafka.network", "RequestChannel");
        let name = name.with("name", "ResponseQueueSize");
        let level = queued_responses.clone();
        let of_processor = name.with("processor", listeners::PROCESSOR);
        section.gauge(of_processor, move || level.now() as f64);
        Self {
            listeners: listeners.collect(),
            requests: RequestMetrics::new(&registry),
            topics: AllTopics::new(&registry),
            waiting: Waiting::new(&registry),
            flushes: section.timer(flushes, Scale::NANOS_AS_MILLIS),
            runtime,
            queued_requests,
            queued_responses,
            accepted,
            connections_refused: AtomicU64::new(0),
            identity_store_reloads: AtomicU64::new(0),
            identity_store_problems: AtomicU64::new(0),
            _section: section,
            registry,
        }
    }

    /// The beans.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The meters of a topic.
    pub fn topic<'a>(&self, topic: &'a Topic) -> &'a Arc<TopicMetrics> {
        topic.metrics.get(&self.registry, topic.name.as_str())
    }

    /// What is recorded of a listener of this process.
    pub fn listener(&self, name: &str) -> Option<&Arc<ListenerMetrics>> {
        self.listeners.get(name)
    }

    /// A connection was accepted, by a listener or for authn.
    pub fn connection_accepted(&self) {
        self.accepted.inc();
    }

    /// All connections that were accepted.
    pub fn accepted(&self) -> &Counter {
        &self.accepted
    }

    /// A connection was refused at a limit.
    pub fn connection_refused(&self) {
        self.connections_refused.fetch_add(1, Relaxed);
    }

    /// The identity store was read again, and so many of its files could not be.
    pub fn identity_store_read(&self, problems: usize) {
        self.identity_store_reloads.fetch_add(1, Relaxed);
        self.identity_store_problems
            .fetch_add(problems as u64, Relaxed);
    }

    /// What has happened how often, by name.
    pub fn totals(&self) -> [(&'static str, u64); 5] {
        [
            (
                "identity_store_reloads",
                self.identity_store_reloads.load(Relaxed),
            ),
            (
                "identity_store_problems",
                self.identity_store_problems.load(Relaxed),
            ),
            ("bytes_in", self.topics.meters.bytes_in.count()),
            ("bytes_out", self.topics.meters.bytes_out.count()),
            (
                "connections_refused",
                self.connections_refused.load(Relaxed),
            ),
        ]
    }
}

/// `kafka.network:type=RequestChannel`.
fn channel(section: &Section, name: &str, level: &Level) {
    let level = level.clone();
    let name = ObjectName::new("kafka.network", "RequestChannel").with("name", name);
    section.gauge(name, move || level.now() as f64);
}
