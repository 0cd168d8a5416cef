//! Deadlines of one shard: one per key, the earliest first. Time comes in as a number; nothing here
//! waits.

use std::collections::{BTreeSet, HashMap};

use model::GroupId;

use crate::names::MemberId;

/// What a deadline is for. Setting one again moves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// Look for expired offsets and groups.
    Cleanup,
    /// The end of a join phase, or of its initial delay.
    Join(GroupId),
    /// A member's session, or the time a pending member has to come back.
    Session(GroupId, MemberId),
    /// The end of a sync phase.
    Sync(GroupId),
}

/// The deadlines.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(i64, Timer)>,
    at: HashMap<Timer, i64>,
}

impl Timers {
    /// Sets or moves a deadline.
    pub(crate) fn schedule(&mut self, timer: Timer, at_ms: i64) {
        if let Some(old) = self.at.insert(timer.clone(), at_ms) {
            self.due.remove(&(old, timer.clone()));
        }
        self.due.insert((at_ms, timer));
    }

    /// Takes a deadline away.
    pub(crate) fn cancel(&mut self, timer: &Timer) {
        if let Some(at) = self.at.remove(timer) {
            self.due.remove(&(at, timer.clone()));
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<i64> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes one deadline that is not after `now_ms`.
    pub(crate) fn pop_due(&mut self, now_ms: i64) -> Option<Timer> {
        if self.next()? > now_ms {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}
