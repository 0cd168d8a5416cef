//! Directories of partitions: their names, and the removal of those whose partition was deleted,
//! and of segments that retention took.
//!
//! What is deleted is renamed first, so that its name is free at once and an interrupted
//! removal is resumed at the next start.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{PartitionIndex, TopicId, TopicName, TopicPartition};

use super::error::FileError;
use super::small_file;

const DELETED: &str = "-delete";
/// Ends the name of a directory that no topic owns.
const STRAY: &str = "-stray";
/// The longest file name that Linux file systems take.
const FILE_NAME_BYTES_MAX: usize = 255;

#[derive(Debug)]
pub(super) struct Deletions(Mutex<Vec<(PathBuf, i64)>>);

impl Deletions {
    /// Finds what an earlier process did not get to remove; it is due at once.
    pub(super) fn resume(root: &Path) -> Result<Self, FileError> {
        let names = small_file::list(root)?.unwrap_or_default();
        let left = names.iter().filter(|name| name.ends_with(DELETED));
        let due = left.map(|name| (root.join(name), i64::MIN)).collect();
        Ok(Self(Mutex::new(due)))
    }

    pub(super) fn push(&self, path: PathBuf, due_ms: i64) {
        self.lock().push((path, due_ms));
    }

    pub(super) fn remove_due(&self, now_ms: i64) -> Result<usize, FileError> {
        let due: Vec<_> = self
            .lock()
            .extract_if(.., |(_, due)| *due <= now_ms)
            .collect();
        let count = due.len();
        let mut first_error = None;
        for (path, due_ms) in due {
            let removed = match path.is_dir() {
                true => std::fs::remove_dir_all(&path),
                false => std::fs::remove_file(&path),
            };
            match removed {
                Ok(()) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => {
                    first_error.get_or_insert(FileError::new("remove", &path, e));
                    self.push(path, due_ms);
                }
            }
        }
        first_error.map_or(Ok(count), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(PathBuf, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a directory that is set aside ends with, by what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// It is removed when it is due.
    Deleted,
    /// It stays until a person looks at it.
    Stray,
}

/// `TOPIC-PARTITION.ID-delete` or `-stray`, the topic cut where the name would be too long.
pub(super) fn aside_name(partition: &TopicPartition, id: TopicId, aside: Aside) -> String {
    let id = u128::from_be_bytes(id.0);
    let ending = match aside {
        Aside::Deleted => DELETED,
        Aside::Stray => STRAY,
    };
    let suffix = format!("-{}.{id:032x}{ending}", partition.partition);
    let topic = partition.topic.as_str();
    let kept = topic.len().min(FILE_NAME_BYTES_MAX - suffix.len());
    // Topic names are ASCII.
    format!("{}{suffix}", &topic[..kept])
}

pub(super) fn partitions(root: &Path) -> Result<Vec<TopicPartition>, FileError> {
    let names = small_file::list(root)?.unwrap_or_default();
    Ok(names.iter().filter_map(|name| parse_name(name)).collect())
}

/// The partition whose directory has that name; its log may have other names beside it.
pub(super) fn parse_name(name: &str) -> Option<TopicPartition> {
    let (topic, partition) = name.rsplit_once('-')?;
    let topic = TopicName::new(topic).ok()?;
    let index: i32 = partition.parse().ok().filter(|index| *index >= 0)?;
    let partition = TopicPartition {
        topic,
        partition: PartitionIndex(index),
    };
    // Neither `a-007` nor `a-+7` is what we would write.
    (partition.to_string() == name).then_some(partition)
}
