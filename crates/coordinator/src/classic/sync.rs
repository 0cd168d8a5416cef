//! SyncGroup: the leader hands in the assignment, everybody fetches their part.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{ClassicGroup, ClassicState};
use crate::command::SyncGroup;
use crate::effects::Notice;
use crate::error::{AppendError, GroupError};
use crate::names::MemberId;
use crate::pending::Outcome;
use crate::reply::{Reply, Synced, Token};
use crate::timers::Timer;
use crate::turn::Turn;

impl ClassicGroup {
    /// A SyncGroup whose group exists.
    pub(crate) fn sync(&mut self, turn: &mut Turn<'_>, token: Token, request: SyncGroup) {
        if let Err(error) = self.validate_sync(&request) {
            turn.reply(token, Reply::SyncGroup(Err(error)));
            return;
        }
        match self.state {
            ClassicState::Empty => {
                turn.reply(token, Reply::SyncGroup(Err(GroupError::UnknownMemberId)));
            }
            ClassicState::PreparingRebalance => {
                turn.reply(
                    token,
                    Reply::SyncGroup(Err(GroupError::RebalanceInProgress)),
                );
            }
            ClassicState::CompletingRebalance => {
                // A second request of the same member takes the place of the first.
                let error = GroupError::RebalanceInProgress;
                self.answer_sync(turn, &request.member, Err(error));
                if let Some(member) = self.members.get_mut(&request.member) {
                    member.awaiting_sync = Some(token);
                }
                self.synced(turn, &request.member);
                if self.is_leader(&request.member) {
                    self.store_assignment(turn, request);
                }
            }
            ClassicState::Stable => {
                self.synced(turn, &request.member);
                let synced = self.assignment_of(&request.member);
                turn.reply(token, Reply::SyncGroup(Ok(synced)));
            }
        }
    }

    fn validate_sync(&self, request: &SyncGroup) -> Result<(), GroupError> {
        if self.state == ClassicState::Empty {
            return Err(GroupError::UnknownMemberId);
        }
        self.validate_member(&request.member, request.instance.as_ref())?;
        if request.generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        let differs = |theirs: &Option<Arc<str>>, ours: &Option<Arc<str>>| {
            theirs.is_some() && ours.is_some() && theirs != ours
        };
        if differs(&request.protocol_type, &self.protocol_type)
            || differs(&request.protocol, &self.protocol)
        {
            return Err(GroupError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// A member asked for its assignment; the last one to do so ends the sync phase.
    fn synced(&mut self, turn: &mut Turn<'_>, member: &MemberId) {
        self.pending_sync.remove(member);
        if self.pending_sync.is_empty() {
            turn.timers.cancel(&Timer::Sync(self.id.clone()));
        }
    }

    fn store_assignment(&mut self, turn: &mut Turn<'_>, request: SyncGroup) {
        let assignment: BTreeMap<MemberId, Bytes> = request.assignments.into_iter().collect();
        let record = self.record(&assignment);
        let (group, generation) = (self.id.clone(), self.generation);
        turn.append(
            record,
            Outcome::Assigned {
                group,
                generation,
                assignment,
            },
        );
    }

    /// The assignment is stored: it reaches everybody who waits, unless the group moved on.
    pub(crate) fn assigned(
        &mut self,
        turn: &mut Turn<'_>,
        generation: i32,
        mut assignment: BTreeMap<MemberId, Bytes>,
    ) {
        if self.state != ClassicState::CompletingRebalance || generation != self.generation {
            return;
        }
        for member in self.members.values_mut() {
            member.assignment = assignment.remove(&member.id).unwrap_or_default();
        }
        let ids: Vec<_> = self.members.keys().cloned().collect();
        for id in &ids {
            let synced = self.assignment_of(id);
            if self.answer_sync(turn, id, Ok(synced)) {
                self.renew_session(turn, id);
            }
        }
        self.transition(ClassicState::Stable, turn.now.wall_ms);
        turn.notice(Notice::Assigned {
            group: self.id.clone(),
            generation,
            members: self.members.len(),
        });
    }

    /// The assignment could not be stored: those who wait hear it, and all join again.
    pub(crate) fn assignment_failed(
        &mut self,
        turn: &mut Turn<'_>,
        generation: i32,
        error: AppendError,
    ) {
        if self.state != ClassicState::CompletingRebalance || generation != self.generation {
            return;
        }
        self.refuse_assignment(turn, error.answer());
        let reason = format!("the assignment could not be stored: {}", error.answer());
        self.prepare_rebalance(turn, reason);
    }

    /// Takes back all assignments and refuses the requests that wait for one.
    pub(super) fn refuse_assignment(&mut self, turn: &mut Turn<'_>, error: GroupError) {
        let ids: Vec<_> = self.members.keys().cloned().collect();
        for id in ids {
            if self.answer_sync(turn, &id, Err(error)) {
                self.renew_session(turn, &id);
            }
            if let Some(member) = self.members.get_mut(&id) {
                member.assignment = Bytes::new();
            }
        }
    }

    fn assignment_of(&self, member: &MemberId) -> Synced {
        let assignment = self.members.get(member).map(|m| m.assignment.clone());
        Synced {
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: assignment.unwrap_or_default(),
        }
    }

    /// The sync timer fired: members that joined and never asked for their assignment are out.
    pub(crate) fn sync_timed_out(&mut self, turn: &mut Turn<'_>) {
        let in_generation = matches!(
            self.state,
            ClassicState::CompletingRebalance | ClassicState::Stable
        );
        if !in_generation || self.pending_sync.is_empty() {
            return;
        }
        for member in std::mem::take(&mut self.pending_sync) {
            self.remove(turn, &member);
            let reason = "did not ask for its assignment in time".to_owned();
            turn.notice(Notice::MemberRemoved {
                group: self.id.clone(),
                member,
                reason,
            });
        }
        self.prepare_rebalance(turn, "members did not ask for their assignment".to_owned());
    }
}
