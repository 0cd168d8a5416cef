//! What the user says about the files, and the limits that are not theirs to say.

use std::time::Duration;

use super::own::Own;

/// Which files are followed, and how.
#[derive(Clone, Debug)]
pub struct InputSettings {
    /// What is followed: paths with `*`, `?`, `[…]`, `{a,b}` and `**`.
    pub globs: Vec<String>,
    /// What is not, although a glob names it. One without a slash is matched with the file's name.
    pub excludes: Vec<String>,
    /// What is not either, because this process writes it.
    pub own: Own,
    /// Where files begin that are there at the first start.
    pub start_at: StartAt,
    /// When following began, in milliseconds since 1970, if not with this start: what was rotated since is
    /// looked for, and `start_at` is past.
    pub followed_since_ms: Option<i64>,
    /// How many files are kept open at once.
    pub open_files_max: usize,
    /// What to do with files that were deleted before all of them was delivered.
    pub when_behind: WhenBehind,
    /// How many undelivered bytes of deleted files are kept on disk by holding those open.
    pub held_bytes_max: u64,
    /// How many readers each file gets: the number of sinks.
    pub sinks: usize,
    /// How long a rotated or deleted file must rest before its last line counts as complete, and a
    /// compressed one before it is read.
    pub quiet: Duration,
    /// How often the directories are listed when nothing is heard of them.
    pub rescan: Duration,
}

/// Where files begin that are there at the first start and in no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// At their first byte.
    Beginning,
    /// Behind their last complete line.
    End,
}

/// What to do with files that were deleted before all of them was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBehind {
    /// They stay open, and on disk, up to the limit of held bytes.
    Hold,
    /// They are given up soon after their deletion, and what was not delivered is counted.
    Release,
}

impl InputSettings {
    /// The defaults, for these globs.
    pub fn new(globs: Vec<String>) -> Self {
        Self {
            globs,
            excludes: Vec::new(),
            own: Own::default(),
            start_at: StartAt::Beginning,
            followed_since_ms: None,
            open_files_max: OPEN_FILES_MAX,
            when_behind: WhenBehind::Hold,
            held_bytes_max: HELD_BYTES_MAX,
            sinks: 1,
            quiet: Duration::from_secs(5),
            rescan: Duration::from_secs(1),
        }
    }
}

/// Open files by default: below the soft limit of 1,024 that many systems start processes with.
pub(super) const OPEN_FILES_MAX: usize = 900;
/// Undelivered bytes of deleted files that stay on disk by default: some hours of a busy broker's logs.
pub(super) const HELD_BYTES_MAX: u64 = 1 << 30;
/// How long a deleted file stays with [`WhenBehind::Release`]: readers that keep up finish it meanwhile.
pub(super) const RELEASE_AFTER: Duration = Duration::from_secs(5);
/// The longest pause between rescans while the kernel reports changes and there are none.
pub(super) const RESCAN_IDLE_MAX: Duration = Duration::from_secs(5);
/// How long a file that is gone and delivered is remembered, so that a compressed copy of it that appears
/// now is not delivered again.
pub(super) const LINGER: Duration = Duration::from_secs(60);
/// How many of those are remembered.
pub(super) const LINGERING_MAX: usize = 2_000;
/// How long what a checkpoint speaks of is looked for before it is said to be gone: it may just be compressed.
pub(super) const SETTLE_AFTER: Duration = Duration::from_secs(2);
/// How deep `**` descends.
pub(super) const DEPTH_MAX: usize = 32;
/// How many directories one rescan lists; also what bounds loops of symbolic links.
pub(super) const DIRECTORIES_MAX: usize = 10_000;
/// How many files are followed: each takes some hundred bytes and a look per rescan.
pub(super) const FILES_MAX: usize = 100_000;
