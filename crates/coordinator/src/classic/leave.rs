//! LeaveGroup: members go of their own will, or an administrator removes static ones by name.

use super::{ClassicGroup, ClassicState};
use crate::command::Leaver;
use crate::effects::Notice;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::pending::Outcome;
use crate::reply::{Left, Reply, Token};
use crate::turn::Turn;

impl ClassicGroup {
    /// Takes members out, one by one; the group rebalances once.
    pub(crate) fn leave(&mut self, turn: &mut Turn<'_>, token: Token, leavers: Vec<Leaver>) {
        let mut left = Vec::with_capacity(leavers.len());
        let mut gone = Vec::new();
        for leaver in leavers {
            let outcome = self
                .leaving_id(&leaver)
                .map(|id| self.depart(turn, &id, &leaver));
            if outcome.is_ok() {
                gone.push(leaver.member.as_str().to_owned());
            }
            left.push(Left {
                member: leaver.member,
                instance: leaver.instance,
                error: outcome.err(),
            });
        }
        let queued = turn.pending.len();
        if !gone.is_empty() {
            let reason = format!(
                "explicit `LeaveGroup` request for ({}) members",
                gone.join(", ")
            );
            match self.state {
                ClassicState::Empty => {}
                _ => self.rebalance_or_complete_join(turn, reason),
            }
        }
        if turn.pending.len() > queued {
            // The group became empty: the answer follows the record that says so.
            turn.pending.push(
                Vec::new(),
                Outcome::Left {
                    token,
                    members: left,
                },
            );
        } else {
            turn.reply(token, Reply::LeaveGroup(Ok(left)));
        }
    }

    /// The member that a leaver names.
    fn leaving_id(&self, leaver: &Leaver) -> Result<MemberId, GroupError> {
        let unknown = GroupError::UnknownMemberId;
        if leaver.member.is_none() {
            let instance = leaver.instance.as_ref().ok_or(unknown)?;
            return self.static_members.get(instance).cloned().ok_or(unknown);
        }
        if !self.pending_join.contains(&leaver.member) {
            self.validate_member(&leaver.member, leaver.instance.as_ref())?;
        }
        Ok(leaver.member.clone())
    }

    fn depart(&mut self, turn: &mut Turn<'_>, id: &MemberId, leaver: &Leaver) {
        self.remove(turn, id);
        turn.notice(Notice::MemberRemoved {
            group: self.id.clone(),
            member: id.clone(),
            reason: format!(
                "explicit `LeaveGroup` request; client reason: {}",
                leaver.reason.as_deref().unwrap_or("not provided")
            ),
        });
    }
}
