//! A group of the classic protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup) while it lives.
//!
//! This is soft state: what a group must remember over a restart is a [`crate::Record`]. A group is
//! built from its last record at load, in state Empty or Stable; every other state is forgotten
//! with the connections that it waited for.

mod heartbeat;
mod join;
mod leave;
mod member;
mod membership;
mod offsets;
mod protocols;
mod rebalance;
mod state;
mod static_member;
mod stored;
mod sync;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::GroupId;

use crate::error::GroupError;
use crate::names::{InstanceId, MemberId};
use crate::reply::{DescribedGroup, DescribedMember};

pub(crate) use join::refused;
pub(crate) use member::Member;
use protocols::SupportedProtocols;
pub(crate) use state::ClassicState;
pub(crate) use static_member::StaticReplacement;

/// A live group.
#[derive(Debug)]
pub(crate) struct ClassicGroup {
    id: GroupId,
    state: ClassicState,
    previous: Option<ClassicState>,
    /// None only for a group loaded from an old record.
    state_since_ms: Option<i64>,
    /// None for a group that only stores offsets.
    protocol_type: Option<Arc<str>>,
    /// Selected at the end of each join phase.
    protocol: Option<Arc<str>>,
    generation: i32,
    leader: Option<MemberId>,
    members: BTreeMap<MemberId, Member>,
    static_members: BTreeMap<InstanceId, MemberId>,
    /// Members that were given an id and have not come back with it (KIP-394).
    pending_join: BTreeSet<MemberId>,
    /// Members that joined the generation and have not asked for their assignment.
    pending_sync: BTreeSet<MemberId>,
    /// How many members wait for the end of the join phase.
    awaiting_join: usize,
    supported: SupportedProtocols,
    /// None where the topics are not known, or the members are no consumers.
    subscribed: Option<BTreeSet<Arc<str>>>,
    /// Set while the join phase is the first one of an empty group.
    initial_delay: Option<InitialDelay>,
}

/// How an empty group waits for more members than the first.
#[derive(Clone, Copy, Debug)]
struct InitialDelay {
    delay_ms: i64,
    remaining_ms: i64,
    member_added: bool,
}

impl ClassicGroup {
    /// A group without members, protocol or record.
    pub(crate) fn new(id: GroupId, now_ms: i64) -> Self {
        Self {
            id,
            state: ClassicState::Empty,
            previous: None,
            state_since_ms: Some(now_ms),
            protocol_type: None,
            protocol: None,
            generation: 0,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_join: BTreeSet::new(),
            pending_sync: BTreeSet::new(),
            awaiting_join: 0,
            supported: SupportedProtocols::default(),
            subscribed: None,
            initial_delay: None,
        }
    }

    pub(crate) fn id(&self) -> &GroupId {
        &self.id
    }

    pub(crate) fn state(&self) -> ClassicState {
        self.state
    }

    pub(crate) fn protocol_type(&self) -> Option<&Arc<str>> {
        self.protocol_type.as_ref()
    }

    /// How many members it has.
    pub(crate) fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Whether anybody was promised a place and may still come.
    pub(crate) fn has_pending_members(&self) -> bool {
        !self.pending_join.is_empty()
    }

    fn is_leader(&self, member: &MemberId) -> bool {
        self.leader.as_ref() == Some(member)
    }

    fn transition(&mut self, state: ClassicState, now_ms: i64) {
        assert!(
            state.may_follow(self.state),
            "{state:?} must not follow {:?}",
            self.state
        );
        self.previous = Some(self.state);
        self.state = state;
        self.state_since_ms = Some(now_ms);
    }

    /// Whether a request comes from who it says it is.
    fn validate_member(
        &self,
        member: &MemberId,
        instance: Option<&InstanceId>,
    ) -> Result<(), GroupError> {
        if let Some(instance) = instance {
            match self.static_members.get(instance) {
                None => return Err(GroupError::UnknownMemberId),
                Some(current) if current != member => return Err(GroupError::FencedInstanceId),
                Some(_) => {}
            }
        }
        match self.members.contains_key(member) {
            true => Ok(()),
            false => Err(GroupError::UnknownMemberId),
        }
    }

    /// Whether a DeleteGroups may remove the group.
    pub(crate) fn validate_delete(&self) -> Result<(), GroupError> {
        match self.state {
            ClassicState::Empty => Ok(()),
            _ => Err(GroupError::NonEmptyGroup),
        }
    }

    pub(crate) fn describe(&self) -> DescribedGroup {
        let protocol = self
            .protocol
            .clone()
            .filter(|_| self.state == ClassicState::Stable);
        let members = self.members.values().map(|member| DescribedMember {
            member: member.id.clone(),
            instance: member.instance.clone(),
            client_id: member.client.id.clone(),
            client_host: member.client.host.clone(),
            metadata: protocol
                .as_deref()
                .map(|p| member.metadata(p))
                .unwrap_or_default(),
            assignment: member.assignment.clone(),
        });
        DescribedGroup {
            state: self.state.name(),
            protocol_type: self.protocol_type.clone(),
            members: members.collect(),
            protocol,
        }
    }
}
