//! The data directory: who owns it, what format it has, and every file in it.
//!
//! ```text
//! DIR/.lock                             held while the broker runs
//!     meta.properties                   cluster id, directory id, node id, format
//!     recovery-point-offset-checkpoint  up to where each log is durable
//!     log-start-offset-checkpoint       logs that start inside a segment
//!     .kafka_cleanshutdown              there only between a clean stop and the next start
//!     TOPIC-PARTITION/                  one log; `TOPIC-PARTITION.ID-delete` is a deleted one,
//!                                       `-stray` one that no topic owns
//! ```
//!
//! `Disk` alone touches files; what stands in them is known further up. Nothing here looks at a
//! clock or draws a random number: both come in.

mod checkpoints;
mod deletion;
mod error;
mod faults;
mod file;
mod file_cache;
mod io;
mod meta_properties;
mod small_file;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{BrokerId, TopicId, TopicPartition};

use crate::buffer_pool::BufferPool;
use crate::figures::Stopwatch;
use checkpoints::Checkpoints;
use deletion::{Aside, Deletions};
pub use error::{FileError, OpenDiskError};
pub use faults::{Crash, Faults, Operation};
pub(crate) use file::{DELETED_SUFFIX, DiskFile, FileKind, file_name};
use file_cache::FileCache;
pub use io::DiskCounters;
use io::Io;
use meta_properties::MetaProperties;
pub(crate) use small_file::Durable;

const LOCK_FILE: &str = ".lock";
const CLEAN_SHUTDOWN_FILE: &str = ".kafka_cleanshutdown";
const CLEAN_SHUTDOWN_TEXT: &[u8] = b"{\"version\":0,\"brokerEpoch\":-1}\n";

/// How to open a data directory.
#[derive(Clone, Debug)]
pub struct DiskOptions {
    /// The most descriptors that segment files may hold. Files in use at the moment of eviction
    /// stay open until their call ends, so leave a few hundred spare.
    pub open_files_max: usize,
    /// `node.id`; a directory that belongs to another node is refused.
    pub node_id: BrokerId,
    /// The cluster id that a fresh directory gets: 16 random bytes.
    pub fresh_cluster_id: TopicId,
    /// The directory id that a fresh directory gets: 16 random bytes.
    pub fresh_directory_id: TopicId,
    /// Faults to inject; tests only.
    pub faults: Option<Arc<Faults>>,
    /// What times flushes and conversions, if anything does.
    pub stopwatch: Option<Arc<dyn Stopwatch>>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    io: Io,
    files: FileCache,
    buffers: Arc<BufferPool>,
    checkpoints: Checkpoints,
    deletions: Deletions,
    meta: MetaProperties,
    stopped_cleanly: bool,
    resident_reads: AtomicBool,
    stopwatch: Option<Arc<dyn Stopwatch>>,
    /// Directories of logs were made since the last sync of the root.
    root_unsynced: Mutex<bool>,
    /// Logs that were opened and neither closed nor deleted.
    open_logs: AtomicUsize,
    /// Unlocked when it is dropped.
    _lock: File,
}

/// An open data directory; clones are the same one.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Shared>);

impl Disk {
    /// Opens a data directory and creates it where it does not exist. Removes the mark of a clean
    /// stop, so that a crash from here on is seen as one. Blocks.
    pub fn open(root: &Path, options: DiskOptions) -> Result<Self, OpenDiskError> {
        let io = Io::new(options.faults.clone());
        Io::create_directory(root).map_err(|e| OpenDiskError::Create(root.into(), e))?;
        let lock = lock(root)?;
        let meta = MetaProperties::load_or_create(&io, root, &options)?;
        let checkpoints = Checkpoints::load(&io, root)?;
        let deletions = Deletions::resume(root)?;
        let marker = root.join(CLEAN_SHUTDOWN_FILE);
        let stopped_cleanly = marker.exists();
        if stopped_cleanly {
            io.remove(&marker)
                .and_then(|()| io.sync_directory(root))
                .map_err(|e| FileError::new("remove", &marker, e))?;
        }
        Ok(Self(Arc::new(Shared {
            root: root.into(),
            io,
            files: FileCache::new(options.open_files_max),
            buffers: BufferPool::new(),
            checkpoints,
            deletions,
            meta,
            stopped_cleanly,
            resident_reads: AtomicBool::new(true),
            stopwatch: options.stopwatch,
            root_unsynced: Mutex::new(false),
            open_logs: AtomicUsize::new(0),
            _lock: lock,
        })))
    }

    /// Where the data lies.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// `cluster.id`: 22 characters, the same for the life of the directory.
    pub fn cluster_id(&self) -> &str {
        &self.0.meta.cluster_id
    }

    /// `directory.id` (KIP-858): 22 characters.
    pub fn directory_id(&self) -> &str {
        &self.0.meta.directory_id
    }

    /// Whether the last owner stopped cleanly: logs are then opened without reading them.
    pub fn stopped_cleanly(&self) -> bool {
        self.0.stopped_cleanly
    }

    /// What went through the disk since it was opened.
    pub fn counters(&self) -> DiskCounters {
        self.0.io.counters()
    }

    /// Segment files that are open, at most.
    pub fn open_files(&self) -> usize {
        self.0.files.open_count()
    }

    /// Every partition that has a directory. Names that are no partition's are left alone.
    pub fn partitions(&self) -> Result<Vec<TopicPartition>, FileError> {
        deletion::partitions(&self.0.root)
    }

    /// Removes deleted logs and segments whose delay is over; gives how many directories and
    /// files were due. Blocks.
    pub fn remove_deleted(&self, now_ms: i64) -> Result<usize, FileError> {
        self.0.deletions.remove_due(now_ms)
    }

    /// Sets a partition's directory aside, to be removed at `due_ms`: for a partition that the
    /// metadata does not know (an open log is deleted with `Log::delete`). Its name is free again
    /// at once. `id` makes the set-aside name unique.
    pub fn delete_partition(
        &self,
        partition: &TopicPartition,
        id: TopicId,
        due_ms: i64,
    ) -> Result<(), FileError> {
        let to = self
            .0
            .root
            .join(deletion::aside_name(partition, id, Aside::Deleted));
        if to.exists() {
            std::fs::remove_dir_all(&to).map_err(|e| FileError::new("remove", &to, e))?;
        }
        self.rename_partition(partition, &to)?;
        self.0.deletions.push(to, due_ms);
        Ok(())
    }

    /// Sets the directory of a partition that no topic owns aside under a name ending in
    /// `-stray`, which nothing here ever removes: what it holds may be all that is left of
    /// somebody's data. `id` makes the name unique; the new path is given.
    pub fn set_stray_aside(
        &self,
        partition: &TopicPartition,
        id: TopicId,
    ) -> Result<PathBuf, FileError> {
        let to = self
            .0
            .root
            .join(deletion::aside_name(partition, id, Aside::Stray));
        self.rename_partition(partition, &to)?;
        Ok(to)
    }

    fn rename_partition(&self, partition: &TopicPartition, to: &Path) -> Result<(), FileError> {
        let from = self.partition_path(partition);
        self.0
            .io
            .rename(&from, to)
            .and_then(|()| self.0.io.sync_directory(&self.0.root))
            .map_err(|e| FileError::new("rename", &from, e))?;
        self.0.checkpoints.forget(partition);
        Ok(())
    }

    /// Writes recovery points and log start offsets, if any changed since the last time. Blocks.
    pub fn checkpoint(&self) -> Result<(), FileError> {
        self.0.checkpoints.write(&self.0.io, &self.0.root)
    }

    /// Writes the checkpoints and marks a clean stop: call it last, after [`Self::close_logs`].
    /// Where a log was not closed, or could not be made durable, there is no mark and the next
    /// start recovers; `false` tells so. Blocks.
    pub fn close(&self) -> Result<bool, FileError> {
        self.checkpoint()?;
        if self.0.open_logs.load(Ordering::Acquire) > 0 {
            return Ok(false);
        }
        let marker = self.0.root.join(CLEAN_SHUTDOWN_FILE);
        self.write_file(&marker, CLEAN_SHUTDOWN_TEXT, Durable::Yes)?;
        Ok(true)
    }

    pub(crate) fn stopwatch(&self) -> Option<&dyn Stopwatch> {
        self.0.stopwatch.as_deref()
    }

    pub(crate) fn log_opened(&self) {
        self.0.open_logs.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn log_closed(&self) {
        self.0.open_logs.fetch_sub(1, Ordering::AcqRel);
    }

    /// Removes a file that has its name for deletion already, at `due_ms`.
    pub(crate) fn remove_later(&self, path: PathBuf, due_ms: i64) {
        self.0.deletions.push(path, due_ms);
    }

    pub(crate) fn partition_path(&self, partition: &TopicPartition) -> PathBuf {
        self.0.root.join(partition.to_string())
    }

    pub(crate) fn checkpoints(&self) -> &Checkpoints {
        &self.0.checkpoints
    }

    pub(crate) fn buffers(&self) -> &Arc<BufferPool> {
        &self.0.buffers
    }

    /// Whether the file system can tell what lies in the page cache.
    pub(crate) fn resident_reads(&self) -> bool {
        self.0.resident_reads.load(Ordering::Relaxed)
    }

    pub(crate) fn disable_resident_reads(&self) {
        self.0.resident_reads.store(false, Ordering::Relaxed);
    }

    pub(crate) fn create_directory(&self, path: &Path) -> Result<(), FileError> {
        Io::create_directory(path).map_err(|e| FileError::new("create", path, e))?;
        self.mark_root_unsynced();
        Ok(())
    }

    /// The directory of a log may not be durable.
    pub(crate) fn mark_root_unsynced(&self) {
        *self.root_unsynced() = true;
    }

    /// Makes the directories of new logs durable, for all of them at once.
    pub(crate) fn sync_root(&self) -> Result<(), FileError> {
        // Held over the sync: who finds nothing to do must not be faster than who does it.
        let mut unsynced = self.root_unsynced();
        if *unsynced {
            self.sync_directory(&self.0.root)?;
            *unsynced = false;
        }
        Ok(())
    }

    fn root_unsynced(&self) -> MutexGuard<'_, bool> {
        let unsynced = self.0.root_unsynced.lock();
        unsynced.unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all that was written so far durable, with one call.
    pub(crate) fn sync_all(&self) -> Result<(), FileError> {
        let root = &self.0.root;
        self.0
            .io
            .sync_file_system(root)
            .map_err(|e| FileError::new("sync", root, e))
    }

    /// Writes a small file that was not there; a crash may leave a part of it.
    pub(crate) fn create_file(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        small_file::create(&self.0.io, path, bytes).map_err(|e| FileError::new("create", path, e))
    }

    pub(crate) fn sync_directory(&self, path: &Path) -> Result<(), FileError> {
        self.0
            .io
            .sync_directory(path)
            .map_err(|e| FileError::new("sync", path, e))
    }

    pub(crate) fn remove_file(&self, path: &Path) -> Result<(), FileError> {
        self.0
            .io
            .remove(path)
            .map_err(|e| FileError::new("remove", path, e))
    }

    /// Replaces a small file as a whole: a reader sees the old or the new one.
    pub(crate) fn write_file(
        &self,
        path: &Path,
        bytes: &[u8],
        durable: Durable,
    ) -> Result<(), FileError> {
        small_file::write(&self.0.io, path, bytes, durable)
    }

    /// Reads a small file; `None` if it is not there.
    pub(crate) fn read_file(&self, path: &Path) -> Result<Option<Vec<u8>>, FileError> {
        small_file::read(&self.0.io, path)
    }

    /// Names in a directory; `None` if it is not there.
    pub(crate) fn list(&self, path: &Path) -> Result<Option<Vec<String>>, FileError> {
        small_file::list(path)
    }

    fn io(&self) -> &Io {
        &self.0.io
    }

    fn files(&self) -> &FileCache {
        &self.0.files
    }
}

fn lock(root: &Path) -> Result<File, OpenDiskError> {
    let path = root.join(LOCK_FILE);
    let file = Io::open(&path)
        .or_else(|_| Io::new(None).create(&path))
        .map_err(|e| OpenDiskError::NotWritable(root.into(), e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenDiskError::Locked(root.into())),
        Err(TryLockError::Error(e)) => Err(OpenDiskError::NotWritable(root.into(), e)),
    }
}

#[cfg(test)]
mod tests;
