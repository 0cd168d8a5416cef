//! A group as a record, and back.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::GroupId;

use super::{ClassicGroup, ClassicState, Member};
use crate::command::{Client, Protocol};
use crate::names::MemberId;
use crate::record::{GroupMetadata, MemberMetadata, Record};
use crate::turn::Turn;

impl ClassicGroup {
    /// The group at load: Stable if its record has members, else Empty.
    pub(crate) fn from_stored(id: GroupId, stored: &GroupMetadata) -> Self {
        let mut group = Self::new(id, 0);
        if !stored.members.is_empty() {
            group.state = ClassicState::Stable;
        }
        group.state_since_ms = stored.state_since_ms;
        group.generation = stored.generation;
        group.protocol_type =
            (!stored.protocol_type.is_empty()).then(|| stored.protocol_type.clone());
        group.protocol = stored.protocol.clone();
        for member in &stored.members {
            let protocols = stored.protocol.iter().map(|name| Protocol {
                name: name.clone(),
                metadata: member.subscription.clone(),
            });
            group.insert(Member {
                id: member.member.clone(),
                instance: member.instance.clone(),
                client: Client {
                    id: member.client_id.clone(),
                    host: member.client_host.clone(),
                },
                rebalance_timeout_ms: member.rebalance_timeout_ms,
                session_timeout_ms: member.session_timeout_ms,
                protocols: protocols.collect(),
                assignment: member.assignment.clone(),
                awaiting_join: None,
                awaiting_sync: None,
                is_new: false,
            });
        }
        // A record may name a leader that is not among its members; the first one serves then.
        group.leader = match &stored.leader {
            Some(leader) if group.members.contains_key(leader) => Some(leader.clone()),
            _ => group.members.keys().next().cloned(),
        };
        group.refresh_subscribed();
        group
    }

    /// The group is back: sessions start, and one that has become too large rebalances, which gives
    /// its members the chance to commit before the last ones are turned away.
    pub(crate) fn revived(&mut self, turn: &mut Turn<'_>, members_max: usize) {
        let ids: Vec<_> = self.members.keys().cloned().collect();
        for id in &ids {
            self.renew_session(turn, id);
        }
        if ids.len() > members_max {
            let reason = format!(
                "the loaded group has {} members, {members_max} are allowed",
                ids.len()
            );
            self.prepare_rebalance(turn, reason);
        }
    }

    /// The record of a group that nobody has joined yet.
    pub(crate) fn created_record(&self) -> Record {
        Record::GroupMetadata {
            group: self.id.clone(),
            value: Some(GroupMetadata {
                protocol_type: "".into(),
                generation: 0,
                protocol: None,
                leader: None,
                state_since_ms: self.state_since_ms,
                members: Vec::new(),
            }),
        }
    }

    /// The record of the group with these assignments; a member without one gets an empty one.
    pub(super) fn record(&self, assignment: &BTreeMap<MemberId, Bytes>) -> Record {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.values().map(|member| MemberMetadata {
            member: member.id.clone(),
            instance: member.instance.clone(),
            client_id: member.client.id.clone(),
            client_host: member.client.host.clone(),
            rebalance_timeout_ms: member.rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
            subscription: member.metadata(protocol),
            assignment: assignment.get(&member.id).cloned().unwrap_or_default(),
        });
        Record::GroupMetadata {
            group: self.id.clone(),
            value: Some(GroupMetadata {
                protocol_type: self.protocol_type.clone().unwrap_or_else(|| "".into()),
                generation: self.generation,
                protocol: self.protocol.clone(),
                leader: self.leader.clone(),
                state_since_ms: self.state_since_ms,
                members: members.collect(),
            }),
        }
    }

    /// The record of the group with the assignments its members have.
    pub(super) fn record_as_assigned(&self) -> Record {
        let assigned = self
            .members
            .values()
            .map(|m| (m.id.clone(), m.assignment.clone()));
        self.record(&assigned.collect())
    }
}
