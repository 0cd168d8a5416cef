//! What a group may touch besides itself while it takes one step.

use crate::config::GroupConfig;
use crate::effects::{Effects, Notice};
use crate::now::Now;
use crate::pending::{Outcome, Pending};
use crate::record::Record;
use crate::reply::{Reply, Token};
use crate::timers::{Timer, Timers};

/// One step of a shard.
pub(crate) struct Turn<'a> {
    pub(crate) now: Now,
    pub(crate) config: &'a GroupConfig,
    pub(crate) timers: &'a mut Timers,
    pub(crate) pending: &'a mut Pending,
    pub(crate) effects: &'a mut Effects,
}

impl Turn<'_> {
    pub(crate) fn reply(&mut self, token: Token, reply: Reply) {
        self.effects.reply(token, reply);
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.effects.notice(notice);
    }

    pub(crate) fn schedule_in(&mut self, timer: Timer, delay_ms: i64) {
        self.timers
            .schedule(timer, self.now.monotonic_ms.saturating_add(delay_ms.max(0)));
    }

    pub(crate) fn append(&mut self, record: Record, outcome: Outcome) {
        self.pending.push(vec![record], outcome);
    }
}
