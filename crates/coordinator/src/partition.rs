//! Which partition of `__consumer_offsets` holds a group: Kafka's rule, so that a log written by
//! one broker is found by the other.

use model::{GroupId, PartitionIndex};

/// The partition of `group` among `partitions`: Java's `String.hashCode` over UTF-16 units, its
/// sign taken off as `Utils.abs` does (the smallest integer becomes 0), modulo the count.
pub fn partition_for(group: &GroupId, partitions: u32) -> PartitionIndex {
    let hash = group.as_str().encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    });
    let positive = hash.checked_abs().unwrap_or(0).unsigned_abs();
    // The remainder of a non-negative i32 fits one; a topic has at least one partition.
    PartitionIndex((positive % partitions.max(1)) as i32)
}

#[cfg(test)]
mod tests;
