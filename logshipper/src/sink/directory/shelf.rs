//! The files of this broker below the root, the oldest first, so that they stay within a limit.
//!
//! Only names that the layout gives are its: whatever else is there stays and does not count.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::UNFINISHED;
use crate::sink::object::Layout;

/// Files; each takes an inode and some memory here, however short it is.
const FILES_MAX: usize = 100_000;

/// What there is.
#[derive(Debug)]
pub(super) struct Shelf {
    files: VecDeque<(PathBuf, u64)>,
    bytes: u64,
    bytes_max: u64,
    deleted_files: u64,
    deleted_bytes: u64,
}

impl Shelf {
    /// Looks for what is there, and removes what has no name yet: whoever wrote it is gone.
    pub(super) fn find(root: &Path, layout: &Layout, bytes_max: u64) -> Self {
        let mut found: Vec<(SystemTime, PathBuf, u64)> = Vec::new();
        for hour in entries(&root.join(layout.folder())) {
            let Some(hour_name) = hour.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            for file in entries(&hour) {
                let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
                    continue;
                };
                let own = name.strip_prefix(UNFINISHED).unwrap_or(name);
                if !layout.is_ours(hour_name, own) {
                    continue;
                }
                if own != name {
                    let _ = fs::remove_file(&file);
                    continue;
                }
                if let Ok(metadata) = fs::symlink_metadata(&file)
                    && metadata.is_file()
                {
                    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    found.push((modified, file, metadata.len()));
                }
            }
        }
        found.sort();
        let mut shelf = Self {
            files: VecDeque::new(),
            bytes: 0,
            bytes_max,
            deleted_files: 0,
            deleted_bytes: 0,
        };
        for (_, path, bytes) in found {
            shelf.add(path, bytes);
        }
        shelf
    }

    /// There is one more.
    pub(super) fn add(&mut self, path: PathBuf, bytes: u64) {
        self.files.push_back((path, bytes));
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Deletes the oldest until one of so many bytes fits.
    pub(super) fn make_room(&mut self, bytes: u64) {
        let before = self.deleted_files;
        while self.bytes.saturating_add(bytes) > self.bytes_max || self.files.len() >= FILES_MAX {
            let Some((path, bytes)) = self.files.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(bytes);
            match fs::remove_file(&path) {
                Ok(()) => {
                    self.deleted_files += 1;
                    self.deleted_bytes += bytes;
                    // Its folder goes with the last of an hour.
                    if let Some(folder) = path.parent() {
                        let _ = fs::remove_dir(folder);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "a delivered file cannot be deleted; delete it by hand");
                }
            }
        }
        if self.deleted_files > before {
            tracing::info!(
                files = self.deleted_files - before,
                files_since_start = self.deleted_files,
                bytes_since_start = self.deleted_bytes,
                bytes_max = self.bytes_max,
                "deleted the oldest delivered files, to stay within directory.max-bytes"
            );
        }
    }

    /// Bytes of files that were deleted.
    pub(super) fn deleted_bytes(&self) -> u64 {
        self.deleted_bytes
    }

    /// How many there are, and their bytes.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, u64) {
        (self.files.len(), self.bytes)
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.flatten().map(|entry| entry.path()).collect()
}
