//! The join phase: a rebalance begins, waits for the members, and ends in a new generation.

use super::{ClassicGroup, ClassicState, InitialDelay};
use crate::effects::Notice;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::pending::Outcome;
use crate::timers::Timer;
use crate::turn::Turn;

impl ClassicGroup {
    /// Something about the membership changed.
    pub(super) fn rebalance_or_complete_join(&mut self, turn: &mut Turn<'_>, reason: String) {
        if self.state == ClassicState::PreparingRebalance {
            self.maybe_complete_join(turn);
        } else {
            self.prepare_rebalance(turn, reason);
        }
    }

    /// Starts the join phase. An empty group first waits for more members than the first one.
    pub(crate) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>, reason: String) {
        if self.state == ClassicState::CompletingRebalance {
            self.refuse_assignment(turn, GroupError::RebalanceInProgress);
        }
        self.pending_sync.clear();
        turn.timers.cancel(&Timer::Sync(self.id.clone()));
        let is_initial = self.state == ClassicState::Empty;
        self.transition(ClassicState::PreparingRebalance, turn.now.wall_ms);
        turn.notice(Notice::Rebalance {
            group: self.id.clone(),
            generation: self.generation,
            reason,
        });
        if is_initial {
            let delay_ms = i64::from(turn.config.initial_rebalance_delay_ms.max(0));
            let remaining_ms = (self.rebalance_timeout_ms() - delay_ms).max(0);
            self.start_initial_delay(turn, delay_ms, remaining_ms);
        } else if self.all_joined() {
            self.complete_join(turn);
        } else {
            turn.schedule_in(Timer::Join(self.id.clone()), self.rebalance_timeout_ms());
        }
    }

    fn start_initial_delay(&mut self, turn: &mut Turn<'_>, delay_ms: i64, remaining_ms: i64) {
        self.initial_delay = Some(InitialDelay {
            delay_ms,
            remaining_ms,
            member_added: false,
        });
        turn.schedule_in(Timer::Join(self.id.clone()), delay_ms);
    }

    /// The join timer fired: the initial delay is extended while members keep coming, up to the
    /// rebalance timeout; otherwise the phase ends without those who did not come.
    pub(crate) fn join_timed_out(&mut self, turn: &mut Turn<'_>) {
        match self.initial_delay {
            Some(InitialDelay {
                delay_ms,
                remaining_ms,
                member_added: true,
            }) if remaining_ms > 0 => {
                let next =
                    i64::from(turn.config.initial_rebalance_delay_ms.max(0)).min(remaining_ms);
                self.start_initial_delay(turn, next, (remaining_ms - delay_ms).max(0));
            }
            _ if self.state == ClassicState::PreparingRebalance => self.complete_join(turn),
            _ => {}
        }
    }

    /// Ends the join phase if everybody is here; the initial delay always runs to its end.
    pub(super) fn maybe_complete_join(&mut self, turn: &mut Turn<'_>) {
        if self.state == ClassicState::PreparingRebalance
            && self.initial_delay.is_none()
            && self.all_joined()
        {
            self.complete_join(turn);
        }
    }

    /// Ends the join phase: dynamic members that did not join again are out, static ones keep
    /// their place until their session ends.
    pub(super) fn complete_join(&mut self, turn: &mut Turn<'_>) {
        turn.timers.cancel(&Timer::Join(self.id.clone()));
        self.initial_delay = None;
        let absent = |m: &&super::Member| m.awaiting_join.is_none() && m.instance.is_none();
        let failed: Vec<_> = self
            .members
            .values()
            .filter(absent)
            .map(|m| m.id.clone())
            .collect();
        for member in failed {
            self.remove(turn, &member);
            let reason = "did not join again before the rebalance timeout".to_owned();
            turn.notice(Notice::MemberRemoved {
                group: self.id.clone(),
                member,
                reason,
            });
        }
        if self.members.is_empty() {
            self.become_empty(turn);
        } else if self.elect_leader() {
            self.start_generation(turn);
        } else {
            // Only static members are left and none of them is here: wait for their sessions.
            turn.schedule_in(Timer::Join(self.id.clone()), self.rebalance_timeout_ms());
        }
    }

    /// Keeps the leader if it joined again, else takes the first member that did.
    fn elect_leader(&mut self) -> bool {
        let joined = |id: &MemberId| {
            self.members
                .get(id)
                .is_some_and(|m| m.awaiting_join.is_some())
        };
        if self.leader.as_ref().is_some_and(joined) {
            return true;
        }
        let next = self.members.values().find(|m| m.awaiting_join.is_some());
        let Some(next) = next.map(|m| m.id.clone()) else {
            return false;
        };
        self.leader = Some(next);
        true
    }

    fn become_empty(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.wrapping_add(1);
        self.protocol = None;
        self.leader = None;
        self.pending_sync.clear();
        self.refresh_subscribed();
        self.transition(ClassicState::Empty, turn.now.wall_ms);
        turn.notice(Notice::Empty {
            group: self.id.clone(),
            generation: self.generation,
        });
        // Should this record be lost, the generation before it comes back at the next start and its
        // members' sessions end by themselves: nothing is undone.
        let record = self.record_as_assigned();
        turn.append(record, Outcome::Background);
    }

    fn start_generation(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.wrapping_add(1);
        self.protocol = self.select_protocol();
        self.refresh_subscribed();
        self.transition(ClassicState::CompletingRebalance, turn.now.wall_ms);
        turn.notice(Notice::Stabilized {
            group: self.id.clone(),
            generation: self.generation,
            members: self.members.len(),
        });
        let ids: Vec<_> = self.members.keys().cloned().collect();
        for id in &ids {
            let joined = self.joined(id);
            self.answer_join(turn, id, joined);
            self.renew_session(turn, id);
        }
        for member in self.members.values_mut() {
            member.is_new = false;
        }
        self.pending_sync = ids.into_iter().collect();
        turn.schedule_in(Timer::Sync(self.id.clone()), self.rebalance_timeout_ms());
    }
}
