//! The leader epochs of a log and the offsets they begin at (KIP-101), kept in Kafka's text file
//! `leader-epoch-checkpoint`. Clients ask it whether the log was cut behind their back.

use model::LeaderEpoch;

use crate::checkpoint::{self, InvalidCheckpoint};

pub(crate) const EPOCH_FILE: &str = "leader-epoch-checkpoint";

/// Answer to "where does this epoch end?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// The greatest epoch of the log that is not beyond the one asked for.
    pub epoch: LeaderEpoch,
    /// The first offset that is not of that epoch or an earlier one.
    pub end_offset: i64,
}

/// Epochs in order, each with its first offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EpochCache {
    entries: Vec<(i32, i64)>,
}

impl EpochCache {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidCheckpoint> {
        let entries = checkpoint::parse(text, checkpoint::parse_epoch_offset)?;
        let rising = entries.windows(2).all(|pair| {
            let [(epoch, offset), (next_epoch, next_offset)] = pair else {
                return true;
            };
            epoch < next_epoch && offset <= next_offset
        });
        if rising {
            Ok(Self { entries })
        } else {
            Err(InvalidCheckpoint(3))
        }
    }

    pub(crate) fn text(&self) -> String {
        checkpoint::format(self.entries.iter(), |text, (epoch, offset)| {
            text.push_str(&format!("{epoch} {offset}"));
        })
    }

    /// Notes that `epoch` begins at `offset`; `true` if that was news.
    pub(crate) fn assign(&mut self, epoch: LeaderEpoch, offset: i64) -> bool {
        if epoch.0 < 0
            || self
                .entries
                .last()
                .is_some_and(|(last, _)| *last >= epoch.0)
        {
            return false;
        }
        // An epoch in which nothing was appended leaves no trace.
        self.entries.retain(|(_, start)| *start < offset);
        self.entries.push((epoch.0, offset));
        true
    }

    /// Whether there is one epoch only.
    pub(crate) fn is_first(&self) -> bool {
        self.entries.len() == 1
    }

    pub(crate) fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|(epoch, _)| LeaderEpoch(*epoch))
    }

    /// The epoch that `offset` was appended in.
    pub(crate) fn at_offset(&self, offset: i64) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|(_, start)| *start <= offset);
        let (epoch, _) = self.entries.get(after.checked_sub(1)?)?;
        Some(LeaderEpoch(*epoch))
    }

    /// As Kafka answers it; `None` where the epoch is newer than all, or none is known.
    pub(crate) fn end_offset(&self, epoch: LeaderEpoch, log_end: i64) -> Option<EpochEnd> {
        let (latest, _) = self.entries.last()?;
        if epoch.0 < 0 || epoch.0 > *latest {
            return None;
        }
        if epoch.0 == *latest {
            let end_offset = log_end;
            return Some(EpochEnd { epoch, end_offset });
        }
        let after = self.entries.partition_point(|(e, _)| *e <= epoch.0);
        let (_, end_offset) = *self.entries.get(after)?;
        let floor = after.checked_sub(1).and_then(|at| self.entries.get(at));
        let epoch = floor.map_or(epoch, |(e, _)| LeaderEpoch(*e));
        Some(EpochEnd { epoch, end_offset })
    }

    /// Forgets what lies before `start`; `true` if anything did.
    pub(crate) fn truncate_start(&mut self, start: i64) -> bool {
        let after = self.entries.partition_point(|(_, offset)| *offset <= start);
        let Some(covering) = after.checked_sub(1) else {
            return false;
        };
        let changed = covering > 0 || self.entries[covering].1 < start;
        self.entries.drain(..covering);
        if let Some((_, offset)) = self.entries.first_mut() {
            *offset = start.max(*offset);
        }
        changed
    }

    /// Forgets epochs that begin after `end`; `true` if there were any.
    pub(crate) fn truncate_end(&mut self, end: i64) -> bool {
        let before = self.entries.len();
        self.entries.retain(|(_, offset)| *offset <= end);
        self.entries.len() < before
    }
}

#[cfg(test)]
mod tests;
