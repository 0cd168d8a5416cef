//! What the input side counts.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What the input side counts, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Files that are followed.
    pub files: usize,
    /// Of those, how many are open.
    pub open_files: usize,
    /// Undelivered bytes of deleted files that stay on disk because they are held open.
    pub held_deleted_bytes: u64,
    /// Files that lost their content while they were followed.
    pub truncations: u64,
    /// Truncated files of which a copy had what was not read yet.
    pub truncations_made_good: u64,
    /// Compressed files that could not be read to their end.
    pub unreadable_archives: u64,
    /// Files and directories that could not be opened when last tried.
    pub unreadable_paths: usize,
    /// Rescans.
    pub rescans: u64,
}

/// The same while it is counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) files: AtomicUsize,
    pub(super) held_deleted_bytes: AtomicU64,
    pub(super) truncations: AtomicU64,
    pub(super) truncations_made_good: AtomicU64,
    pub(super) unreadable_archives: AtomicU64,
    pub(super) unreadable_paths: AtomicUsize,
    pub(super) rescans: AtomicU64,
}

impl Counters {
    /// As they are now.
    pub(super) fn figures(&self, open_files: usize) -> Figures {
        Figures {
            files: self.files.load(Ordering::Relaxed),
            open_files,
            held_deleted_bytes: self.held_deleted_bytes.load(Ordering::Relaxed),
            truncations: self.truncations.load(Ordering::Relaxed),
            truncations_made_good: self.truncations_made_good.load(Ordering::Relaxed),
            unreadable_archives: self.unreadable_archives.load(Ordering::Relaxed),
            unreadable_paths: self.unreadable_paths.load(Ordering::Relaxed),
            rescans: self.rescans.load(Ordering::Relaxed),
        }
    }

    /// One more.
    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
