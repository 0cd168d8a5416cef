//! Heartbeats, and what happens to members that stop sending them.

use super::{ClassicGroup, ClassicState};
use crate::command::Heartbeat;
use crate::effects::Notice;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::turn::Turn;

impl ClassicGroup {
    /// Keeps a member alive and tells it whether to join again.
    pub(crate) fn heartbeat(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Heartbeat,
    ) -> Result<(), GroupError> {
        self.validate_member(&request.member, request.instance.as_ref())?;
        if request.generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        self.renew_session(turn, &request.member);
        match self.state {
            ClassicState::PreparingRebalance => Err(GroupError::RebalanceInProgress),
            // A member may heartbeat between its join and its sync.
            ClassicState::CompletingRebalance | ClassicState::Stable => Ok(()),
            ClassicState::Empty => Err(GroupError::UnknownMemberId),
        }
    }

    /// The session timer of a member, or of one that never came back with its id, fired.
    pub(crate) fn session_expired(&mut self, turn: &mut Turn<'_>, id: &MemberId) {
        if self.pending_join.contains(id) {
            self.remove(turn, id);
            if self.state == ClassicState::PreparingRebalance && self.all_joined() {
                self.complete_join(turn);
            }
            return;
        }
        match self.members.get(id) {
            Some(member) if !member.has_satisfied_heartbeat() => {}
            _ => return,
        }
        self.remove(turn, id);
        let reason = "its session expired".to_owned();
        turn.notice(Notice::MemberRemoved {
            group: self.id.clone(),
            member: id.clone(),
            reason,
        });
        match self.state {
            ClassicState::CompletingRebalance | ClassicState::Stable => {
                let reason = format!("Removing member {id} on heartbeat expiration");
                self.rebalance_or_complete_join(turn, reason);
            }
            ClassicState::PreparingRebalance if self.all_joined() => self.complete_join(turn),
            ClassicState::PreparingRebalance | ClassicState::Empty => {}
        }
    }
}
