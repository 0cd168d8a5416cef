//! One file of a segment: named by its base offset, opened when it is used.

use std::fs::File;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Disk;
use super::file_cache::Slot;
use super::io::Io;

/// What a file of a segment holds; the text is its suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Index,
    Log,
    Snapshot,
    TimeIndex,
}

impl FileKind {
    pub(crate) const ALL: [Self; 4] = [Self::Index, Self::Log, Self::Snapshot, Self::TimeIndex];

    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Log => "log",
            Self::Snapshot => "snapshot",
            Self::TimeIndex => "timeindex",
        }
    }
}

/// What Kafka appends to the name of a file that is to be removed soon.
pub(crate) const DELETED_SUFFIX: &str = ".deleted";

/// `00000000000000000042.log`: twenty digits, so that names sort as offsets do.
pub(crate) fn file_name(base_offset: i64, kind: FileKind) -> String {
    format!("{base_offset:020}.{}", kind.suffix())
}

#[derive(Debug)]
struct Shared {
    disk: Disk,
    directory: Arc<Path>,
    base_offset: i64,
    kind: FileKind,
    deleted: AtomicBool,
    slot: Arc<Slot>,
}

/// A file; clones are the same file. Holds a descriptor only while it is used.
#[derive(Clone, Debug)]
pub(crate) struct DiskFile(Arc<Shared>);

impl DiskFile {
    /// Names a file; whether it exists shows when it is used.
    pub(crate) fn new(
        disk: &Disk,
        directory: &Arc<Path>,
        base_offset: i64,
        kind: FileKind,
    ) -> Self {
        Self(Arc::new(Shared {
            disk: disk.clone(),
            directory: directory.clone(),
            base_offset,
            kind,
            deleted: AtomicBool::new(false),
            slot: Arc::default(),
        }))
    }

    pub(crate) fn path(&self) -> PathBuf {
        let mut name = file_name(self.0.base_offset, self.0.kind);
        if self.0.deleted.load(Ordering::Acquire) {
            name.push_str(DELETED_SUFFIX);
        }
        self.0.directory.join(name)
    }

    /// Makes an empty file; no handle stays open.
    pub(crate) fn create(&self) -> io::Result<()> {
        self.0.slot.close();
        self.io().create(&self.path()).map(drop)
    }

    /// Bytes in the file.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match self.0.slot.handle() {
            Some(file) => Ok(file.metadata()?.len()),
            None => Ok(std::fs::metadata(self.path())?.len()),
        }
    }

    /// Reads until `buffer` is full or the file ends; may wait for the device.
    pub(crate) fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.io().read_at(self.open()?.as_ref(), buffer, position)
    }

    /// Reads what needs no waiting; see [`Io::read_resident`].
    pub(crate) fn read_resident(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.io()
            .read_resident(self.open()?.as_ref(), buffer, position)
    }

    /// Writes all slices; after an error any part of them may be in the file.
    pub(crate) fn write_at(&self, slices: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        self.io().write_at(&self.open()?, slices, position)
    }

    /// Writes, creating the file where it does not exist.
    pub(crate) fn write_or_create(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        let file = match self.open() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let file = self.io().create(&self.path())?;
                self.0.disk.files().admit(&self.0.slot, file)
            }
            result => result?,
        };
        self.io()
            .write_at(&file, &mut [IoSlice::new(bytes)], position)
    }

    pub(crate) fn set_size(&self, bytes: u64) -> io::Result<()> {
        self.io().set_size(&self.open()?, bytes)
    }

    /// Makes everything written so far durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.io().sync(self.open()?.as_ref())
    }

    pub(crate) fn close(&self) {
        self.0.slot.close();
    }

    /// Gives the file the name of one that goes soon. Whoever reads it goes on reading.
    pub(crate) fn mark_deleted(&self) -> io::Result<()> {
        if self.0.deleted.load(Ordering::Acquire) {
            return Ok(());
        }
        let from = self.path();
        let mut to = from.clone().into_os_string();
        to.push(DELETED_SUFFIX);
        match self.io().rename(&from, Path::new(&to)) {
            // Index files are made when they are needed.
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        self.0.deleted.store(true, Ordering::Release);
        Ok(())
    }

    /// Removes the file and closes its handle.
    pub(crate) fn remove(&self) -> io::Result<()> {
        self.0.slot.close();
        self.io().remove(&self.path())
    }

    fn open(&self) -> io::Result<Arc<File>> {
        if let Some(file) = self.0.slot.handle() {
            return Ok(file);
        }
        let file = Io::open(&self.path())?;
        Ok(self.0.disk.files().admit(&self.0.slot, file))
    }

    fn io(&self) -> &Io {
        self.0.disk.io()
    }
}
