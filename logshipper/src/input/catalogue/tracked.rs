//! What the catalogue remembers of a file that is followed, beside the file itself.

use std::sync::Arc;

use crate::input::file::LogFile;
use crate::input::log_name::Packing;
use crate::input::observation::Named;
use crate::input::settings::LINGER;

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) file: Arc<LogFile>,
    pub(super) named: Arc<Named>,
    /// How its first line begins.
    pub(super) first_line: Box<[u8]>,
    /// When it last changed, in the process's own milliseconds.
    pub(super) changed_ms: i64,
    pub(super) whereabouts: Whereabouts,
    /// In how many rounds it was looked for a copy of it since it was truncated.
    pub(super) truncated_rounds: u32,
}

/// Where a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// At its path.
    Listed,
    /// It was not seen, in so many rounds. A rename while a directory is listed can hide a file.
    Unseen(u32),
    /// It exists, but no path leads to it.
    Unlisted,
    /// It was deleted at that time; while it is open, its bytes are there.
    Deleted(i64),
    /// It was deleted, and everything that will ever be read was delivered, at that time.
    Finished(i64),
}

impl Tracked {
    /// Whether nobody will write to it any more, as far as can be told.
    pub(super) fn is_final(&self, now_ms: i64, quiet_ms: i64) -> bool {
        // What is compressed was judged when it rested.
        let packed = self.file.source().packing != Packing::Plain;
        let left = self.named.rotated
            || !matches!(
                self.whereabouts,
                Whereabouts::Listed | Whereabouts::Unseen(_)
            );
        packed || (left && self.rests(now_ms, quiet_ms))
    }

    /// Whether it has not changed for this long.
    pub(super) fn rests(&self, now_ms: i64, quiet_ms: i64) -> bool {
        now_ms.saturating_sub(self.changed_ms) >= quiet_ms
    }

    /// Whether its bytes cannot be read any more, although it is not given up.
    pub(super) fn is_lost(&self) -> bool {
        let gone = matches!(
            self.whereabouts,
            Whereabouts::Deleted(_) | Whereabouts::Finished(_)
        );
        self.file.is_suspected() || (gone && self.file.source().opened().is_none())
    }

    /// Whether it can be closed for good: gone, delivered, and so long without a change that whoever may
    /// still have it open will not write to it.
    pub(super) fn is_finished(&self, now_ms: i64) -> bool {
        let gone = matches!(
            self.whereabouts,
            Whereabouts::Deleted(_) | Whereabouts::Unlisted
        );
        gone && self.file.is_delivered() && self.rests(now_ms, linger_ms())
    }
}

/// How long something that is gone is remembered.
pub(super) fn linger_ms() -> i64 {
    i64::try_from(LINGER.as_millis()).unwrap_or(i64::MAX)
}
