//! Open files, and how many of them there are.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{Mode, OFlags};

use super::observation::{Facts, Kind, look_at};

/// The process's open log files.
#[derive(Debug)]
pub(super) struct Descriptors {
    open: Arc<AtomicUsize>,
    max: usize,
}

/// An open log file.
#[derive(Debug)]
pub(super) struct Descriptor {
    file: File,
    open: Arc<AtomicUsize>,
}

impl Descriptors {
    pub(super) fn new(max: usize) -> Self {
        Self {
            open: Arc::default(),
            max: max.max(1),
        }
    }

    /// How many are open.
    pub(super) fn open_files(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many should be closed.
    pub(super) fn excess(&self) -> usize {
        self.open_files().saturating_sub(self.max)
    }

    /// Whether another may stay open.
    pub(super) fn have_room(&self) -> bool {
        self.open_files() <= self.max
    }

    /// Opens a regular file for reading. Never waits for a pipe's other end.
    pub(super) fn open(&self, path: &Path) -> io::Result<(Arc<Descriptor>, Facts)> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        let (kind, facts) = look_at(&file)?;
        if kind != Kind::File {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        self.open.fetch_add(1, Ordering::Relaxed);
        let open = Arc::clone(&self.open);
        Ok((Arc::new(Descriptor { file, open }), facts))
    }
}

impl Descriptor {
    /// Fills the buffer from this offset on, but for what the file does not have.
    pub(super) fn read_at(&self, mut offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::io::pread(&self.file, rest, offset) {
                Ok(0) => break,
                Ok(read) => {
                    filled += read;
                    offset = offset.saturating_add(read as u64);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(filled)
    }

    /// What one call of the kernel gives from this offset on: nothing at the end.
    pub(super) fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match rustix::io::pread(&self.file, &mut *buffer, offset) {
                Err(rustix::io::Errno::INTR) => {}
                read => return Ok(read?),
            }
        }
    }

    /// What the file system says of it.
    pub(super) fn facts(&self) -> io::Result<Facts> {
        Ok(look_at(&self.file)?.1)
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}
