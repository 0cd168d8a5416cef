//! The consuming half of the latency mode: every partition, from the end it had at the start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::topic_partition_list::Offset;

use crate::cli::Common;
use crate::client::{self, Errors, Noting};
use crate::histogram::Histogram;
use crate::payload::Stamp;

/// Longest wait for a message before `stop` is looked at again.
const POLL: Duration = Duration::from_millis(20);

pub(super) struct Receiver {
    consumer: BaseConsumer<Noting>,
    run: u64,
    epoch: Instant,
    errors: Arc<Errors>,
    pub(super) arrived: AtomicU64,
    pub(super) stop: AtomicBool,
}

pub(super) struct Received {
    pub(super) latency: Histogram,
    pub(super) messages: u64,
    pub(super) duplicates: u64,
}

impl Receiver {
    pub(super) fn at_end(
        common: &Common,
        topic: &str,
        partitions: i32,
        run: u64,
        epoch: Instant,
        errors: &Arc<Errors>,
    ) -> Result<Self> {
        let consumer: BaseConsumer<Noting> = client::consumer_config(common, None)?
            .create_with_context(Noting(errors.clone()))
            .context("consumer")?;
        let mut list = TopicPartitionList::new();
        let marks = client::watermarks(&consumer, topic, partitions)?;
        for (partition, (_, high)) in (0..).zip(marks) {
            list.add_partition_offset(topic, partition, Offset::Offset(high))?;
        }
        consumer.assign(&list)?;
        Ok(Self {
            consumer,
            run,
            epoch,
            errors: errors.clone(),
            arrived: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        })
    }

    /// Reads until all have come or `stop` is set. Only messages due at or after `count_from_ns`
    /// are in the histogram; another run's messages are passed over.
    pub(super) fn receive(&self, total: u64, count_from_ns: u64) -> Result<Received> {
        let mut seen = vec![false; usize::try_from(total)?];
        let mut received = Received {
            latency: Histogram::new()?,
            messages: 0,
            duplicates: 0,
        };
        while !self.stop.load(Relaxed) && received.messages < total {
            let message = match self.consumer.poll(POLL) {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    self.errors.note(error);
                    continue;
                }
                None => continue,
            };
            let now_ns = self.epoch.elapsed().as_nanos() as u64;
            let stamp = message.payload().and_then(Stamp::read);
            let Some(stamp) = stamp.filter(|stamp| stamp.run == self.run) else {
                continue;
            };
            match seen.get_mut(stamp.sequence as usize) {
                Some(first @ false) => *first = true,
                _ => {
                    received.duplicates += 1;
                    continue;
                }
            }
            received.messages += 1;
            self.arrived.store(received.messages, Relaxed);
            if stamp.intended_ns >= count_from_ns {
                received
                    .latency
                    .record(now_ns.saturating_sub(stamp.intended_ns));
            }
        }
        Ok(received)
    }
}
