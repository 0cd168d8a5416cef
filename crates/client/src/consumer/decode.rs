//! The answer for one partition as records: markers and aborted records left out, and nothing
//! from before the wanted offset, although brokers send whole batches.

use std::collections::{HashSet, VecDeque};

use protocol::messages::fetch::{AbortedTransaction, PartitionData};
use records::{Batch, BatchError, Batches, verify_crc};

use super::fetch::Wanted;
use super::{ConsumedRecord, ConsumerSettings, Isolation};
use crate::ClientError;

/// The type in the key of a control record (after its version) that ends an aborted transaction.
const ABORT_MARKER: [u8; 2] = [0, 0];

/// What a partition gave.
pub(super) struct Read {
    pub(super) records: Vec<ConsumedRecord>,
    pub(super) next_offset: i64,
    pub(super) high_watermark: i64,
}

pub(super) fn read(
    settings: &ConsumerSettings,
    wanted: &Wanted,
    answer: PartitionData,
) -> Result<Read, ClientError> {
    let of = &wanted.partition;
    ClientError::check(answer.error_code, None, || {
        format!("cannot read {of} at offset {}", wanted.offset)
    })?;
    let mut read = Read {
        records: Vec::new(),
        next_offset: wanted.offset,
        high_watermark: answer.high_watermark,
    };
    let aborted = match settings.isolation {
        Isolation::Committed => answer.aborted_transactions.unwrap_or_default(),
        Isolation::Uncommitted => Vec::new(),
    };
    let mut aborted = Aborted::new(aborted);
    let record_set = answer.records.unwrap_or_default().to_bytes();
    for batch in Batches::new(record_set) {
        let batch = match batch {
            // Answers are cut at their size limit; the rest comes with the next one.
            Err(BatchError::Truncated { .. }) if read.next_offset > wanted.offset => break,
            batch => batch.map_err(|error| failed(wanted, &error))?,
        };
        if settings.check_crcs {
            verify_crc(&batch.bytes).map_err(|error| failed(wanted, &error))?;
        }
        if !aborted.hides(&batch, settings) && !batch.header.attributes.is_control() {
            append(settings, wanted, &batch, &mut read.records)?;
        }
        read.next_offset = read.next_offset.max(batch.header.next_offset());
    }
    Ok(read)
}

fn append(
    settings: &ConsumerSettings,
    wanted: &Wanted,
    batch: &Batch,
    records: &mut Vec<ConsumedRecord>,
) -> Result<(), ClientError> {
    let decoded = records::records(batch, settings.limits);
    for record in decoded.map_err(|error| failed(wanted, &error))? {
        let record = record.map_err(|error| failed(wanted, &error))?;
        let offset = record.offset(&batch.header);
        if offset < wanted.offset {
            continue;
        }
        records.push(ConsumedRecord {
            partition: wanted.partition.clone(),
            offset,
            timestamp_ms: record.timestamp(&batch.header),
            timestamp_type: batch.header.attributes.timestamp_type(),
            key: record.key,
            value: record.value,
            headers: record.headers,
        });
    }
    Ok(())
}

fn failed(wanted: &Wanted, error: &dyn std::error::Error) -> ClientError {
    ClientError::Records {
        what: format!(
            "cannot read {} at offset {}",
            wanted.partition, wanted.offset
        ),
        reason: error.to_string(),
    }
}

/// The aborted transactions of an answer, followed from batch to batch.
struct Aborted {
    to_come: VecDeque<AbortedTransaction>,
    producers: HashSet<i64>,
}

impl Aborted {
    fn new(mut transactions: Vec<AbortedTransaction>) -> Self {
        // Kafka sorts them; not every broker did.
        transactions.sort_by_key(|transaction| transaction.first_offset);
        Self {
            to_come: transactions.into(),
            producers: HashSet::new(),
        }
    }

    /// Whether the batch belongs to an aborted transaction.
    fn hides(&mut self, batch: &Batch, settings: &ConsumerSettings) -> bool {
        let (header, last) = (&batch.header, batch.header.last_offset());
        while let Some(next) = self.to_come.pop_front_if(|next| next.first_offset <= last) {
            self.producers.insert(next.producer_id);
        }
        if !header.attributes.is_transactional() {
            return false;
        }
        if header.attributes.is_control() && is_abort(batch, settings) {
            self.producers.remove(&header.producer_id);
        }
        self.producers.contains(&header.producer_id)
    }
}

fn is_abort(batch: &Batch, settings: &ConsumerSettings) -> bool {
    let Ok(mut records) = records::records(batch, settings.limits) else {
        return false;
    };
    let key = records.next().and_then(Result::ok).and_then(|r| r.key);
    key.is_some_and(|key| key.get(2..4) == Some(&ABORT_MARKER))
}

#[cfg(test)]
mod tests;
