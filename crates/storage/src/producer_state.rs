//! What a log remembers of idempotent producers (KIP-98): the last five batches of each, so that a
//! repeated batch is answered with its old offsets and a gap is noticed.
//!
//! Rules as in Kafka 4.3: a producer nobody remembers may begin with any sequence number (its
//! state may have expired); one that raises its epoch begins at 0. Transactions are not tracked.

use std::collections::HashMap;

use records::BatchHeader;

/// Batches remembered per producer: the most that a producer has in flight.
pub(crate) const WINDOW_BATCHES: usize = 5;
/// Producers remembered per log. Beyond, the longest silent tenth is forgotten: a client that
/// opens a producer per record must not fill the memory.
const PRODUCERS_MAX: usize = 100_000;
/// A sequence number, or an epoch, that is none.
const NONE: i32 = -1;

/// One appended batch of a producer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProducerBatch {
    pub(crate) last_sequence: i32,
    pub(crate) last_offset: i64,
    /// Last offset minus first.
    pub(crate) offset_delta: i32,
    pub(crate) timestamp_ms: i64,
}

impl ProducerBatch {
    pub(crate) fn base_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }

    fn first_sequence(&self) -> i32 {
        match self.last_sequence - self.offset_delta {
            sequence if sequence >= 0 => sequence,
            wrapped => i32::MAX + wrapped + 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Producer {
    epoch: i16,
    batches: [ProducerBatch; WINDOW_BATCHES],
    batch_count: u8,
    last_append_ms: i64,
}

/// What DescribeProducers tells of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerInfo {
    /// Its id.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Greatest timestamp of its last batch.
    pub last_timestamp_ms: i64,
}

/// Where a batch stands among those of its producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// It was appended before.
    Duplicate(ProducerBatch),
    /// It comes next.
    Next,
}

/// Why a batch of an idempotent producer is not appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SequenceError {
    StaleEpoch { current: i16 },
    OutOfOrder { expected: i32 },
}

/// The producers of one log.
#[derive(Debug, Default)]
pub(crate) struct Producers {
    by_id: HashMap<i64, Producer>,
    changed: bool,
}

impl Producers {
    /// Looks where `header`, the header of a batch with a producer id, belongs.
    pub(crate) fn check(&self, header: &BatchHeader) -> Result<Sequence, SequenceError> {
        let Some(producer) = self.by_id.get(&header.producer_id) else {
            return Ok(Sequence::Next);
        };
        if header.producer_epoch < producer.epoch {
            return Err(SequenceError::StaleEpoch {
                current: producer.epoch,
            });
        }
        if header.producer_epoch > producer.epoch {
            return match header.base_sequence {
                0 => Ok(Sequence::Next),
                _ => Err(SequenceError::OutOfOrder { expected: 0 }),
            };
        }
        if let Some(batch) = producer.find(header.base_sequence, header.last_sequence()) {
            return Ok(Sequence::Duplicate(batch));
        }
        let expected = match producer.batches().last() {
            None => return Ok(Sequence::Next),
            Some(batch) => batch.last_sequence.checked_add(1).unwrap_or(0),
        };
        if header.base_sequence == expected {
            Ok(Sequence::Next)
        } else {
            Err(SequenceError::OutOfOrder { expected })
        }
    }

    /// Remembers an appended batch; `header` has its final offsets. Batches without a producer,
    /// and control batches, which have no sequence, pass.
    pub(crate) fn record(&mut self, header: &BatchHeader, now_ms: i64) {
        if header.producer_id < 0 || header.base_sequence < 0 {
            return;
        }
        let batch = ProducerBatch {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp_ms: header.max_timestamp,
        };
        self.restore(header.producer_id, header.producer_epoch, batch, now_ms);
        if self.by_id.len() > PRODUCERS_MAX {
            self.forget_longest_silent();
        }
    }

    /// Remembers a batch of a snapshot or of `record`; those of one producer come in order.
    pub(crate) fn restore(&mut self, id: i64, epoch: i16, batch: ProducerBatch, now_ms: i64) {
        let producer = self.by_id.entry(id).or_insert_with(|| Producer {
            epoch,
            batches: Default::default(),
            batch_count: 0,
            last_append_ms: now_ms,
        });
        if producer.epoch != epoch {
            producer.epoch = epoch;
            producer.batch_count = 0;
        }
        producer.push(batch);
        producer.last_append_ms = now_ms;
        self.changed = true;
    }

    /// Forgets producers that appended nothing for `expiration_ms`.
    pub(crate) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        let before = self.by_id.len();
        self.by_id
            .retain(|_, p| now_ms.saturating_sub(p.last_append_ms) < expiration_ms);
        if self.by_id.len() < before {
            self.changed = true;
            self.by_id.shrink_to_fit();
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether something changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// A snapshot could not be written: it is still to be done.
    pub(crate) fn mark_changed(&mut self) {
        self.changed = true;
    }

    /// Every batch with its producer's id and epoch, those of one producer in order.
    pub(crate) fn batches(&self) -> impl Iterator<Item = (i64, i16, ProducerBatch)> {
        self.by_id.iter().flat_map(|(id, producer)| {
            let batches = producer.batches().iter();
            batches.map(move |batch| (*id, producer.epoch, *batch))
        })
    }

    /// All producers by id.
    pub(crate) fn describe(&self) -> Vec<ProducerInfo> {
        let info = |(id, producer): (&i64, &Producer)| {
            let last = producer.batches().last();
            ProducerInfo {
                producer_id: *id,
                producer_epoch: producer.epoch,
                last_sequence: last.map_or(NONE, |batch| batch.last_sequence),
                last_timestamp_ms: last.map_or(i64::from(NONE), |batch| batch.timestamp_ms),
            }
        };
        let mut all: Vec<_> = self.by_id.iter().map(info).collect();
        all.sort_unstable_by_key(|producer| producer.producer_id);
        all
    }

    fn forget_longest_silent(&mut self) {
        let mut times: Vec<_> = self.by_id.values().map(|p| p.last_append_ms).collect();
        let tenth = (times.len() / 10).max(1);
        let (_, limit, _) = times.select_nth_unstable(tenth - 1);
        let limit = *limit;
        let mut left = tenth;
        // By count as well: all of them may be of one millisecond.
        self.by_id.retain(|_, producer| {
            let goes = left > 0 && producer.last_append_ms <= limit;
            left -= usize::from(goes);
            !goes
        });
    }
}

impl Producer {
    fn batches(&self) -> &[ProducerBatch] {
        &self.batches[..usize::from(self.batch_count)]
    }

    fn push(&mut self, batch: ProducerBatch) {
        if usize::from(self.batch_count) == WINDOW_BATCHES {
            self.batches.rotate_left(1);
        } else {
            self.batch_count += 1;
        }
        self.batches[usize::from(self.batch_count) - 1] = batch;
    }

    fn find(&self, first_sequence: i32, last_sequence: i32) -> Option<ProducerBatch> {
        let same = |batch: &&ProducerBatch| {
            batch.first_sequence() == first_sequence && batch.last_sequence == last_sequence
        };
        self.batches().iter().find(same).copied()
    }
}

#[cfg(test)]
mod tests;
