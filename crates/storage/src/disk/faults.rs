//! A disk that fails on demand, for tests: no space, I/O errors, and a power cut that loses what
//! was never synced.
//!
//! The files are real. Every change that is not durable yet leaves a way back in `changes`;
//! [`Faults::crash`] walks it backwards. It is strict where file systems differ: a created or
//! renamed file is durable only after its directory was synced.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IoSlice};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A kind of system call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Reading a file.
    Read,
    /// Making data durable.
    Sync,
    /// Writing, resizing, creating, renaming or removing a file.
    Write,
}

/// What is left of unsynced appends after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Nothing.
    Dropped,
    /// A prefix up to a multiple of so many bytes, picked by the seed.
    Torn {
        /// Granularity in bytes: 512 for a sector, 4096 for a page.
        granularity: u64,
        /// Picks where each file is cut.
        seed: u64,
    },
    /// The size, but zeros as content: the metadata reached the disk and the data did not.
    Zeroed,
}

/// A way back from a change that is not durable.
#[derive(Debug)]
enum Change {
    Contents {
        file: Arc<File>,
        inode: u64,
        position: u64,
        old: Vec<u8>,
        old_size: u64,
    },
    Created(PathBuf),
    Removed(PathBuf, Vec<u8>),
    Renamed(PathBuf, PathBuf),
}

#[derive(Debug, Default)]
struct State {
    space_left: Option<u64>,
    failing: HashMap<Operation, u32>,
    changes: Vec<Change>,
}

/// Faults to inject into a `Disk`.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
}

impl Faults {
    /// A disk without faults so far.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Lets so many more bytes be written; `None` is no limit.
    pub fn limit_space(&self, bytes: Option<u64>) {
        self.state().space_left = bytes;
    }

    /// Makes the next `count` calls of a kind fail with EIO.
    pub fn fail_next(&self, operation: Operation, count: u32) {
        self.state().failing.insert(operation, count);
    }

    /// Cuts the power: what was not synced is lost. Call it when no `Disk` is open on the files.
    pub fn crash(&self, crash: Crash) -> io::Result<()> {
        let mut state = self.state();
        let kept = kept_appends(&state.changes, crash)?;
        while let Some(change) = state.changes.pop() {
            undo(change)?;
        }
        for (file, position, bytes) in kept {
            file.write_all_at(&bytes, position)?;
        }
        *state = State::default();
        Ok(())
    }

    pub(super) fn check(&self, operation: Operation) -> io::Result<()> {
        match self.state().failing.get_mut(&operation) {
            Some(count) if *count > 0 => {
                *count -= 1;
                Err(rustix::io::Errno::IO.into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn write(
        &self,
        file: &Arc<File>,
        slices: &[IoSlice<'_>],
        position: u64,
    ) -> io::Result<()> {
        self.check(Operation::Write)?;
        let bytes: Vec<u8> = slices
            .iter()
            .flat_map(|slice| slice.iter().copied())
            .collect();
        let mut state = self.state();
        let fits = state.space_left.unwrap_or(u64::MAX).min(bytes.len() as u64);
        if let Some(left) = &mut state.space_left {
            *left -= fits;
        }
        // As a real disk does: what fits is written, then the error comes.
        let fitting = &bytes[..fits as usize];
        state.changes.push(contents(file, position, fitting.len())?);
        file.write_all_at(fitting, position)?;
        if fitting.len() < bytes.len() {
            return Err(rustix::io::Errno::NOSPC.into());
        }
        Ok(())
    }

    pub(super) fn set_size(&self, file: &Arc<File>, bytes: u64) -> io::Result<()> {
        self.check(Operation::Write)?;
        let size = file.metadata()?.len();
        let lost = usize::try_from(size.saturating_sub(bytes)).unwrap_or(usize::MAX);
        let change = contents(file, bytes.min(size), lost)?;
        let mut state = self.state();
        state.changes.push(change);
        if let Some(left) = &mut state.space_left {
            *left += lost as u64;
        }
        file.set_len(bytes)
    }

    pub(super) fn creating(&self, path: &Path) -> io::Result<()> {
        self.check(Operation::Write)?;
        let mut state = self.state();
        if state.space_left == Some(0) {
            return Err(rustix::io::Errno::NOSPC.into());
        }
        if path.exists() {
            let contents = std::fs::read(path)?;
            state.changes.push(Change::Removed(path.into(), contents));
        }
        state.changes.push(Change::Created(path.into()));
        Ok(())
    }

    pub(super) fn renaming(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.check(Operation::Write)?;
        let mut state = self.state();
        if to.is_file() {
            let contents = std::fs::read(to)?;
            state.changes.push(Change::Removed(to.into(), contents));
        }
        state.changes.push(Change::Renamed(from.into(), to.into()));
        Ok(())
    }

    pub(super) fn removing(&self, path: &Path) -> io::Result<()> {
        self.check(Operation::Write)?;
        if path.is_file() {
            let contents = std::fs::read(path)?;
            let change = Change::Removed(path.into(), contents);
            self.state().changes.push(change);
        }
        Ok(())
    }

    pub(super) fn synced_file(&self, file: &File) -> io::Result<()> {
        let synced = file.metadata()?.ino();
        let of_file = |c: &Change| matches!(c, Change::Contents { inode, .. } if *inode == synced);
        self.state().changes.retain(|c| !of_file(c));
        Ok(())
    }

    pub(super) fn synced_all(&self) {
        self.state().changes.clear();
    }

    pub(super) fn synced_directory(&self, directory: &Path) {
        self.state().changes.retain(|change| match change {
            Change::Contents { .. } => true,
            Change::Created(path) | Change::Removed(path, _) | Change::Renamed(path, _) => {
                path.parent() != Some(directory)
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way back from overwriting `bytes` at `position`.
fn contents(file: &Arc<File>, position: u64, bytes: usize) -> io::Result<Change> {
    let metadata = file.metadata()?;
    let old_size = metadata.len();
    let kept = usize::try_from(old_size.saturating_sub(position)).unwrap_or(usize::MAX);
    let mut old = vec![0; kept.min(bytes)];
    file.read_exact_at(&mut old, position)?;
    Ok(Change::Contents {
        file: file.clone(),
        inode: metadata.ino(),
        position,
        old,
        old_size,
    })
}

fn undo(change: Change) -> io::Result<()> {
    match change {
        Change::Contents {
            file,
            position,
            old,
            old_size,
            ..
        } => {
            file.write_all_at(&old, position)?;
            file.set_len(old_size)
        }
        Change::Created(path) if path.exists() => std::fs::remove_file(path),
        Change::Renamed(from, to) if to.exists() => std::fs::rename(to, from),
        Change::Removed(path, contents) if path.parent().is_some_and(Path::exists) => {
            std::fs::write(path, contents)
        }
        // Its directory is gone as a whole.
        Change::Created(_) | Change::Removed(..) | Change::Renamed(..) => Ok(()),
    }
}

/// Bytes that outlive a crash, and where in which file.
type Kept = (Arc<File>, u64, Vec<u8>);

/// What of each file's unsynced appends outlives the crash.
fn kept_appends(changes: &[Change], crash: Crash) -> io::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    let mut seen = Vec::new();
    for change in changes {
        let Change::Contents {
            file,
            inode,
            old_size,
            ..
        } = change
        else {
            continue;
        };
        if seen.contains(inode) {
            continue;
        }
        seen.push(*inode);
        let size = file.metadata()?.len();
        let keep_to = match crash {
            Crash::Dropped => *old_size,
            Crash::Zeroed => size,
            Crash::Torn { granularity, seed } => {
                let span = size.saturating_sub(*old_size);
                let at = old_size + seed.wrapping_mul(6_364_136_223_846_793_005) % (span + 1);
                at / granularity * granularity
            }
        };
        if keep_to <= *old_size {
            continue;
        }
        let mut bytes = vec![0; (keep_to - old_size) as usize];
        if crash != Crash::Zeroed {
            file.read_exact_at(&mut bytes, *old_size)?;
        }
        kept.push((file.clone(), *old_size, bytes));
    }
    Ok(kept)
}
