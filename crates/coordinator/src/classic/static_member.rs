//! A static member comes back without its id (KIP-345): it takes the place of its old self, and a
//! stable group goes on without a rebalance.

use super::{ClassicGroup, ClassicState, Member};
use crate::command::JoinGroup;
use crate::error::{AppendError, GroupError};
use crate::names::MemberId;
use crate::pending::Outcome;
use crate::reply::Token;
use crate::timers::Timer;
use crate::turn::Turn;

/// What is needed to answer a replacement once it is stored, or to undo it.
#[derive(Debug)]
pub(crate) struct StaticReplacement {
    pub(crate) group: model::GroupId,
    /// The member as it was.
    old: Member,
    new: MemberId,
    leader_before: Option<MemberId>,
    can_skip_assignment: bool,
}

impl ClassicGroup {
    pub(super) fn rejoin_static(
        &mut self,
        turn: &mut Turn<'_>,
        token: Token,
        old: MemberId,
        new: MemberId,
        request: JoinGroup,
    ) {
        let leader_before = self.leader.clone();
        let Some(old_member) = self.replace(turn, &old, &new) else {
            return;
        };
        self.update(
            &new,
            request.protocols,
            request.rebalance_timeout_ms,
            request.session_timeout_ms,
        );
        self.await_join(turn, &new, token);
        self.renew_session(turn, &new);
        match self.state {
            ClassicState::Stable if self.select_protocol() == self.protocol => {
                let record = self.record_as_assigned();
                turn.append(
                    record,
                    Outcome::StaticReplaced(Box::new(StaticReplacement {
                        group: self.id.clone(),
                        old: old_member,
                        new,
                        leader_before,
                        can_skip_assignment: request.can_skip_assignment,
                    })),
                );
            }
            ClassicState::Stable => self.rebalance_or_complete_join(
                turn,
                format!("the protocol will change because static member {new} joined again"),
            ),
            // The leader may be assigning to the old id, which would leave the new one without.
            ClassicState::CompletingRebalance => {
                self.prepare_rebalance(turn, format!("static member {new} joined again"));
            }
            ClassicState::Empty | ClassicState::PreparingRebalance => {
                self.maybe_complete_join(turn)
            }
        }
    }

    /// Gives a static member another id and returns it as it was; the old id is fenced.
    fn replace(&mut self, turn: &mut Turn<'_>, old: &MemberId, new: &MemberId) -> Option<Member> {
        let led = self.is_leader(old);
        self.refuse_join(turn, old, GroupError::FencedInstanceId, old.clone());
        self.answer_sync(turn, old, Err(GroupError::FencedInstanceId));
        turn.timers
            .cancel(&Timer::Session(self.id.clone(), old.clone()));
        let was = self.detach(old)?;
        if led {
            self.leader = Some(new.clone());
        }
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.clone());
        }
        self.insert(Member {
            id: new.clone(),
            is_new: false,
            ..was.clone()
        });
        Some(was)
    }

    /// The replacement is stored.
    pub(crate) fn static_replaced(&mut self, turn: &mut Turn<'_>, replacement: &StaticReplacement) {
        let new = &replacement.new;
        let mut joined = self.joined(new);
        if replacement.can_skip_assignment {
            joined.skip_assignment = self.is_leader(new);
        } else {
            // Older clients assign whenever they see themselves lead; so they are told the old id.
            joined.leader = replacement.leader_before.clone();
            joined.members = Vec::new();
        }
        self.answer_join(turn, new, joined);
    }

    /// The replacement could not be stored: the old id is valid again.
    pub(crate) fn undo_static_replacement(
        &mut self,
        turn: &mut Turn<'_>,
        replacement: StaticReplacement,
        error: AppendError,
    ) {
        let StaticReplacement { old, new, .. } = replacement;
        self.refuse_join(turn, &new, error.answer(), MemberId::none());
        if self.replace(turn, &new, &old.id).is_some() {
            self.update(
                &old.id,
                old.protocols,
                old.rebalance_timeout_ms,
                old.session_timeout_ms,
            );
            self.renew_session(turn, &old.id);
        }
    }
}
