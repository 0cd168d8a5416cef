//! The system calls of the data directory, each in one place, with the faults that tests inject.
//!
//! Nothing here knows what a segment or a checkpoint is; nothing above here opens a path.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::io::ReadWriteFlags;

use super::faults::{Faults, Operation};

/// Slices that one `pwritev` takes (`IOV_MAX` of Linux).
const SLICES_MAX: usize = 1024;
/// Only the user that runs the broker reads and writes what it stores.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// System calls, counted; faulty ones where tests ask for it.
#[derive(Debug, Default)]
pub(crate) struct Io {
    pub(super) faults: Option<Arc<Faults>>,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    syncs: AtomicU64,
}

/// What went through the disk since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskCounters {
    /// Bytes read from files.
    pub bytes_read: u64,
    /// Bytes written to files.
    pub bytes_written: u64,
    /// Calls that made data durable.
    pub syncs: u64,
}

impl Io {
    pub(super) fn new(faults: Option<Arc<Faults>>) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    pub(super) fn counters(&self) -> DiskCounters {
        DiskCounters {
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
            bytes_written: self.bytes_written.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
        }
    }

    /// Opens for reading and writing. An existing file is required.
    pub(super) fn open(path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(path)
    }

    /// Opens an empty file, whatever was there before.
    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        if let Some(faults) = &self.faults {
            faults.creating(path)?;
        }
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(path)
    }

    /// Reads until `buffer` is full or the file ends.
    pub(super) fn read_at(
        &self,
        file: &File,
        buffer: &mut [u8],
        position: u64,
    ) -> io::Result<usize> {
        self.check(Operation::Read)?;
        let mut done = 0;
        while done < buffer.len() {
            match file.read_at(&mut buffer[done..], position + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.bytes_read.fetch_add(done as u64, Ordering::Relaxed);
        Ok(done)
    }

    /// Reads what lies in the page cache, up to `buffer`; may be nothing. `Unsupported` where the
    /// file system cannot tell (tmpfs, for one).
    pub(super) fn read_resident(
        &self,
        file: &File,
        buffer: &mut [u8],
        position: u64,
    ) -> io::Result<usize> {
        self.check(Operation::Read)?;
        let slices = &mut [IoSliceMut::new(buffer)];
        match rustix::io::preadv2(file, slices, position, ReadWriteFlags::NOWAIT) {
            Ok(n) => {
                self.bytes_read.fetch_add(n as u64, Ordering::Relaxed);
                Ok(n)
            }
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(0),
            Err(e) => Err(e.into()),
        }
    }

    /// Writes all slices from `position` on. After an error any part of them may be in the file.
    pub(super) fn write_at(
        &self,
        file: &Arc<File>,
        mut slices: &mut [IoSlice<'_>],
        mut position: u64,
    ) -> io::Result<()> {
        if let Some(faults) = &self.faults {
            return faults.write(file, slices, position);
        }
        while !slices.is_empty() {
            let few = &slices[..slices.len().min(SLICES_MAX)];
            match rustix::io::pwritev(file.as_ref(), few, position) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => {
                    IoSlice::advance_slices(&mut slices, n);
                    position += n as u64;
                    self.bytes_written.fetch_add(n as u64, Ordering::Relaxed);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    /// Cuts or extends a file.
    pub(super) fn set_size(&self, file: &Arc<File>, bytes: u64) -> io::Result<()> {
        match &self.faults {
            Some(faults) => faults.set_size(file, bytes),
            None => file.set_len(bytes),
        }
    }

    /// Makes a file's bytes and size durable.
    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        self.check(Operation::Sync)?;
        self.syncs.fetch_add(1, Ordering::Relaxed);
        match &self.faults {
            // Its own books say what a crash takes; waiting for a device adds nothing.
            Some(faults) => faults.synced_file(file),
            None => file.sync_data(),
        }
    }

    /// Makes creations, renames and removals in a directory durable.
    pub(super) fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.check(Operation::Sync)?;
        self.syncs.fetch_add(1, Ordering::Relaxed);
        match &self.faults {
            Some(faults) => {
                faults.synced_directory(path);
                Ok(())
            }
            None => File::open(path)?.sync_all(),
        }
    }

    /// Makes everything in the file system durable.
    pub(super) fn sync_file_system(&self, path: &Path) -> io::Result<()> {
        self.check(Operation::Sync)?;
        self.syncs.fetch_add(1, Ordering::Relaxed);
        match &self.faults {
            Some(faults) => {
                faults.synced_all();
                Ok(())
            }
            None => Ok(rustix::fs::syncfs(File::open(path)?)?),
        }
    }

    /// Renames over whatever has that name.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if let Some(faults) = &self.faults {
            faults.renaming(from, to)?;
        }
        std::fs::rename(from, to)
    }

    /// Removes a file; one that is not there is removed already.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        if let Some(faults) = &self.faults {
            faults.removing(path)?;
        }
        match std::fs::remove_file(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    /// Creates a directory and those above it.
    pub(super) fn create_directory(path: &Path) -> io::Result<()> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(path)
    }

    fn check(&self, operation: Operation) -> io::Result<()> {
        match &self.faults {
            Some(faults) => faults.check(operation),
            None => Ok(()),
        }
    }
}
