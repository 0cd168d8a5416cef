//! What is recorded of changes to the cluster's metadata: how long they wait and take, and how far
//! the metadata log has come. The same under Kafka's names for a controller, its raft log and the
//! broker that follows it, which here are one process.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use mbean::{Attribute, Counter, Histogram, ObjectName, Recent, Registry, Scale, Section};
use service::Clock;

/// Records changes of the metadata.
#[derive(Debug)]
pub struct Recorded {
    clock: Clock,
    /// `EventQueueTimeMs`: a change waits for those before it.
    queue: Histogram,
    /// `EventQueueProcessingTimeMs`: from its decision to its effect.
    processing: Histogram,
    /// `MetadataBatchProcessingTimeUs`: from its commit to its effect.
    applying: Histogram,
    /// `MetadataBatchSizes`.
    batches: Histogram,
    /// Records per second, and how long until they are on the device.
    appended: Counter,
    commits: Recent,
    busy_ns: AtomicU64,
    changes: AtomicU64,
    failures: AtomicU64,
    log: LogEnd,
    _section: Section,
}

/// The end of the metadata log and its newest snapshot.
#[derive(Debug, Default)]
struct LogEnd {
    end_offset: AtomicI64,
    timestamp_ms: AtomicI64,
    snapshot_bytes: AtomicU64,
    snapshot_ms: AtomicI64,
    snapshots_loaded: AtomicU64,
}

/// Where a change stands.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    asked_ns: u64,
    begun_ns: u64,
}

impl Recorded {
    /// Nothing has changed yet.
    pub fn new(registry: &Registry, clock: &Clock) -> Self {
        let section = registry.section();
        let event =
            |name| ObjectName::new("kafka.controller", "ControllerEventManager").with("name", name);
        let listener =
            |name| ObjectName::new("kafka.server", "BrokerMetadataListener").with("name", name);
        let micros = Scale::factor(1e-3);
        Self {
            queue: section.histogram(event("EventQueueTimeMs"), Scale::NANOS_AS_MILLIS),
            processing: section
                .histogram(event("EventQueueProcessingTimeMs"), Scale::NANOS_AS_MILLIS),
            applying: section.histogram(listener("MetadataBatchProcessingTimeUs"), micros),
            batches: section.histogram(listener("MetadataBatchSizes"), Scale::ONE),
            appended: Counter::default(),
            commits: Recent::scaled(Scale::NANOS_AS_MILLIS),
            busy_ns: AtomicU64::new(0),
            changes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            log: LogEnd::default(),
            clock: clock.clone(),
            _section: section,
        }
    }

    /// The attributes of `raft-metrics` that are recorded.
    pub fn raft_attributes(&self) -> Vec<Attribute> {
        vec![
            Attribute::rate(
                "append-records-rate",
                "Records appended per second",
                &self.appended,
            ),
            Attribute::avg(
                "commit-latency-avg",
                "Mean time until records are on the device, in ms",
                &self.commits,
            ),
            Attribute::max("commit-latency-max", "The longest, in ms", &self.commits),
        ]
    }

    /// The log was opened: where it ends, and the snapshot that was read.
    pub fn opened(&self, end_offset: i64, now_ms: i64, snapshot_bytes: Option<usize>) {
        self.log.end_offset.store(end_offset, Relaxed);
        self.log.timestamp_ms.store(now_ms, Relaxed);
        if let Some(bytes) = snapshot_bytes {
            self.log.snapshots_loaded.fetch_add(1, Relaxed);
            self.log.snapshot_bytes.store(bytes as u64, Relaxed);
            self.log.snapshot_ms.store(now_ms, Relaxed);
        }
    }

    /// Somebody wants to change something.
    pub fn asked(&self) -> u64 {
        self.clock.monotonic_nanos()
    }

    /// Its turn has come.
    pub fn begun(&self, asked_ns: u64) -> Change {
        let begun_ns = self.clock.monotonic_nanos();
        self.changes.fetch_add(1, Relaxed);
        self.queue.record(begun_ns.saturating_sub(asked_ns));
        Change { asked_ns, begun_ns }
    }

    /// The time between two moments of a change.
    pub fn now_ns(&self) -> u64 {
        self.clock.monotonic_nanos()
    }

    /// So many records are on the device, which took so long.
    pub fn committed(&self, records: usize, end_offset: i64, now_ms: i64, nanos: u64) {
        self.appended.add(records as u64);
        self.commits.record(nanos);
        self.log.end_offset.store(end_offset, Relaxed);
        self.log.timestamp_ms.store(now_ms, Relaxed);
    }

    /// They have taken effect, having been committed at `committed_ns`.
    pub fn applied(&self, records: usize, committed_ns: u64) {
        let now_ns = self.clock.monotonic_nanos();
        self.applying.record(now_ns.saturating_sub(committed_ns));
        self.batches.record(records as u64);
    }

    /// The change is over, whatever became of it.
    pub fn over(&self, change: Change) {
        let nanos = self.clock.monotonic_nanos().saturating_sub(change.begun_ns);
        debug_assert!(change.asked_ns <= change.begun_ns);
        self.processing.record(nanos);
        self.busy_ns.fetch_add(nanos, Relaxed);
    }

    /// Something that the metadata promises could not be made.
    pub fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// A snapshot was written.
    pub fn snapshot(&self, bytes: usize, now_ms: i64) {
        self.log.snapshot_bytes.store(bytes as u64, Relaxed);
        self.log.snapshot_ms.store(now_ms, Relaxed);
    }

    /// The offset that the next record gets.
    pub fn end_offset(&self) -> i64 {
        self.log.end_offset.load(Relaxed)
    }

    /// When the last record was appended, or the log was opened.
    pub fn timestamp_ms(&self) -> i64 {
        self.log.timestamp_ms.load(Relaxed)
    }

    /// Changes that were begun.
    pub fn changes(&self) -> u64 {
        self.changes.load(Relaxed)
    }

    /// Nanoseconds spent in changes.
    pub fn busy_ns(&self) -> u64 {
        self.busy_ns.load(Relaxed)
    }

    /// What could not be made.
    pub fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// Size and age of the newest snapshot that this process read or wrote.
    pub fn newest_snapshot(&self) -> (u64, i64) {
        let written_ms = self.log.snapshot_ms.load(Relaxed);
        let age_ms = match written_ms {
            0 => 0,
            _ => self.clock.now_ms().saturating_sub(written_ms).max(0),
        };
        (self.log.snapshot_bytes.load(Relaxed), age_ms)
    }

    /// Snapshots that were read.
    pub fn snapshots_loaded(&self) -> u64 {
        self.log.snapshots_loaded.load(Relaxed)
    }
}
