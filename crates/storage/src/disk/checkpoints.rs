//! Up to where each log is durable, and where it starts: kept here in memory, written as two
//! files of the data directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::TopicPartition;

use super::error::{FileError, OpenDiskError};
use super::io::Io;
use super::small_file::{self, Durable};
use crate::checkpoint;

const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
const START_OFFSETS: &str = "log-start-offset-checkpoint";

#[derive(Debug, Default)]
struct Entries {
    recovery_points: BTreeMap<TopicPartition, i64>,
    start_offsets: BTreeMap<TopicPartition, i64>,
    recovery_points_changed: bool,
    start_offsets_changed: bool,
    /// Deleted logs that the files may still name.
    forgotten: BTreeSet<TopicPartition>,
}

#[derive(Debug)]
pub(crate) struct Checkpoints {
    entries: Mutex<Entries>,
    /// Held over a write, so that an older state never replaces a newer one.
    writing: Mutex<()>,
}

impl Checkpoints {
    pub(super) fn load(io: &Io, root: &Path) -> Result<Self, OpenDiskError> {
        let entries = Entries {
            recovery_points: load(io, &root.join(RECOVERY_POINTS))?,
            start_offsets: load(io, &root.join(START_OFFSETS))?,
            ..Entries::default()
        };
        Ok(Self {
            entries: Mutex::new(entries),
            writing: Mutex::default(),
        })
    }

    pub(crate) fn recovery_point(&self, partition: &TopicPartition) -> Option<i64> {
        self.lock().recovery_points.get(partition).copied()
    }

    pub(crate) fn start_offset(&self, partition: &TopicPartition) -> Option<i64> {
        self.lock().start_offsets.get(partition).copied()
    }

    pub(crate) fn set_recovery_point(&self, partition: &TopicPartition, offset: i64) {
        let mut entries = self.lock();
        let old = entries.recovery_points.insert(partition.clone(), offset);
        entries.recovery_points_changed |= old != Some(offset);
    }

    /// `None`: the log starts with its first segment.
    pub(crate) fn set_start_offset(&self, partition: &TopicPartition, offset: Option<i64>) {
        let mut entries = self.lock();
        let old = match offset {
            Some(offset) => entries.start_offsets.insert(partition.clone(), offset),
            None => entries.start_offsets.remove(partition),
        };
        entries.start_offsets_changed |= old != offset;
    }

    /// A log is gone.
    pub(crate) fn forget(&self, partition: &TopicPartition) {
        let mut entries = self.lock();
        let point = entries.recovery_points.remove(partition).is_some();
        let start = entries.start_offsets.remove(partition).is_some();
        entries.recovery_points_changed |= point;
        entries.start_offsets_changed |= start;
        if point || start {
            entries.forgotten.insert(partition.clone());
        }
    }

    /// Whether the files may hold offsets of an earlier log of that name. A new one must not begin
    /// before they are written: after a crash they would be taken for its own.
    pub(crate) fn names_stale(&self, partition: &TopicPartition) -> bool {
        self.lock().forgotten.contains(partition)
    }

    pub(super) fn write(&self, io: &Io, root: &Path) -> Result<(), FileError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (points, starts, forgotten) = {
            let mut entries = self.lock();
            let points = std::mem::take(&mut entries.recovery_points_changed)
                .then(|| text(&entries.recovery_points));
            let starts = std::mem::take(&mut entries.start_offsets_changed)
                .then(|| text(&entries.start_offsets));
            (points, starts, entries.forgotten.clone())
        };
        let written = write_if(io, &root.join(START_OFFSETS), starts.as_deref())
            .and_then(|()| write_if(io, &root.join(RECOVERY_POINTS), points.as_deref()));
        let mut entries = self.lock();
        if written.is_ok() {
            entries.forgotten.retain(|p| !forgotten.contains(p));
        } else {
            entries.recovery_points_changed |= points.is_some();
            entries.start_offsets_changed |= starts.is_some();
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(offsets: &BTreeMap<TopicPartition, i64>) -> String {
    checkpoint::format(offsets.iter(), checkpoint::put_partition_offset)
}

fn write_if(io: &Io, path: &Path, text: Option<&str>) -> Result<(), FileError> {
    match text {
        Some(text) => small_file::write(io, path, text.as_bytes(), Durable::Yes),
        None => Ok(()),
    }
}

fn load(io: &Io, path: &Path) -> Result<BTreeMap<TopicPartition, i64>, OpenDiskError> {
    let Some(bytes) = small_file::read(io, path)? else {
        return Ok(BTreeMap::new());
    };
    let entries = checkpoint::parse(
        &String::from_utf8_lossy(&bytes),
        checkpoint::parse_partition_offset,
    );
    match entries {
        Ok(entries) => Ok(entries.into_iter().collect()),
        Err(e) => Err(OpenDiskError::Invalid {
            path: path.into(),
            reason: e.to_string(),
        }),
    }
}
