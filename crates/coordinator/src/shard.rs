//! The coordinator of the groups in one partition of `__consumer_offsets`.
//!
//! The shell gives it commands, the time and the fate of appends; it gives back answers and records
//! to append. It never waits and never fails:
//!
//! ```text
//! handle | tick ──► Effects            next_batch ──► append by the shell ──► committed
//!        └──► records queue up ───────────┘                              └──► append_failed
//! ```
//!
//! Stored state changes when records are committed. Members and rebalances change at once, as in
//! Kafka, and go back where the records of the same step cannot be stored.

mod expiry;
mod groups;
mod members;
mod offsets;
mod outcome;
mod reads;

pub use reads::Progress;

use std::collections::BTreeMap;

use model::GroupId;

use crate::classic::ClassicGroup;
use crate::command::Command;
use crate::config::GroupConfig;
use crate::durable::Durable;
use crate::effects::Effects;
use crate::error::GroupError;
use crate::group::Group;
use crate::now::Now;
use crate::pending::{AppendBatch, Pending};
use crate::reply::Token;
use crate::timers::{Timer, Timers};
use crate::turn::Turn;

/// The groups of one partition.
#[derive(Debug)]
pub struct Shard {
    config: GroupConfig,
    groups: BTreeMap<GroupId, Group>,
    durable: Durable,
    timers: Timers,
    pending: Pending,
}

impl Shard {
    /// Brings the groups that `state` stores to life: their members have a session from now on.
    pub fn load(config: GroupConfig, state: Durable, now: Now) -> (Self, Effects) {
        let mut shard = Self {
            config,
            groups: BTreeMap::new(),
            durable: state,
            timers: Timers::default(),
            pending: Pending::default(),
        };
        let mut effects = Effects::default();
        let stored = shard.durable.groups().map(|(id, _)| id);
        let ids: Vec<_> = stored
            .chain(shard.durable.all_offsets().map(|(id, _)| id))
            .cloned()
            .collect();
        for id in ids {
            if !shard.groups.contains_key(&id) {
                shard.revive(&id, now, &mut effects);
            }
        }
        shard.timers.schedule(
            Timer::Cleanup,
            now.monotonic_ms
                .saturating_add(config.offsets_retention_check_ms),
        );
        (shard, effects)
    }

    /// Takes one command. Its answer is among these effects or those of a later call.
    pub fn handle(&mut self, token: Token, command: Command, now: Now) -> Effects {
        let mut effects = Effects::default();
        match command {
            Command::DeleteGroups(groups) => self.delete_groups(token, groups, now, &mut effects),
            Command::DeleteTopics(topics) => self.delete_topics(&topics),
            Command::Heartbeat(request) => self.heartbeat(token, &request, now, &mut effects),
            Command::JoinGroup(request) => self.join_group(token, request, now, &mut effects),
            Command::LeaveGroup(request) => self.leave_group(token, request, now, &mut effects),
            Command::OffsetCommit(request) => self.offset_commit(token, request, now, &mut effects),
            Command::OffsetDelete(request) => self.offset_delete(token, request, &mut effects),
            Command::OffsetFetch(request) => self.offset_fetch(token, request, &mut effects),
            Command::SyncGroup(request) => self.sync_group(token, request, now, &mut effects),
        }
        effects
    }

    /// When [`Self::tick`] has something to do, on the monotonic clock.
    pub fn next_deadline(&self) -> Option<i64> {
        self.timers.next()
    }

    /// Does what is due at `now`.
    pub fn tick(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        while let Some(timer) = self.timers.pop_due(now.monotonic_ms) {
            match timer {
                Timer::Cleanup => {
                    self.expire(now, &mut effects);
                    let check_ms = self.config.offsets_retention_check_ms.max(1);
                    let next = now.monotonic_ms.saturating_add(check_ms);
                    self.timers.schedule(Timer::Cleanup, next);
                }
                Timer::Join(group) => {
                    self.step(&group, now, &mut effects, ClassicGroup::join_timed_out);
                }
                Timer::Session(group, member) => {
                    self.step(&group, now, &mut effects, |group, turn| {
                        group.session_expired(turn, &member);
                    });
                }
                Timer::Sync(group) => {
                    self.step(&group, now, &mut effects, ClassicGroup::sync_timed_out);
                }
            }
        }
        effects
    }

    /// What to append next, up to about `bytes_max` of keys and values unless one step needs more.
    /// None while an append is under way or nothing is to be stored.
    pub fn next_batch(&mut self, bytes_max: usize) -> Option<AppendBatch> {
        self.pending.start(bytes_max)
    }

    /// What is stored, for a snapshot.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Ends the shard: everything that waits hears that the coordinator is elsewhere.
    pub fn unload(mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        let ids: Vec<_> = self.groups.keys().cloned().collect();
        for id in ids {
            self.close(&id, GroupError::NotCoordinator, now, &mut effects);
        }
        for entry in self.pending.fail() {
            outcome::refuse(entry.outcome, GroupError::NotCoordinator, &mut effects);
        }
        effects
    }

    /// Lets a live group take a step; none where there is no such group.
    fn step<R>(
        &mut self,
        id: &GroupId,
        now: Now,
        effects: &mut Effects,
        f: impl FnOnce(&mut ClassicGroup, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let Self {
            config,
            groups,
            timers,
            pending,
            ..
        } = self;
        let group = groups.get_mut(id)?;
        Some(f(
            group.classic_mut(),
            &mut Turn {
                now,
                config,
                timers,
                pending,
                effects,
            },
        ))
    }

    /// Puts a group back to what is stored of it.
    fn revive(&mut self, id: &GroupId, now: Now, effects: &mut Effects) {
        let group = match self.durable.group(id) {
            Some(stored) => ClassicGroup::from_stored(id.clone(), stored),
            None if self.durable.offsets(id).is_some() => {
                ClassicGroup::new(id.clone(), now.wall_ms)
            }
            None => return,
        };
        self.groups.insert(id.clone(), Group::Classic(group));
        let members_max = self.config.members_max;
        self.step(id, now, effects, |group, turn| {
            group.revived(turn, members_max)
        });
    }

    /// Takes a live group away; whoever waits in it hears `error`.
    fn close(&mut self, id: &GroupId, error: GroupError, now: Now, effects: &mut Effects) {
        self.step(id, now, effects, |group, turn| group.close(turn, error));
        self.groups.remove(id);
    }
}

#[cfg(test)]
mod tests;
