//! `kafka.server:type=group-coordinator-metrics`: what the shards of all groups do, and how long it
//! takes. Kafka's lingering, its buffers and its threads have no counterpart here.

use coordinator::{Effects, Notice, OffsetTopic, Reply};
use mbean::{Attribute, Counter, Histogram, ObjectName, Recent, Registry, Scale, Section};

use crate::metrics::Level;

/// Recorded by all shards.
#[derive(Debug)]
pub struct GroupMetrics {
    offset_commits: Counter,
    offset_deletions: Counter,
    offset_expirations: Counter,
    rebalances: Counter,
    /// A command waits for its shard.
    queue: Histogram,
    /// The shard takes a step.
    processing: Histogram,
    /// What a step wants stored waits for the device.
    purgatory: Histogram,
    /// Records are handed to the log.
    flush: Histogram,
    flushes: Counter,
    load: Recent,
    /// Commands that wait.
    queued: Level,
    loading: Level,
    active: Level,
    failed: Level,
    _section: Section,
}

/// THE TABLE of counts: name without its ending, what, which counter.
type CountRow = (&'static str, &'static str, fn(&GroupMetrics) -> &Counter);
const COUNTS: [CountRow; 4] = [
    ("offset-commit", "Offsets committed", |m| &m.offset_commits),
    ("offset-deletion", "Offsets deleted", |m| {
        &m.offset_deletions
    }),
    ("offset-expiration", "Offsets expired", |m| {
        &m.offset_expirations
    }),
    ("group-completed-rebalance", "Rebalances completed", |m| {
        &m.rebalances
    }),
];

/// THE TABLE of times: name, what, which histogram.
type TimeRow = (&'static str, &'static str, fn(&GroupMetrics) -> &Histogram);
const TIMES: [TimeRow; 4] = [
    (
        "event-queue-time-ms",
        "Time that a command waits for its turn",
        |m| &m.queue,
    ),
    ("event-processing-time-ms", "Time that a step takes", |m| {
        &m.processing
    }),
    (
        "event-purgatory-time-ms",
        "Time that records wait for the device",
        |m| &m.purgatory,
    ),
    (
        "batch-flush-time-ms",
        "Time to hand records to the log",
        |m| &m.flush,
    ),
];

/// Kafka's quantiles; the last one is the largest value.
const QUANTILES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p999", 0.999),
    ("max", 1.0),
];

impl GroupMetrics {
    /// Nothing has happened.
    pub fn new(registry: &Registry) -> Self {
        let metrics = Self {
            offset_commits: Counter::default(),
            offset_deletions: Counter::default(),
            offset_expirations: Counter::default(),
            rebalances: Counter::default(),
            queue: Histogram::default(),
            processing: Histogram::default(),
            purgatory: Histogram::default(),
            flush: Histogram::default(),
            flushes: Counter::default(),
            load: Recent::scaled(Scale::NANOS_AS_MILLIS),
            queued: Level::default(),
            loading: Level::default(),
            active: Level::default(),
            failed: Level::default(),
            _section: registry.section(),
        };
        let section = &metrics._section;
        section.attributes(bean(), metrics.attributes());
        for (state, level) in [
            ("loading", &metrics.loading),
            ("active", &metrics.active),
            ("failed", &metrics.failed),
        ] {
            let level = level.clone();
            let partitions = Attribute::gauge(
                "num-partitions",
                "Partitions of __consumer_offsets in this state",
                move || level.now() as f64,
            );
            section.attributes(bean().with("state", state), vec![partitions]);
        }
        metrics
    }

    fn attributes(&self) -> Vec<Attribute> {
        let queued = self.queued.clone();
        let mut attributes = vec![
            Attribute::gauge("event-queue-size", "Commands that wait", move || {
                queued.now() as f64
            }),
            Attribute::rate(
                "batch-flush-rate",
                "Batches handed to logs per second",
                &self.flushes,
            ),
            Attribute::avg(
                "partition-load-time-avg",
                "Mean time to load a partition, in ms",
                &self.load,
            ),
            Attribute::max("partition-load-time-max", "The longest, in ms", &self.load),
        ];
        for (name, what, counter) in COUNTS {
            let counter = counter(self);
            let rate = format!("{what} per second");
            attributes.push(Attribute::rate(format!("{name}-rate"), rate, counter));
            attributes.push(Attribute::total(format!("{name}-count"), what, counter));
        }
        for (name, what, histogram) in TIMES {
            attributes.extend(QUANTILES.map(|(quantile, position)| {
                let name = format!("{name}-{quantile}");
                let what = format!("{what}: {quantile}");
                Attribute::percentile(name, what, position, histogram(self))
                    .scaled(Scale::NANOS_AS_MILLIS)
            }));
        }
        attributes
    }

    /// A shard begins to read its log.
    pub(super) fn loading(&self) {
        self.loading.add(1);
    }

    /// It has, which took so long.
    pub(super) fn loaded(&self, nanos: u64) {
        self.loading.remove(1);
        self.active.add(1);
        self.load.record(nanos);
    }

    /// It could not.
    pub(super) fn load_failed(&self) {
        self.loading.remove(1);
        self.failed.add(1);
    }

    /// It was told to stop meanwhile.
    pub(super) fn load_stopped(&self) {
        self.loading.remove(1);
    }

    /// A shard that was active ended.
    pub(super) fn ended(&self) {
        self.active.remove(1);
    }

    /// A shard that could not be loaded ended.
    pub(super) fn failed_ended(&self) {
        self.failed.remove(1);
    }

    /// A command is on its way to a shard.
    pub(super) fn queued(&self) {
        self.queued.add(1);
    }

    /// It was taken, or there is nobody to take it.
    pub(super) fn dequeued(&self) {
        self.queued.remove(1);
    }

    /// A command waited so long for its turn.
    pub(super) fn waited(&self, nanos: u64) {
        self.queue.record(nanos);
    }

    /// A step took so long.
    pub(super) fn stepped(&self, nanos: u64) {
        self.processing.record(nanos);
    }

    /// Records were handed to the log, which took so long.
    pub(super) fn flushed(&self, nanos: u64) {
        self.flushes.inc();
        self.flush.record(nanos);
    }

    /// They were on the device so long after.
    pub(super) fn settled(&self, nanos: u64) {
        self.purgatory.record(nanos);
    }

    /// What a step has brought.
    pub(super) fn brought(&self, effects: &Effects) {
        for (_, reply) in &effects.replies {
            match reply {
                Reply::OffsetCommit(Ok(topics)) => self.offset_commits.add(succeeded(topics)),
                Reply::OffsetDelete(Ok(topics)) => self.offset_deletions.add(succeeded(topics)),
                _ => {}
            }
        }
        for notice in &effects.notices {
            match notice {
                Notice::Assigned { .. } => self.rebalances.inc(),
                Notice::Expired(tombstones) => self.offset_expirations.add(*tombstones as u64),
                Notice::GroupsDeleted { offsets, .. } => self.offset_deletions.add(*offsets as u64),
                _ => {}
            }
        }
    }
}

fn succeeded(topics: &[OffsetTopic]) -> u64 {
    let partitions = topics.iter().flat_map(|topic| &topic.partitions);
    partitions.filter(|(_, error)| error.is_none()).count() as u64
}

fn bean() -> ObjectName {
    ObjectName::new("kafka.server", "group-coordinator-metrics")
}
