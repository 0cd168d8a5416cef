//! A batch while it collects records, and once it is sealed.

use model::TopicPartition;
use records::{Batch, BatchBuilder};
use tokio::time::Instant;

use super::Queued;
use crate::ClientError;
use crate::producer::delivery::{Delivered, Receipt};
use crate::producer::{ProducerRecord, ProducerSettings};

/// A batch that takes records.
pub(super) struct Open {
    builder: BatchBuilder,
    receipts: Vec<Receipt>,
    /// When it is sent although it is not full.
    pub(super) send_at: Instant,
}

impl Open {
    pub(super) fn new(settings: &ProducerSettings) -> Self {
        Self {
            builder: BatchBuilder::new()
                .compression(settings.compression, settings.compression_level),
            receipts: Vec::new(),
            send_at: Instant::now() + settings.linger,
        }
    }

    /// Whether the record fits; a batch without records takes one of any size.
    pub(super) fn has_room(&self, record: &ProducerRecord, batch_bytes: usize) -> bool {
        let headers = record.headers.iter();
        let headers: usize = headers
            .map(|header| header.key.len() + header.value.as_ref().map_or(0, bytes::Bytes::len))
            .sum();
        let record = record.key.as_ref().map_or(0, bytes::Bytes::len)
            + record.value.as_ref().map_or(0, bytes::Bytes::len);
        self.receipts.is_empty()
            || self.builder.uncompressed_bytes() + record + headers <= batch_bytes
    }

    pub(super) fn is_full(&self, batch_bytes: usize) -> bool {
        self.builder.uncompressed_bytes() >= batch_bytes
    }

    pub(super) fn append(&mut self, queued: Queued) {
        let Queued { record, receipt } = queued;
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        let appended = self
            .builder
            .append(record.timestamp_ms, key, value, &record.headers);
        match appended {
            Ok(()) => self.receipts.push(receipt),
            Err(error) => receipt.settle(Err(ClientError::Records {
                what: format!("a record for topic {}", record.topic),
                reason: error.to_string(),
            })),
        }
    }

    /// Compresses the batch; a failure to do so is told to its records.
    pub(super) fn seal(self, partition: &TopicPartition, deadline: Instant) -> Option<Sealed> {
        if self.receipts.is_empty() {
            return None;
        }
        let receipts = self.receipts;
        match self.builder.build_batch() {
            Ok(batch) => Some(Sealed {
                batch,
                receipts,
                deadline,
                stamped: false,
            }),
            Err(error) => {
                let failure = ClientError::Records {
                    what: format!("a batch for {partition}"),
                    reason: error.to_string(),
                };
                for receipt in receipts {
                    receipt.settle(Err(failure.clone()));
                }
                None
            }
        }
    }
}

/// A batch as it is sent.
pub(super) struct Sealed {
    pub(super) batch: Batch,
    receipts: Vec<Receipt>,
    /// Until when it is retried.
    pub(super) deadline: Instant,
    /// Whether it has its producer id and sequence numbers.
    stamped: bool,
}

impl Sealed {
    /// Whether it still needs a producer id.
    pub(super) fn is_stamped(&self) -> bool {
        self.stamped
    }

    /// Gives it a producer id and sequence numbers, which retries keep.
    pub(super) fn stamp(&mut self, id: i64, epoch: i16, base_sequence: i32) {
        self.batch = records::with_producer(&self.batch, id, epoch, base_sequence);
        self.stamped = true;
    }

    /// Forgets the producer id, since the broker will not take its sequence any more.
    pub(super) fn unstamp(&mut self) {
        self.stamped = false;
    }

    /// Tells every record what became of the batch; -1 is an offset that is not known.
    pub(super) fn settle(self, partition: &TopicPartition, outcome: &Result<i64, ClientError>) {
        for (delta, receipt) in (0..).zip(self.receipts) {
            receipt.settle(match outcome {
                Ok(base_offset) => Ok(Delivered {
                    partition: partition.partition,
                    offset: (*base_offset >= 0).then_some(base_offset + delta),
                }),
                Err(error) => Err(error.clone()),
            });
        }
    }
}
