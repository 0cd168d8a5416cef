//! Which partition a record goes to when its producer names none: Kafka's own choice, so that
//! keys meet the records that other clients wrote under them.

use std::hash::{BuildHasher, RandomState};

use model::PartitionIndex;

use super::ProducerRecord;

/// Bytes without a key that stay together at most: the batch of Kafka's own producer. The batches
/// here are larger and each partition fills its own, so that moving on earlier costs none of them.
const STICKY_BYTES_MAX: usize = 16 << 10;
/// Records without a key that stay together at most. Kafka has no such bound; with it, a few hundred
/// short lines already reach every partition.
const STICKY_RECORDS_MAX: usize = 256;

/// Chooses partitions of one topic.
pub(super) struct Partitioner {
    sticky_bytes_max: usize,
    /// Where records without a key go, until a batch's worth went there (KIP-480).
    sticky: u32,
    sticky_bytes: usize,
    sticky_records: usize,
}

impl Partitioner {
    pub(super) fn new(batch_bytes: usize) -> Self {
        // A random start, so that many short-lived producers do not all begin at partition 0.
        let [a, b, c, d, ..] = RandomState::new().hash_one(0).to_le_bytes();
        Self {
            sticky_bytes_max: batch_bytes.min(STICKY_BYTES_MAX),
            sticky: u32::from_le_bytes([a, b, c, d]),
            sticky_bytes: 0,
            sticky_records: 0,
        }
    }

    /// A partition from 0 to below `count`.
    pub(super) fn choose(&mut self, record: &ProducerRecord, count: i32) -> PartitionIndex {
        if let Some(key) = &record.key {
            return keyed(key, count);
        }
        let bytes = record.value.as_ref().map_or(0, bytes::Bytes::len);
        let full = self.sticky_records >= STICKY_RECORDS_MAX
            || self.sticky_bytes + bytes > self.sticky_bytes_max;
        if full && self.sticky_records > 0 {
            self.sticky_bytes = 0;
            self.sticky_records = 0;
            self.sticky = self.sticky.wrapping_add(1);
        }
        self.sticky_bytes += bytes;
        self.sticky_records += 1;
        modulo(self.sticky, count)
    }
}

/// The partition of a key, as Kafka's default partitioner computes it.
fn keyed(key: &[u8], count: i32) -> PartitionIndex {
    modulo(murmur2(key) & 0x7fff_ffff, count)
}

fn modulo(number: u32, count: i32) -> PartitionIndex {
    let count = u32::try_from(count).unwrap_or(1).max(1);
    PartitionIndex(i32::try_from(number % count).unwrap_or(0))
}

/// MurmurHash2 in 32 bits with the seed of `org.apache.kafka.common.utils.Utils`.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut hash = 0x9747_b28c ^ length;
    let (words, tail) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        let bytes = (0..).zip(tail);
        hash ^= bytes.fold(0, |word, (i, byte)| word | u32::from(*byte) << (8 * i));
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests;
