//! An index file of fixed-size entries with rising keys, and the entries not written to it yet.
//!
//! Entries gather in memory and are written 512 at a time, so that an idle log holds none and a
//! busy one writes its index once every 2 MiB. The file is derived data: when writing it fails,
//! the entries wait for the next try, and an index that makes no sense is built anew from the log.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::disk::{Disk, DiskFile, FileKind};

/// Entries that gather before they are written: one page of offset entries.
const PENDING_MAX: usize = 512;
/// A binary search in the file ends with one read of at most so many entries.
const BLOCK_ENTRIES: u32 = 256;

/// A fixed-size record of an index.
pub(crate) trait Entry: Copy + PartialEq {
    /// Bytes in the file.
    const BYTES: usize;
    /// Which file it is.
    const KIND: FileKind;

    fn put(self, out: &mut Vec<u8>);
    fn take(bytes: &[u8]) -> Option<Self>;
    /// What entries are ordered by.
    fn key(self) -> i64;
}

#[derive(Debug)]
pub(crate) struct SparseIndex<E> {
    file: DiskFile,
    persisted: u32,
    pending: Vec<E>,
    unsynced: bool,
}

/// The part of an index that lies in its file, for searches outside the log's lock.
#[derive(Clone, Debug)]
pub(crate) struct PersistedIndex<E> {
    file: DiskFile,
    entries: u32,
    entry: std::marker::PhantomData<E>,
}

impl<E: Entry> SparseIndex<E> {
    /// An index without entries. Its file is made when the first ones are written.
    pub(crate) fn empty(disk: &Disk, directory: &Arc<Path>, base_offset: i64) -> Self {
        Self {
            file: DiskFile::new(disk, directory, base_offset, E::KIND),
            persisted: 0,
            pending: Vec::new(),
            unsynced: false,
        }
    }

    /// An index with what is in its file; a half entry at its end is ignored.
    pub(crate) fn open(disk: &Disk, directory: &Arc<Path>, base_offset: i64) -> io::Result<Self> {
        let mut index = Self::empty(disk, directory, base_offset);
        match index.file.size() {
            Ok(bytes) => index.persisted = u32::try_from(bytes / E::BYTES as u64).unwrap_or(0),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        Ok(index)
    }

    /// How many entries there are.
    pub(crate) fn count(&self) -> usize {
        self.persisted as usize + self.pending.len()
    }

    /// The entry with the greatest key.
    pub(crate) fn last(&self) -> io::Result<Option<E>> {
        match self.pending.last() {
            Some(entry) => Ok(Some(*entry)),
            None => self.persisted().last(),
        }
    }

    /// Adds an entry whose key is greater than every other.
    pub(crate) fn append(&mut self, entry: E) {
        self.pending.push(entry);
        if self.pending.len().is_multiple_of(PENDING_MAX) {
            // They stay in memory where the disk is full; a later try writes them.
            let _ = self.persist();
        }
    }

    /// Writes what is not in the file yet.
    pub(crate) fn persist(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.pending.len() * E::BYTES);
        for entry in &self.pending {
            entry.put(&mut bytes);
        }
        let position = u64::from(self.persisted) * E::BYTES as u64;
        self.file.write_or_create(&bytes, position)?;
        self.persisted += self.pending.len() as u32;
        self.pending = Vec::new();
        self.unsynced = true;
        Ok(())
    }

    /// The file, if it has something to be synced; from now on it counts as synced.
    pub(crate) fn take_unsynced(&mut self) -> Option<DiskFile> {
        std::mem::take(&mut self.unsynced).then(|| self.file.clone())
    }

    /// Keeps the entries up to the first that `keep` refuses; the file is cut.
    pub(crate) fn truncate(&mut self, keep: impl Fn(E) -> bool) -> io::Result<()> {
        let kept = self.pending.partition_point(|e| keep(*e));
        self.pending.truncate(kept);
        if kept > 0 || self.persisted == 0 {
            return Ok(());
        }
        let kept = self.persisted().partition_point(&keep)?;
        if kept < self.persisted {
            self.file.set_size(u64::from(kept) * E::BYTES as u64)?;
            self.persisted = kept;
            self.unsynced = true;
        }
        Ok(())
    }

    /// The entry with the greatest key up to `key` among those in memory.
    pub(crate) fn floor_pending(&self, key: i64) -> Option<E> {
        let after = self.pending.partition_point(|e| e.key() <= key);
        after.checked_sub(1).map(|at| self.pending[at])
    }

    pub(crate) fn persisted(&self) -> PersistedIndex<E> {
        PersistedIndex {
            file: self.file.clone(),
            entries: self.persisted,
            entry: std::marker::PhantomData,
        }
    }

    pub(crate) fn file(&self) -> &DiskFile {
        &self.file
    }
}

impl<E: Entry> PersistedIndex<E> {
    pub(crate) fn floor(&self, key: i64) -> io::Result<Option<E>> {
        let after = self.partition_point(|e| e.key() <= key)?;
        match after.checked_sub(1) {
            Some(at) => Ok(self.read(at, 1)?.first().copied()),
            None => Ok(None),
        }
    }

    fn last(&self) -> io::Result<Option<E>> {
        match self.entries.checked_sub(1) {
            Some(at) => Ok(self.read(at, 1)?.first().copied()),
            None => Ok(None),
        }
    }

    /// How many entries from the first on fulfil `predicate`.
    fn partition_point(&self, predicate: impl Fn(E) -> bool) -> io::Result<u32> {
        let (mut low, mut high) = (0, self.entries);
        while high - low > BLOCK_ENTRIES {
            let middle = low + (high - low) / 2;
            if self.read(middle, 1)?.first().is_some_and(|e| predicate(*e)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let block = self.read(low, high - low)?;
        Ok(low + block.partition_point(|e| predicate(*e)) as u32)
    }

    fn read(&self, first: u32, count: u32) -> io::Result<Vec<E>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut bytes = vec![0; count as usize * E::BYTES];
        let read = self
            .file
            .read_at(&mut bytes, u64::from(first) * E::BYTES as u64)?;
        let whole = bytes[..read].chunks_exact(E::BYTES);
        Ok(whole.filter_map(E::take).collect())
    }
}

#[cfg(test)]
mod tests;
