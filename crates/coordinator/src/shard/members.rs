//! The commands of members: join, sync, heartbeat, leave. What concerns a group that does not exist
//! is decided here, the rest by the group.

use super::Shard;
use crate::classic::{ClassicGroup, refused};
use crate::command::{Heartbeat, JoinGroup, LeaveGroup, SyncGroup};
use crate::effects::Effects;
use crate::error::GroupError;
use crate::group::Group;
use crate::names::MemberId;
use crate::now::Now;
use crate::pending::Outcome;
use crate::reply::{Left, Reply, Token};

impl Shard {
    pub(super) fn join_group(
        &mut self,
        token: Token,
        request: JoinGroup,
        now: Now,
        effects: &mut Effects,
    ) {
        if let Err(error) = self.validate_join(&request) {
            effects.reply(token, refused(error, request.member));
            return;
        }
        let id = request.group.clone();
        if !self.groups.contains_key(&id) {
            if !request.member.is_none() {
                effects.reply(token, refused(GroupError::UnknownMemberId, request.member));
                return;
            }
            let group = ClassicGroup::new(id.clone(), now.wall_ms);
            if !group.supports(&request.protocol_type, &request.protocols) {
                // Kafka would keep an empty group of this refusal; a refusal shall leave nothing.
                let error = GroupError::InconsistentGroupProtocol;
                effects.reply(token, refused(error, MemberId::none()));
                return;
            }
            let record = group.created_record();
            self.pending
                .push(vec![record], Outcome::Created { group: id.clone() });
            self.groups.insert(id.clone(), Group::Classic(group));
        }
        self.step(&id, now, effects, |group, turn| {
            group.join(turn, token, request)
        });
    }

    fn validate_join(&self, request: &JoinGroup) -> Result<(), GroupError> {
        if request.group.as_str().is_empty() {
            return Err(GroupError::InvalidGroupId);
        }
        let bounds = self.config.session_timeout_min_ms..=self.config.session_timeout_max_ms;
        if !bounds.contains(&request.session_timeout_ms) {
            return Err(GroupError::InvalidSessionTimeout);
        }
        Ok(())
    }

    pub(super) fn sync_group(
        &mut self,
        token: Token,
        request: SyncGroup,
        now: Now,
        effects: &mut Effects,
    ) {
        let id = request.group.clone();
        let error = match id.as_str() {
            "" => GroupError::InvalidGroupId,
            _ if !self.groups.contains_key(&id) => GroupError::UnknownMemberId,
            _ => {
                self.step(&id, now, effects, |group, turn| {
                    group.sync(turn, token, request)
                });
                return;
            }
        };
        effects.reply(token, Reply::SyncGroup(Err(error)));
    }

    pub(super) fn heartbeat(
        &mut self,
        token: Token,
        request: &Heartbeat,
        now: Now,
        effects: &mut Effects,
    ) {
        let answer = match request.group.as_str() {
            "" => Err(GroupError::InvalidGroupId),
            _ => self
                .step(&request.group, now, effects, |group, turn| {
                    group.heartbeat(turn, request)
                })
                .unwrap_or(Err(GroupError::UnknownMemberId)),
        };
        effects.reply(token, Reply::Heartbeat(answer));
    }

    pub(super) fn leave_group(
        &mut self,
        token: Token,
        request: LeaveGroup,
        now: Now,
        effects: &mut Effects,
    ) {
        let LeaveGroup { group: id, members } = request;
        if id.as_str().is_empty() {
            effects.reply(token, Reply::LeaveGroup(Err(GroupError::InvalidGroupId)));
        } else if self.groups.contains_key(&id) {
            self.step(&id, now, effects, |group, turn| {
                group.leave(turn, token, members)
            });
        } else {
            let unknown = members.into_iter().map(|leaver| Left {
                member: leaver.member,
                instance: leaver.instance,
                error: Some(GroupError::UnknownMemberId),
            });
            effects.reply(token, Reply::LeaveGroup(Ok(unknown.collect())));
        }
    }
}
