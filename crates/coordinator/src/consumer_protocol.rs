//! The one thing the coordinator looks at inside a member's subscription: the topics of a consumer.
//!
//! Every version of `ConsumerProtocolSubscription` starts as version 0 does, so the topics are found
//! whatever the version (Kafka's rule). What follows them stays opaque, as does every assignment.
//!
//! ```text
//! version i16 | topics [ string ] | …
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

/// `protocol.type` of groups whose members are consumers.
pub(crate) const PROTOCOL_TYPE: &str = "consumer";

/// Adds the topics of one subscription to `topics`; false where the bytes are no subscription.
pub(crate) fn collect_topics(subscription: &[u8], topics: &mut BTreeSet<Arc<str>>) -> bool {
    read_topics(subscription, topics).is_some()
}

fn read_topics(subscription: &[u8], topics: &mut BTreeSet<Arc<str>>) -> Option<()> {
    let (version, rest) = subscription.split_first_chunk::<2>()?;
    if i16::from_be_bytes(*version) < 0 {
        return None;
    }
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    for _ in 0..u32::try_from(i32::from_be_bytes(*count)).ok()? {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        let length = usize::try_from(i16::from_be_bytes(*length)).ok()?;
        let (name, tail) = tail.split_at_checked(length)?;
        topics.insert(std::str::from_utf8(name).ok()?.into());
        rest = tail;
    }
    Some(())
}

#[cfg(test)]
mod tests;
