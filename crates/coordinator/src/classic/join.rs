//! JoinGroup: who may enter, and what an entry sets in motion.

use super::{ClassicGroup, ClassicState, Member};
use crate::command::JoinGroup;
use crate::config::NEW_MEMBER_JOIN_TIMEOUT_MS;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::reply::{JoinRefused, Reply, Token};
use crate::timers::Timer;
use crate::turn::Turn;

/// An answer with an error and the member id that the client shall know.
pub(crate) fn refused(error: GroupError, member: MemberId) -> Reply {
    Reply::JoinGroup(Err(JoinRefused { error, member }))
}

impl ClassicGroup {
    /// A JoinGroup whose group exists and whose session timeout is in bounds.
    pub(crate) fn join(&mut self, turn: &mut Turn<'_>, token: Token, request: JoinGroup) {
        if !self.accepts(turn.config.members_max, &request.member) {
            self.remove(turn, &request.member);
            turn.reply(
                token,
                refused(GroupError::GroupMaxSizeReached, MemberId::none()),
            );
        } else if !self.supports(&request.protocol_type, &request.protocols) {
            turn.reply(
                token,
                refused(GroupError::InconsistentGroupProtocol, request.member),
            );
        } else if request.member.is_none() {
            self.join_new(turn, token, request);
        } else if self.pending_join.contains(&request.member) {
            // Only dynamic members are asked to come back.
            if request.instance.is_some() {
                turn.reply(
                    token,
                    refused(GroupError::UnknownServerError, MemberId::none()),
                );
            } else {
                self.add_member(turn, token, request.member.clone(), request);
            }
        } else {
            self.join_again(turn, token, request);
        }
    }

    fn join_new(&mut self, turn: &mut Turn<'_>, token: Token, request: JoinGroup) {
        if let Some(instance) = request.instance.clone() {
            let member = MemberId::fresh(instance.as_str(), request.random);
            match self.static_members.get(&instance).cloned() {
                Some(old) => self.rejoin_static(turn, token, old, member, request),
                None => self.add_member(turn, token, member, request),
            }
            return;
        }
        let member = MemberId::fresh(&request.client.id, request.random);
        if request.member_id_required {
            self.pending_join.insert(member.clone());
            let timer = Timer::Session(self.id.clone(), member.clone());
            turn.schedule_in(timer, i64::from(request.session_timeout_ms));
            turn.reply(token, refused(GroupError::MemberIdRequired, member));
        } else {
            self.add_member(turn, token, member, request);
        }
    }

    fn add_member(&mut self, turn: &mut Turn<'_>, token: Token, id: MemberId, request: JoinGroup) {
        let reason = format!(
            "Adding new member {id} with group instance id {}; client reason: {}",
            request.instance.as_ref().map_or("null", |i| i.as_str()),
            request.reason.as_deref().unwrap_or("not provided"),
        );
        if self.members.is_empty() {
            self.protocol_type = Some(request.protocol_type);
        }
        if let Some(delay) = &mut self.initial_delay {
            delay.member_added = true;
        }
        self.insert(Member {
            id: id.clone(),
            instance: request.instance,
            client: request.client,
            rebalance_timeout_ms: request.rebalance_timeout_ms,
            session_timeout_ms: request.session_timeout_ms,
            protocols: request.protocols,
            assignment: bytes::Bytes::new(),
            awaiting_join: Some(token),
            awaiting_sync: None,
            is_new: true,
        });
        // A new member cannot heartbeat before its first answer, and its client may ask again on
        // another connection without telling; this ends the ones that nobody waits for.
        let timer = Timer::Session(self.id.clone(), id);
        turn.schedule_in(timer, NEW_MEMBER_JOIN_TIMEOUT_MS);
        self.rebalance_or_complete_join(turn, reason);
    }

    fn join_again(&mut self, turn: &mut Turn<'_>, token: Token, request: JoinGroup) {
        if let Err(error) = self.validate_member(&request.member, request.instance.as_ref()) {
            turn.reply(token, refused(error, request.member));
            return;
        }
        let unchanged = self
            .members
            .get(&request.member)
            .is_some_and(|member| member.protocols == request.protocols);
        let leads = self.is_leader(&request.member);
        match self.state {
            ClassicState::PreparingRebalance => self.rejoin(turn, token, request, "joining"),
            // The answer to its last join was lost: it is in this generation already.
            ClassicState::CompletingRebalance if unchanged => {
                let joined = self.joined(&request.member);
                turn.reply(token, Reply::JoinGroup(Ok(joined)));
            }
            // The leader joins again to have changes of topics assigned.
            ClassicState::Stable if unchanged && !leads => {
                let joined = self.joined(&request.member);
                turn.reply(token, Reply::JoinGroup(Ok(joined)));
            }
            ClassicState::Stable if leads => self.rejoin(turn, token, request, "leader joining"),
            ClassicState::CompletingRebalance | ClassicState::Stable => {
                self.rejoin(turn, token, request, "updating metadata");
            }
            // An empty group has no members, so this member was refused above.
            ClassicState::Empty => {
                turn.reply(token, refused(GroupError::UnknownMemberId, request.member));
            }
        }
    }

    fn rejoin(&mut self, turn: &mut Turn<'_>, token: Token, request: JoinGroup, what: &str) {
        let reason = format!(
            "Member {} is {what} during {}; client reason: {}",
            request.member,
            self.state.name(),
            request.reason.as_deref().unwrap_or("not provided"),
        );
        self.update(
            &request.member,
            request.protocols,
            request.rebalance_timeout_ms,
            request.session_timeout_ms,
        );
        self.await_join(turn, &request.member, token);
        self.rebalance_or_complete_join(turn, reason);
    }
}
