//! The bytes that members of a classic consumer group send each other through the coordinator:
//! `ConsumerProtocolSubscription` and `ConsumerProtocolAssignment`.
//!
//! ```text
//! subscription: version i16 | topics [string] | user data bytes? | (newer fields)
//! assignment:   version i16 | [topic string, partitions [i32]] | user data bytes? | (newer fields)
//! ```
//!
//! Version 0 is written, and of newer versions the fields that version 0 has are read: later
//! ones only append. This is no API of the protocol crate, since brokers do not read it.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use model::{PartitionIndex, TopicName};

use super::assignment::Share;
use crate::{ClientError, names};

/// What a member wants to read.
pub(super) fn subscription(topics: &[TopicName]) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(0);
    out.put_i32(i32::try_from(topics.len()).unwrap_or(0));
    for topic in topics {
        put_string(&mut out, topic);
    }
    out.put_i32(-1);
    out.freeze()
}

/// What a member is to read.
pub(super) fn assignment(share: &Share) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(0);
    out.put_i32(i32::try_from(share.len()).unwrap_or(0));
    for (topic, partitions) in share {
        put_string(&mut out, topic);
        out.put_i32(i32::try_from(partitions.len()).unwrap_or(0));
        partitions.iter().for_each(|index| out.put_i32(index.0));
    }
    out.put_i32(-1);
    out.freeze()
}

fn put_string(out: &mut BytesMut, topic: &TopicName) {
    // A topic name has at most 249 bytes.
    out.put_i16(i16::try_from(topic.as_str().len()).unwrap_or(0));
    out.put_slice(topic.as_str().as_bytes());
}

/// The topics of a subscription.
pub(crate) fn subscribed_topics(bytes: &[u8]) -> Result<Vec<TopicName>, ClientError> {
    let mut rest = bytes;
    let parsed = take_i16(&mut rest)
        .and_then(|_version| take_i32(&mut rest))
        .map(|count| (0..count).map_while(|_| take_string(&mut rest)).collect());
    let topics: Vec<&str> = parsed.ok_or_else(|| unreadable("subscription"))?;
    topics.into_iter().map(names::topic).collect()
}

/// The partitions of an assignment. No bytes at all are no partitions.
pub(crate) fn assigned_partitions(
    bytes: &[u8],
) -> Result<BTreeMap<TopicName, Vec<PartitionIndex>>, ClientError> {
    let mut partitions = BTreeMap::new();
    if bytes.is_empty() {
        return Ok(partitions);
    }
    let mut rest = bytes;
    let count = take_i16(&mut rest).and_then(|_version| take_i32(&mut rest));
    for _ in 0..count.ok_or_else(|| unreadable("assignment"))? {
        let topic = take_string(&mut rest).zip(take_i32(&mut rest));
        let (topic, count) = topic.ok_or_else(|| unreadable("assignment"))?;
        let indexes = (0..count).map_while(|_| take_i32(&mut rest).map(PartitionIndex));
        let indexes: Vec<PartitionIndex> = indexes.collect();
        if usize::try_from(count) != Ok(indexes.len()) {
            return Err(unreadable("assignment"));
        }
        partitions.insert(names::topic(topic)?, indexes);
    }
    Ok(partitions)
}

fn unreadable(what: &str) -> ClientError {
    ClientError::Invalid(format!("a member of the group sent a broken {what}"))
}

fn take_i16(rest: &mut &[u8]) -> Option<i16> {
    let (bytes, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(i16::from_be_bytes(*bytes))
}

fn take_i32(rest: &mut &[u8]) -> Option<i32> {
    let (bytes, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(i32::from_be_bytes(*bytes))
}

fn take_string<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take_i16(rest)?).ok()?;
    let (bytes, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
