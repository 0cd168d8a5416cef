//! Why the data directory cannot be used, in sentences that name the remedy.

use std::io;
use std::path::{Path, PathBuf};

/// A system call on a file that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}{}", path.display(), hint(source))]
pub struct FileError {
    /// What was tried: a verb.
    pub action: &'static str,
    /// With which file or directory.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

impl FileError {
    pub(crate) fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self {
            action,
            path: path.into(),
            source,
        }
    }

    /// Whether it failed for want of space, which may come back.
    pub fn storage_full(&self) -> bool {
        storage_full(&self.source)
    }
}

/// Whether an operation failed for want of space, which may come back.
pub(crate) fn storage_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), QuotaExceeded | StorageFull)
}

fn hint(error: &io::Error) -> &'static str {
    if storage_full(error) {
        ": the disk is full; free space and it goes on by itself"
    } else {
        ""
    }
}

/// Why a data directory was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDiskError {
    /// It does not exist and cannot be made.
    #[error("cannot create the data directory {}", .0.display())]
    Create(PathBuf, #[source] io::Error),
    /// A file in it cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// What stands in one of its files makes no sense: the file and what is wrong.
    #[error("{} is damaged: {reason}; restore it or start on an empty directory", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process uses it.
    #[error(
        "the data directory {} is in use by another broker; stop that one or choose another \
         directory", .0.display()
    )]
    Locked(PathBuf),
    /// A newer version of this program wrote it.
    #[error(
        "the data directory {} has format {found}, this version reads up to {known}; use the \
         newer version that wrote it", path.display()
    )]
    NewerFormat {
        /// The directory.
        path: PathBuf,
        /// The format it has.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// No permission, or a read-only file system.
    #[error("the data directory {} is not writable; check its owner and mode", .0.display())]
    NotWritable(PathBuf, #[source] io::Error),
    /// It belongs to another node.
    #[error(
        "the data directory {} belongs to node.id {stored}, the configuration says {configured}; \
         correct node.id or choose another directory", path.display()
    )]
    OtherNode {
        /// The directory.
        path: PathBuf,
        /// The node that it belongs to.
        stored: i32,
        /// The node that wants it.
        configured: i32,
    },
}
