//! DeleteGroups.

use model::GroupId;

use super::Shard;
use super::offsets::tombstone;
use crate::effects::{Effects, Notice};
use crate::error::GroupError;
use crate::now::Now;
use crate::pending::Outcome;
use crate::record::Record;
use crate::reply::{Reply, Token};

impl Shard {
    pub(super) fn delete_groups(
        &mut self,
        token: Token,
        ids: Vec<GroupId>,
        now: Now,
        effects: &mut Effects,
    ) {
        let mut records = Vec::new();
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let result = match self.groups.get(&id) {
                None => Err(GroupError::GroupIdNotFound),
                Some(group) => group.classic().validate_delete(),
            };
            if result.is_ok() {
                records.extend(self.bury(&id, now, effects));
            }
            results.push((id, result));
        }
        if records.is_empty() {
            effects.reply(token, Reply::DeleteGroups(results));
            return;
        }
        let deleted = results.iter().filter(|(_, result)| result.is_ok());
        let groups: Vec<_> = deleted.map(|(id, _)| id.clone()).collect();
        let offsets = records.len() - groups.len();
        effects.notice(Notice::GroupsDeleted { groups, offsets });
        self.pending
            .push(records, Outcome::Deleted { token, results });
    }

    /// Takes an empty group away and gives the tombstones of all that is stored of it.
    pub(super) fn bury(&mut self, id: &GroupId, now: Now, effects: &mut Effects) -> Vec<Record> {
        let keys = self.offset_keys(id).into_iter();
        let mut records: Vec<_> = keys
            .map(|((topic, p), _)| tombstone(id, topic, p))
            .collect();
        records.push(Record::GroupMetadata {
            group: id.clone(),
            value: None,
        });
        self.close(id, GroupError::UnknownMemberId, now, effects);
        records
    }
}
