//! One log file that rotates by rename, by the hour and by size, and is never truncated.
//!
//! Rotation creates the next file first, so that a full disk or a missing permission leaves the
//! old one in use. A reader that keeps its descriptor reads to the end and misses nothing; what it has not read stays in place until
//! the hard limit, and what goes all the same is counted.

use super::rotated::{Hour, KEEP_DELIVERED, Keep, Rotated, Suffix, over_limit};
use super::undelivered::Undelivered;
use jiff::tz::TimeZone;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Group-readable, because log delivery may run as another user.
const LOG_FILE_MODE: u32 = 0o640;
/// How often to see whether somebody else moved or deleted the file.
const IDENTITY_CHECK_MS: i64 = 1_000;
/// How often it is said at most that files were removed before they were delivered; the counter knows at once.
const REMOVAL_TOLD_MS: i64 = 600_000;

/// When a file is rotated and what is kept of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// A file that would grow beyond this is rotated also within its hour.
    pub bytes_max: u64,
    /// What is kept beside the current file.
    pub keep: Keep,
}

/// A log file and what holds for it, open or not.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// Of timestamps, and of the hours in the names of rotated files.
    pub(crate) zone: TimeZone,
    pub(crate) rotation: Rotation,
    pub(crate) undelivered: Undelivered,
}

/// What was removed before log delivery had it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// An open log file.
#[derive(Debug)]
pub(super) struct RollingFile {
    place: Place,
    file: File,
    hour: Hour,
    bytes: u64,
    mid_line: bool,
    checked_ms: i64,
    /// Not told yet.
    removed: Removed,
    /// When it was told last.
    told_ms: Option<i64>,
}

impl RollingFile {
    /// Opens the file for appending. What is in it already stays, under the hour of its last write.
    pub(super) fn open(place: Place, now_ms: i64) -> io::Result<Self> {
        let file = append_to(&place.path)?;
        let metadata = file.metadata()?;
        let bytes = metadata.len();
        let written_ms = metadata.mtime().saturating_mul(1_000);
        let hour = Hour::of(if bytes > 0 { written_ms } else { now_ms }, &place.zone);
        Ok(Self {
            place,
            file,
            hour,
            bytes,
            mid_line: false,
            checked_ms: now_ms,
            removed: Removed::default(),
            told_ms: None,
        })
    }

    /// Appends whole lines. Gives the number of bytes that are in the file and, when these are not
    /// all, why; the caller comes back with the rest.
    pub(super) fn write(&mut self, lines: &[u8], now_ms: i64) -> (usize, Option<io::Error>) {
        if !self.mid_line
            && let Err(error) = self
                .follow(now_ms)
                .and_then(|()| self.rotate_if_due(lines, now_ms))
        {
            // The old file still takes lines, unless the very directory is gone.
            if self.bytes == 0 && !self.place.path.exists() {
                return (0, Some(error));
            }
        }
        let mut written = 0;
        while written < lines.len() {
            match self.file.write(&lines[written..]) {
                Ok(0) => return self.stopped(lines, written, io::ErrorKind::WriteZero.into()),
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.stopped(lines, written, error),
            }
        }
        self.advanced(lines, written);
        (written, None)
    }

    /// What was removed undelivered since this was asked for, where it is time to tell: a limit that is met goes on being met.
    pub(super) fn removed_undelivered(&mut self, now_ms: i64) -> Option<Removed> {
        let is_recent = self
            .told_ms
            .is_some_and(|told_ms| now_ms.abs_diff(told_ms) < REMOVAL_TOLD_MS.unsigned_abs());
        if self.removed == Removed::default() || is_recent {
            return None;
        }
        self.told_ms = Some(now_ms);
        Some(std::mem::take(&mut self.removed))
    }

    fn stopped(
        &mut self,
        lines: &[u8],
        written: usize,
        error: io::Error,
    ) -> (usize, Option<io::Error>) {
        self.advanced(lines, written);
        (written, Some(error))
    }

    fn advanced(&mut self, lines: &[u8], written: usize) {
        self.bytes += written as u64;
        if let Some(last) = lines[..written].last() {
            self.mid_line = *last != b'\n';
        }
    }

    /// Reopens the path when it no longer leads to this file.
    fn follow(&mut self, now_ms: i64) -> io::Result<()> {
        if now_ms.abs_diff(self.checked_ms) < IDENTITY_CHECK_MS.unsigned_abs() {
            return Ok(());
        }
        self.checked_ms = now_ms;
        let ours = self.file.metadata()?;
        match fs::metadata(&self.place.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let anew = Self::open(self.place.clone(), now_ms)?;
        *self = Self {
            removed: self.removed,
            told_ms: self.told_ms,
            ..anew
        };
        Ok(())
    }

    fn rotate_if_due(&mut self, lines: &[u8], now_ms: i64) -> io::Result<()> {
        let hour = Hour::of(now_ms, &self.place.zone);
        if self.bytes == 0 {
            self.hour = hour;
            return Ok(());
        }
        let full = self.bytes + lines.len() as u64 > self.place.rotation.bytes_max;
        if hour == self.hour && !full {
            return Ok(());
        }
        let next_path = self.beside(".next")?;
        let next = append_to(&next_path)?;
        let existing: Vec<_> = self.rotated()?.into_iter().map(|(of, _)| of).collect();
        let suffix = Suffix::free(self.hour, &existing);
        fs::rename(&self.place.path, self.rotated_path(suffix))?;
        fs::rename(&next_path, &self.place.path)?;
        self.file = next;
        self.hour = hour;
        self.bytes = 0;
        self.remove_over_limit()
    }

    fn remove_over_limit(&mut self) -> io::Result<()> {
        let delivered = self.place.undelivered.read();
        let files = self.rotated()?.into_iter().map(|(suffix, file)| Rotated {
            suffix,
            bytes: file.len(),
            undelivered: delivered.as_ref().map(|delivered| delivered.lacks(&file)),
        });
        let keep = self.place.rotation.keep;
        for over in over_limit(files.collect(), keep, KEEP_DELIVERED) {
            fs::remove_file(self.rotated_path(over.suffix))?;
            if let Some(bytes) = over.undelivered.filter(|bytes| *bytes > 0) {
                self.place.undelivered.removed(bytes);
                self.removed.files += 1;
                self.removed.bytes += bytes;
            }
        }
        Ok(())
    }

    /// The rotated files of this log.
    fn rotated(&self) -> io::Result<Vec<(Suffix, Metadata)>> {
        let mut found = Vec::new();
        let name = self.name()?;
        for entry in fs::read_dir(self.dir())? {
            let entry = entry?;
            let file_name = entry.file_name();
            let suffix = file_name.to_str().and_then(|file_name| {
                Suffix::parse(file_name.strip_prefix(name)?.strip_prefix('.')?)
            });
            if let Some(suffix) = suffix {
                found.push((suffix, entry.metadata()?));
            }
        }
        Ok(found)
    }

    fn rotated_path(&self, suffix: Suffix) -> PathBuf {
        let mut path = self.place.path.clone().into_os_string();
        path.push(format!(".{suffix}"));
        path.into()
    }

    /// A hidden neighbour, which no pattern such as `server.log*` matches.
    fn beside(&self, ending: &str) -> io::Result<PathBuf> {
        Ok(self.dir().join(format!(".{}{ending}", self.name()?)))
    }

    fn name(&self) -> io::Result<&str> {
        let name = self.place.path.file_name().and_then(|name| name.to_str());
        name.ok_or_else(|| io::ErrorKind::InvalidFilename.into())
    }

    fn dir(&self) -> &Path {
        match self.place.path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(LOG_FILE_MODE)
        .open(path)
}

#[cfg(test)]
mod tests;
