//! One sending thread's stream of messages into one librdkafka producer.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;

use super::acks::{AckContext, Acks};
use crate::cli::{Common, Produced, Spread};
use crate::client;
use crate::payload::{Payloads, Stamp};

/// Between two tries while librdkafka's queue is full.
const QUEUE_FULL_WAIT: Duration = Duration::from_micros(500);

pub(crate) struct Stream<'a> {
    pub(crate) producer: ThreadedProducer<AckContext>,
    topic: &'a str,
    partitions: i32,
    spread: Spread,
    keys: u64,
    payloads: Payloads,
    run: u64,
    epoch: Instant,
    /// Times that librdkafka's queue was full and the message had to wait
    pub(crate) queue_full: u64,
}

impl<'a> Stream<'a> {
    pub(crate) fn open(
        common: &Common,
        topic: &'a str,
        partitions: i32,
        produced: &Produced,
        acks: Arc<Acks>,
        run: u64,
    ) -> Result<Self> {
        let epoch = acks.epoch();
        Ok(Self {
            producer: client::producer_config(common, produced)?
                .create_with_context(AckContext(acks))
                .context("producer")?,
            topic,
            partitions,
            spread: produced.spread,
            keys: produced.keys.max(1),
            payloads: Payloads::new(produced.size, produced.compressible, run),
            run,
            epoch,
            queue_full: 0,
        })
    }

    /// Hands one message to librdkafka, waiting while its queue is full. Its latency counts from
    /// `intended_ns`, whenever this is called.
    pub(crate) fn send(&mut self, sequence: u64, intended_ns: u64) -> Result<()> {
        let value = self.payloads.stamped(Stamp {
            run: self.run,
            sequence,
            intended_ns,
        });
        let key = (sequence % self.keys).to_le_bytes();
        let opaque = intended_ns as usize;
        let mut record =
            BaseRecord::<[u8], [u8], usize>::with_opaque_to(self.topic, opaque).payload(value);
        match self.spread {
            Spread::Keyed => record = record.key(&key),
            Spread::RoundRobin => {
                record = record.partition((sequence % self.partitions as u64) as i32);
            }
            Spread::Sticky => {}
        }
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                    self.queue_full += 1;
                    record = again;
                    thread::sleep(QUEUE_FULL_WAIT);
                }
                Err((error, _)) => bail!("producing: {error}"),
            }
        }
    }

    /// Waits for outstanding acks; what has none by then shows as missing.
    pub(crate) fn flush(&self, limit: Duration) {
        let _ = self.producer.flush(limit);
    }

    pub(crate) fn now_ns(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Sleeps until `at_ns` after the epoch; returns how far past it we woke up.
    pub(crate) fn wait_until(&self, at_ns: u64) -> u64 {
        let now_ns = self.now_ns();
        if now_ns >= at_ns {
            return now_ns - at_ns;
        }
        thread::sleep(Duration::from_nanos(at_ns - now_ns));
        self.now_ns().saturating_sub(at_ns)
    }
}
