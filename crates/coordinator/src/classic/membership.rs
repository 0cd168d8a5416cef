//! Members come and go; the counts and maps that depend on them change here and nowhere else.

use std::sync::Arc;

use super::{ClassicGroup, ClassicState, Member};
use crate::command::Protocol;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::reply::{JoinRefused, Joined, JoinedMember, Reply, Synced, Token};
use crate::timers::Timer;
use crate::turn::Turn;

impl ClassicGroup {
    /// Adds a member that is not in the group. The first one decides the protocol type and leads.
    pub(super) fn insert(&mut self, member: Member) {
        if let Some(instance) = &member.instance {
            self.static_members
                .insert(instance.clone(), member.id.clone());
        }
        if self.leader.is_none() {
            self.leader = Some(member.id.clone());
        }
        self.supported.add(&member.protocols);
        self.awaiting_join += usize::from(member.awaiting_join.is_some());
        self.pending_join.remove(&member.id);
        self.members.insert(member.id.clone(), member);
    }

    /// Takes a member, or a pending one, out: its session ends, requests of it that wait are
    /// refused (it may come back as a new member), and another member leads if it did.
    pub(super) fn remove(&mut self, turn: &mut Turn<'_>, id: &MemberId) {
        self.refuse_join(turn, id, GroupError::UnknownMemberId, MemberId::none());
        self.answer_sync(turn, id, Err(GroupError::UnknownMemberId));
        turn.timers
            .cancel(&Timer::Session(self.id.clone(), id.clone()));
        self.detach(id);
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_join.remove(id);
        self.pending_sync.remove(id);
    }

    /// Takes a member out of the maps and counts.
    pub(super) fn detach(&mut self, id: &MemberId) -> Option<Member> {
        let member = self.members.remove(id)?;
        self.supported.remove(&member.protocols);
        self.awaiting_join -= usize::from(member.awaiting_join.is_some());
        if let Some(instance) = &member.instance {
            self.static_members.remove(instance);
        }
        Some(member)
    }

    /// Replaces what a member said about itself when it joined.
    pub(super) fn update(
        &mut self,
        id: &MemberId,
        protocols: Vec<Protocol>,
        rebalance_timeout_ms: i32,
        session_timeout_ms: i32,
    ) {
        if let Some(member) = self.members.get_mut(id) {
            self.supported.remove(&member.protocols);
            self.supported.add(&protocols);
            member.protocols = protocols;
            member.rebalance_timeout_ms = rebalance_timeout_ms;
            member.session_timeout_ms = session_timeout_ms;
        }
    }

    /// Lets a member's JoinGroup wait. One that waited already gives way: its client has asked
    /// again, so nobody reads that answer, but every request gets one.
    pub(super) fn await_join(&mut self, turn: &mut Turn<'_>, id: &MemberId, token: Token) {
        self.refuse_join(turn, id, GroupError::RebalanceInProgress, id.clone());
        if let Some(member) = self.members.get_mut(id) {
            member.awaiting_join = Some(token);
            self.awaiting_join += 1;
        }
    }

    fn take_join(&mut self, id: &MemberId) -> Option<Token> {
        let token = self.members.get_mut(id)?.awaiting_join.take()?;
        self.awaiting_join -= 1;
        Some(token)
    }

    /// Refuses the JoinGroup that a member waits for, if it does.
    pub(super) fn refuse_join(
        &mut self,
        turn: &mut Turn<'_>,
        id: &MemberId,
        error: GroupError,
        member: MemberId,
    ) {
        if let Some(token) = self.take_join(id) {
            turn.reply(token, Reply::JoinGroup(Err(JoinRefused { error, member })));
        }
    }

    /// Answers the JoinGroup that a member waits for, if it does.
    pub(super) fn answer_join(&mut self, turn: &mut Turn<'_>, id: &MemberId, joined: Joined) {
        if let Some(token) = self.take_join(id) {
            turn.reply(token, Reply::JoinGroup(Ok(joined)));
        }
    }

    /// Answers the SyncGroup that a member waits for; true if it did.
    pub(super) fn answer_sync(
        &mut self,
        turn: &mut Turn<'_>,
        id: &MemberId,
        answer: Result<Synced, GroupError>,
    ) -> bool {
        let Some(member) = self.members.get_mut(id) else {
            return false;
        };
        let Some(token) = member.awaiting_sync.take() else {
            return false;
        };
        turn.reply(token, Reply::SyncGroup(answer));
        true
    }

    /// The answer to a member of the current generation; only the leader sees the others.
    pub(super) fn joined(&self, member: &MemberId) -> Joined {
        Joined {
            member: member.clone(),
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            members: if self.is_leader(member) {
                self.joined_members()
            } else {
                Vec::new()
            },
            skip_assignment: false,
        }
    }

    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol: Arc<str> = self.protocol.clone().unwrap_or_else(|| "".into());
        let members = self.members.values().map(|member| JoinedMember {
            member: member.id.clone(),
            instance: member.instance.clone(),
            metadata: member.metadata(&protocol),
        });
        members.collect()
    }

    /// Starts a member's session anew.
    pub(super) fn renew_session(&self, turn: &mut Turn<'_>, id: &MemberId) {
        if let Some(member) = self.members.get(id) {
            let timer = Timer::Session(self.id.clone(), id.clone());
            turn.schedule_in(timer, i64::from(member.session_timeout_ms));
        }
    }

    /// The longest rebalance timeout of the members.
    pub(super) fn rebalance_timeout_ms(&self) -> i64 {
        let longest = self.members.values().map(|m| m.rebalance_timeout_ms).max();
        i64::from(longest.unwrap_or(0).max(0))
    }

    /// Whether the join phase has nobody to wait for.
    pub(super) fn all_joined(&self) -> bool {
        self.members.len() == self.awaiting_join && self.pending_join.is_empty()
    }

    /// Whether the group has room for this member. While members join, those who wait are counted:
    /// after `group.max.size` was lowered the last ones to come back are turned away.
    pub(super) fn accepts(&self, members_max: usize, id: &MemberId) -> bool {
        match self.state {
            ClassicState::Empty => true,
            ClassicState::PreparingRebalance => {
                let waits = self
                    .members
                    .get(id)
                    .is_some_and(|m| m.awaiting_join.is_some());
                waits || self.awaiting_join < members_max
            }
            ClassicState::CompletingRebalance | ClassicState::Stable => {
                self.members.contains_key(id) || self.members.len() < members_max
            }
        }
    }

    /// Ends every timer of the group and refuses everything that waits: it leaves this coordinator.
    pub(crate) fn close(&mut self, turn: &mut Turn<'_>, error: GroupError) {
        turn.timers.cancel(&Timer::Join(self.id.clone()));
        turn.timers.cancel(&Timer::Sync(self.id.clone()));
        for id in std::mem::take(&mut self.pending_join) {
            turn.timers.cancel(&Timer::Session(self.id.clone(), id));
        }
        let ids: Vec<_> = self.members.keys().cloned().collect();
        for id in ids {
            self.refuse_join(turn, &id, error, id.clone());
            self.answer_sync(turn, &id, Err(error));
            turn.timers.cancel(&Timer::Session(self.id.clone(), id));
        }
    }
}
