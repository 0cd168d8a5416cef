//! What the acks of one producer add up to. The opaque of a message is its intended send time in
//! nanoseconds since the run's epoch, so a latency needs no lookup.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::Result;
use rdkafka::ClientContext;
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::statistics::Statistics;

use crate::client::Errors;
use crate::histogram::{Histogram, locked};

pub(crate) struct Acks {
    epoch: Instant,
    /// Messages meant to be sent before this are not in the histogram.
    pub(crate) count_from_ns: AtomicU64,
    pub(crate) acked: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) last_ns: AtomicU64,
    pub(crate) latency: Mutex<Histogram>,
    errors: Arc<Errors>,
    batches: Mutex<Batches>,
}

impl Acks {
    pub(super) fn epoch(&self) -> Instant {
        self.epoch
    }

    pub(crate) fn new(epoch: Instant, errors: Arc<Errors>) -> Result<Self> {
        Ok(Self {
            epoch,
            count_from_ns: AtomicU64::new(0),
            acked: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            last_ns: AtomicU64::new(0),
            latency: Mutex::new(Histogram::new()?),
            errors,
            batches: Mutex::default(),
        })
    }
}

/// Sums of librdkafka's own windows of batch sizes.
#[derive(Clone, Copy, Default)]
pub(super) struct Batches {
    windows: f64,
    bytes: f64,
    messages: f64,
}

impl Batches {
    pub(super) fn mean_bytes(&self) -> Option<f64> {
        (self.windows > 0.0).then(|| self.bytes / self.windows)
    }

    pub(super) fn mean_messages(&self) -> Option<f64> {
        (self.windows > 0.0).then(|| self.messages / self.windows)
    }
}

/// All producers' latencies and batches as one.
pub(super) fn merged(all: &[Arc<Acks>]) -> Result<(Histogram, Batches)> {
    let mut latency = Histogram::new()?;
    let mut batches = Batches::default();
    for acks in all {
        latency.merge(&locked(&acks.latency))?;
        let one = *locked(&acks.batches);
        batches.windows += one.windows;
        batches.bytes += one.bytes;
        batches.messages += one.messages;
    }
    Ok((latency, batches))
}

/// The producer owns its context, so ours only points at the sums.
pub(crate) struct AckContext(pub(crate) Arc<Acks>);

impl ClientContext for AckContext {
    fn error(&self, error: KafkaError, reason: &str) {
        self.0.errors.note(format!("{error}: {reason}"));
    }

    fn stats(&self, statistics: Statistics) {
        let mut batches = locked(&self.0.batches);
        for topic in statistics
            .topics
            .values()
            .filter(|topic| topic.batchsize.cnt > 0)
        {
            batches.windows += 1.0;
            batches.bytes += topic.batchsize.avg as f64;
            batches.messages += topic.batchcnt.avg as f64;
        }
    }
}

impl ProducerContext for AckContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, intended_ns: usize) {
        let acks = &*self.0;
        let now_ns = acks.epoch.elapsed().as_nanos() as u64;
        let intended_ns = intended_ns as u64;
        match result {
            Ok(_) => {
                acks.acked.fetch_add(1, Relaxed);
                acks.last_ns.store(now_ns, Relaxed);
                if intended_ns >= acks.count_from_ns.load(Relaxed) {
                    locked(&acks.latency).record(now_ns.saturating_sub(intended_ns));
                }
            }
            Err((error, _)) => {
                acks.failed.fetch_add(1, Relaxed);
                acks.errors.note(error);
            }
        }
    }
}
