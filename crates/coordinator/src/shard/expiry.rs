//! The regular cleanup: expired positions are forgotten, and empty groups without positions go.

use std::collections::BTreeSet;

use model::GroupId;

use super::Shard;
use super::offsets::tombstone;
use crate::classic::ClassicState;
use crate::effects::{Effects, Notice};
use crate::now::Now;
use crate::pending::Outcome;
use crate::record::Record;

impl Shard {
    pub(super) fn expire(&mut self, now: Now, effects: &mut Effects) {
        // A group with records on their way is in use; the next round will see what they say.
        let busy: BTreeSet<_> = self.pending.records().map(|r| r.group().clone()).collect();
        let idle: Vec<_> = self
            .groups
            .keys()
            .filter(|id| !busy.contains(*id))
            .cloned()
            .collect();
        let mut tombstones = 0;
        for id in idle {
            let records = self.expire_group(&id, now, effects);
            tombstones += records.len();
            if !records.is_empty() {
                self.pending.push(records, Outcome::Expired { group: id });
            }
        }
        if tombstones > 0 {
            effects.notice(Notice::Expired(tombstones));
        }
    }

    fn expire_group(&mut self, id: &GroupId, now: Now, effects: &mut Effects) -> Vec<Record> {
        let Some(group) = self.groups.get(id).map(|group| group.classic()) else {
            return Vec::new();
        };
        let mut expired = Vec::new();
        let mut stored = 0;
        if let Some(topics) = self.durable.offsets(id) {
            let Some(from) = group.expire_from() else {
                return Vec::new();
            };
            for (topic, partitions) in topics {
                stored += partitions.len();
                if group.is_subscribed(topic.as_str()) {
                    continue;
                }
                let due = partitions.iter().filter(|(_, offset)| {
                    from.expired(offset, now.wall_ms, self.config.offsets_retention_ms)
                });
                expired.extend(due.map(|(&p, _)| tombstone(id, topic.clone(), p)));
            }
        }
        // A member that was given an id moments ago still counts as coming; Kafka forgets it here.
        let abandoned = group.state() == ClassicState::Empty && !group.has_pending_members();
        if abandoned && expired.len() == stored {
            return self.bury(id, now, effects);
        }
        expired
    }
}
