//! The fate of appended records: what waits for them is answered, or their steps are undone.

use std::collections::BTreeSet;

use model::GroupId;

use super::Shard;
use crate::classic::ClassicGroup;
use crate::effects::{Effects, Notice};
use crate::error::{AppendError, GroupError};
use crate::group::Group;
use crate::now::Now;
use crate::pending::Outcome;
use crate::record::Record;
use crate::reply::{Reply, Token};

impl Shard {
    /// The last batch of [`Self::next_batch`] is durable.
    pub fn committed(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        let entries = self.pending.finish();
        let mut committed_to = BTreeSet::new();
        for entry in entries {
            for record in entry.records {
                if let Record::OffsetCommit {
                    group,
                    value: Some(_),
                    ..
                } = &record
                {
                    committed_to.insert(group.clone());
                }
                self.durable.apply(record);
            }
            self.fulfil(entry.outcome, now, &mut effects);
        }
        for group in committed_to {
            self.ensure_simple_group(group, now);
        }
        effects
    }

    /// A group that only stores offsets lives from its first position on, unless it is being
    /// deleted by what is on its way already.
    fn ensure_simple_group(&mut self, id: GroupId, now: Now) {
        let dying = |record: &Record| matches!(record, Record::GroupMetadata { group, value: None } if *group == id);
        if self.groups.contains_key(&id)
            || self.durable.offsets(&id).is_none()
            || self.pending.records().any(dying)
        {
            return;
        }
        let group = ClassicGroup::new(id.clone(), now.wall_ms);
        self.groups.insert(id, Group::Classic(group));
    }

    fn fulfil(&mut self, outcome: Outcome, now: Now, effects: &mut Effects) {
        match outcome {
            Outcome::Assigned {
                group,
                generation,
                assignment,
            } => {
                self.step(&group, now, effects, |group, turn| {
                    group.assigned(turn, generation, assignment);
                });
            }
            Outcome::Background | Outcome::Created { .. } | Outcome::Expired { .. } => {}
            Outcome::Committed { token, topics } => {
                effects.reply(token, Reply::OffsetCommit(Ok(topics)));
            }
            Outcome::Deleted { token, results } => {
                effects.reply(token, Reply::DeleteGroups(results));
            }
            Outcome::Fetched { token, request } => {
                effects.reply(token, Reply::OffsetFetch(Ok(self.fetch_offsets(&request))));
            }
            Outcome::Left { token, members } => {
                effects.reply(token, Reply::LeaveGroup(Ok(members)));
            }
            Outcome::OffsetsDeleted { token, topics } => {
                effects.reply(token, Reply::OffsetDelete(Ok(topics)));
            }
            Outcome::StaticReplaced(replacement) => {
                let group = replacement.group.clone();
                self.step(&group, now, effects, |group, turn| {
                    group.static_replaced(turn, &replacement);
                });
            }
        }
    }

    /// The last batch of [`Self::next_batch`] is not durable and never will be. Whatever was queued
    /// behind it fails as well: it may rest on what is undone now.
    pub fn append_failed(&mut self, error: AppendError, now: Now) -> Effects {
        let mut effects = Effects::default();
        let mut told = BTreeSet::new();
        for entry in self.pending.fail() {
            for group in entry.records.iter().map(Record::group) {
                if told.insert(group.clone()) {
                    effects.notice(Notice::AppendFailed(group.clone()));
                }
            }
            self.undo(entry.outcome, error, now, &mut effects);
        }
        effects
    }

    fn undo(&mut self, outcome: Outcome, error: AppendError, now: Now, effects: &mut Effects) {
        match outcome {
            Outcome::Assigned {
                group, generation, ..
            } => {
                self.step(&group, now, effects, |group, turn| {
                    group.assignment_failed(turn, generation, error);
                });
            }
            Outcome::Created { group } => {
                if self.durable.group(&group).is_none() && self.durable.offsets(&group).is_none() {
                    self.close(&group, error.answer(), now, effects);
                }
            }
            Outcome::Deleted { token, results } => {
                for (group, _) in results.iter().filter(|(_, result)| result.is_ok()) {
                    self.restore(group, error, now, effects);
                }
                refuse(Outcome::Deleted { token, results }, error.answer(), effects);
            }
            Outcome::Expired { group } => self.restore(&group, error, now, effects),
            Outcome::StaticReplaced(replacement) => {
                let group = replacement.group.clone();
                self.step(&group, now, effects, |group, turn| {
                    group.undo_static_replacement(turn, *replacement, error);
                });
            }
            other => refuse(other, error.answer(), effects),
        }
    }

    /// Puts a group back to what is stored of it; a new one of that name goes with its waiters.
    fn restore(&mut self, id: &GroupId, error: AppendError, now: Now, effects: &mut Effects) {
        self.close(id, error.answer(), now, effects);
        self.revive(id, now, effects);
    }
}

/// Answers whoever waits for an outcome that will not come.
pub(super) fn refuse(outcome: Outcome, error: GroupError, effects: &mut Effects) {
    let (token, reply): (Token, Reply) = match outcome {
        // Their waiters are members of the group, which answers them.
        Outcome::Assigned { .. }
        | Outcome::Background
        | Outcome::Created { .. }
        | Outcome::Expired { .. }
        | Outcome::StaticReplaced(_) => return,
        Outcome::Committed { token, .. } => (token, Reply::OffsetCommit(Err(error))),
        Outcome::Deleted { token, results } => {
            let results = results
                .into_iter()
                .map(|(id, result)| (id, result.and(Err(error))));
            (token, Reply::DeleteGroups(results.collect()))
        }
        Outcome::Fetched { token, .. } => {
            // Consumers before 3.9 know only this code as a reason to try again here.
            (token, Reply::OffsetFetch(Err(GroupError::NotCoordinator)))
        }
        Outcome::Left { token, .. } => (token, Reply::LeaveGroup(Err(error))),
        Outcome::OffsetsDeleted { token, .. } => (token, Reply::OffsetDelete(Err(error))),
    };
    effects.reply(token, reply);
}
