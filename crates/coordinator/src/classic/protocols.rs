//! Which assignment protocols the members share, and which one they choose.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{ClassicGroup, ClassicState};
use crate::command::Protocol;
use crate::consumer_protocol;

/// For every protocol, how many members support it.
#[derive(Debug, Default)]
pub(super) struct SupportedProtocols {
    members: BTreeMap<Arc<str>, usize>,
}

impl SupportedProtocols {
    pub(super) fn add(&mut self, protocols: &[Protocol]) {
        for name in names(protocols) {
            *self.members.entry(name.clone()).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, protocols: &[Protocol]) {
        for name in names(protocols) {
            if let Some(count) = self.members.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.members.remove(name);
                }
            }
        }
    }

    fn count(&self, name: &str) -> usize {
        self.members.get(name).copied().unwrap_or(0)
    }
}

/// A request may repeat a name; it counts once.
fn names(protocols: &[Protocol]) -> BTreeSet<&Arc<str>> {
    protocols.iter().map(|p| &p.name).collect()
}

impl ClassicGroup {
    /// Whether a member with these protocols fits the group: an empty group takes any.
    pub(crate) fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == ClassicState::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols
                .iter()
                .any(|p| self.supported.count(&p.name) == self.members.len())
    }

    /// The protocol that all members support and most prefer; of equals the first by name. None
    /// for a group without members.
    pub(super) fn select_protocol(&self) -> Option<Arc<str>> {
        let mut votes = BTreeMap::<&Arc<str>, usize>::new();
        for member in self.members.values() {
            let shared = |p: &&Protocol| self.supported.count(&p.name) == self.members.len();
            if let Some(choice) = member.protocols.iter().find(shared) {
                *votes.entry(&choice.name).or_default() += 1;
            }
        }
        let most = votes.values().max().copied()?;
        votes
            .into_iter()
            .find(|(_, n)| *n == most)
            .map(|(name, _)| name.clone())
    }

    /// Whether the members are consumers.
    pub(super) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type.as_deref() == Some(consumer_protocol::PROTOCOL_TYPE)
    }

    /// Reads the topics that the members of this generation subscribe to.
    pub(super) fn refresh_subscribed(&mut self) {
        self.subscribed = self.read_subscribed();
    }

    fn read_subscribed(&self) -> Option<BTreeSet<Arc<str>>> {
        if !self.uses_consumer_protocol() {
            return None;
        }
        let mut topics = BTreeSet::new();
        if self.members.is_empty() {
            return Some(topics);
        }
        let protocol = self.protocol.as_deref()?;
        for member in self.members.values() {
            if !consumer_protocol::collect_topics(&member.metadata(protocol), &mut topics) {
                return None;
            }
        }
        Some(topics)
    }

    /// Whether a member consumes `topic`; a group of consumers whose topics are unknown may.
    pub(crate) fn is_subscribed(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }
}
