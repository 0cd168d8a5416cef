//! Opening a log: what lies in its directory, and which of it can be believed without reading.

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

use model::{TopicId, TopicPartition};

use crate::commit::CommitQueue;
use crate::disk::{DELETED_SUFFIX, Disk, FileError, FileKind, file_name};
use crate::epoch_cache::{EPOCH_FILE, EpochCache};
use crate::figures::Figures;
use crate::flush::FlushError;
use crate::log::{Health, Log, Shared, State};
use crate::offsets::{AtomicOffsets, Watchers};
use crate::partition_metadata::{self, PARTITION_METADATA_FILE, Stored};
use crate::producer_snapshot;
use crate::producer_state::Producers;
use crate::read::ReadPositions;
use crate::recovery::{self, Found};
use crate::segment::{ScanError, Segment};
use crate::settings::{Durability, LogSettings};

/// What opening a log took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The log did not exist.
    pub created: bool,
    /// Bytes of batches that were read and checked, because they may not have reached the device.
    pub checked_bytes: u64,
    /// Bytes that were cut off the end, because they were no whole batches.
    pub truncated_bytes: u64,
}

/// Why a log was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenLogError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// What was recovered could not be made durable.
    #[error("cannot make the recovered partition durable")]
    Flush(#[source] FlushError),
    /// The directory has a format that is not known.
    #[error("{} has a newer format; use the version of the broker that wrote it", .0.display())]
    NewerFormat(std::path::PathBuf),
    /// A segment cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl Log {
    /// Opens the log of a partition, and creates it where it does not exist. A directory of
    /// another incarnation of the topic is set aside to be removed. After a clean stop nothing
    /// but directories is read; after a crash the batches past the recovery point are checked and
    /// the log is cut at the first bad one. Blocks; many logs may be opened in parallel.
    pub fn open(
        disk: &Disk,
        partition: TopicPartition,
        topic_id: TopicId,
        settings: Arc<LogSettings>,
        now_ms: i64,
    ) -> Result<(Self, Recovery), OpenLogError> {
        let directory: Arc<Path> = disk.partition_path(&partition).into();
        let mut names = disk.list(&directory)?;
        if names.is_some() && !belongs(disk, &directory, topic_id)? {
            tracing::info!(%partition, "setting aside the log of a deleted topic of that name");
            disk.delete_partition(&partition, stored_id(disk, &directory)?, now_ms)?;
            names = None;
        }
        if names.is_none() {
            create(disk, &partition, &directory, topic_id)?;
        }
        let contents = Contents::sort(disk, &directory, &names.unwrap_or_default())?;
        let Loaded {
            state,
            recovery,
            start,
            end,
            epochs_changed,
        } = load(disk, &partition, &directory, &contents, &settings, now_ms)?;
        let size_bytes = state.segments.iter().map(Segment::size).sum();
        let figures = Figures::new(state.segments.len(), state.producers.len());
        disk.log_opened();
        let needs_sync = settings.durability == Durability::Sync && state.durable_end < end;
        let log = Self(Arc::new(Shared {
            disk: disk.clone(),
            partition,
            topic_id,
            directory,
            settings: RwLock::new(settings),
            offsets: AtomicOffsets::new(start, end),
            size_bytes: AtomicU64::new(size_bytes),
            figures,
            state: Mutex::new(state),
            watchers: Watchers::default(),
            commits: CommitQueue::default(),
            flushing: Mutex::default(),
        }));
        if epochs_changed {
            log.write_epochs(&log.lock());
        }
        if needs_sync {
            // Nobody may see what a power cut could still take away.
            log.sync_batches().map_err(OpenLogError::Flush)?;
        }
        Ok((log, recovery))
    }
}

fn belongs(disk: &Disk, directory: &Path, topic_id: TopicId) -> Result<bool, OpenLogError> {
    let stored = stored_id(disk, directory)?;
    if stored.is_zero() {
        // Left by a crash between making the directory and this file, or brought by hand.
        write_metadata(disk, directory, topic_id)?;
    }
    Ok(stored.is_zero() || stored == topic_id)
}

/// The topic that a log's directory belongs to, where it tells one.
pub(crate) fn owner(disk: &Disk, directory: &Path) -> Result<Option<TopicId>, FileError> {
    let bytes = disk.read_file(&directory.join(PARTITION_METADATA_FILE))?;
    let stored = bytes.map(|bytes| partition_metadata::parse(&String::from_utf8_lossy(&bytes)));
    Ok(match stored {
        Some(Stored::Id(id)) => Some(id),
        _ => None,
    })
}

/// Zero where the directory does not tell.
fn stored_id(disk: &Disk, directory: &Path) -> Result<TopicId, OpenLogError> {
    let path = directory.join(PARTITION_METADATA_FILE);
    let Some(bytes) = disk.read_file(&path)? else {
        return Ok(TopicId::ZERO);
    };
    match partition_metadata::parse(&String::from_utf8_lossy(&bytes)) {
        Stored::Id(id) => Ok(id),
        Stored::Newer => Err(OpenLogError::NewerFormat(path)),
        Stored::Nothing => Ok(TopicId::ZERO),
    }
}

fn write_metadata(disk: &Disk, directory: &Path, topic_id: TopicId) -> Result<(), FileError> {
    let path = directory.join(PARTITION_METADATA_FILE);
    let text = partition_metadata::text(topic_id);
    disk.create_file(&path, text.as_bytes())
}

fn create(
    disk: &Disk,
    partition: &TopicPartition,
    directory: &Path,
    topic_id: TopicId,
) -> Result<(), FileError> {
    if disk.checkpoints().names_stale(partition) {
        disk.checkpoint()?;
    }
    disk.checkpoints().forget(partition);
    disk.create_directory(directory)?;
    write_metadata(disk, directory, topic_id)
}

/// The files of a log, by what they are.
#[derive(Debug, Default)]
struct Contents {
    /// Base offsets, rising.
    segments: Vec<i64>,
    /// Offsets, rising.
    snapshots: Vec<i64>,
    epochs: bool,
}

impl Contents {
    /// Removes what a crash left half done.
    fn sort(disk: &Disk, directory: &Path, names: &[String]) -> Result<Self, FileError> {
        let mut contents = Self::default();
        let mut indexes = Vec::new();
        for name in names {
            match parse_file_name(name) {
                Some((offset, FileKind::Log)) => contents.segments.push(offset),
                Some((offset, FileKind::Snapshot)) => contents.snapshots.push(offset),
                Some((offset, FileKind::Index | FileKind::TimeIndex)) => {
                    indexes.push((offset, name));
                }
                None if name == EPOCH_FILE => contents.epochs = true,
                None if name.ends_with(DELETED_SUFFIX) || name.ends_with(".tmp") => {
                    disk.remove_file(&directory.join(name))?;
                }
                // Kafka's transaction indexes, and what people put there.
                None => {}
            }
        }
        contents.segments.sort_unstable();
        contents.snapshots.sort_unstable();
        for (offset, name) in indexes {
            if contents.segments.binary_search(&offset).is_err() {
                disk.remove_file(&directory.join(name))?;
            }
        }
        Ok(contents)
    }
}

/// Offset and kind of a file with twenty digits and a known suffix.
fn parse_file_name(name: &str) -> Option<(i64, FileKind)> {
    let (digits, suffix) = name.split_once('.')?;
    let kind = FileKind::ALL.into_iter().find(|k| k.suffix() == suffix)?;
    let offset = digits.parse().ok().filter(|offset| *offset >= 0)?;
    (file_name(offset, kind) == name).then_some((offset, kind))
}

/// A log as its directory gave it.
struct Loaded {
    state: State,
    recovery: Recovery,
    start: i64,
    end: i64,
    epochs_changed: bool,
}

fn load(
    disk: &Disk,
    partition: &TopicPartition,
    directory: &Arc<Path>,
    contents: &Contents,
    settings: &LogSettings,
    now_ms: i64,
) -> Result<Loaded, OpenLogError> {
    let stored_point = disk.checkpoints().recovery_point(partition);
    let stored_start = disk.checkpoints().start_offset(partition);
    let segments = open_segments(disk, directory, contents, stored_start, now_ms)?;
    let is_new = contents.segments.is_empty();
    let first = segments[0].base_offset();
    let active = segments[segments.len() - 1].base_offset();
    let point = stored_point.unwrap_or(0).max(first);
    let snapshot = newest_snapshot(disk, directory, &contents.snapshots, point, now_ms)?;
    // A snapshot is written last in a flush, the checkpoint of recovery points later still.
    let point = point.max(snapshot.offset);
    let mut found = Found {
        segments,
        producers: snapshot.producers,
        producers_end: if snapshot.behind {
            snapshot.offset
        } else {
            point
        },
        epochs: load_epochs(disk, directory, contents)?,
        end: point,
        checked_bytes: 0,
        truncated_bytes: 0,
        epochs_changed: false,
    };
    recovery::roll_forward(&mut found, point, now_ms)?;
    let believed = disk.stopped_cleanly() && stored_point.is_some_and(|point| point >= active);
    if !believed {
        recovery::check(&mut found, partition, settings, point, now_ms)?;
    }
    for segment in &mut found.segments {
        recovery::rebuild_indexes(segment, settings)?;
    }
    let end = found.end;
    let recovery_point = point.min(end);
    let start = stored_start.unwrap_or(first).clamp(first, end);
    let kept = drop_snapshots_after(disk, directory, snapshot.kept, end)?;
    let checkpoints = disk.checkpoints();
    checkpoints.set_recovery_point(partition, recovery_point);
    checkpoints.set_start_offset(partition, (start > first).then_some(start));
    if stored_point > Some(end) || stored_start > Some(end) {
        // What was durable is lost. Offsets past the end will be given anew: the old marks must
        // not be met then.
        disk.checkpoint()?;
    }
    // A flush past the beginning of a segment has synced the directory that names it. Where there
    // was none, the process may have been killed before: the names may still be lost.
    let directory_unsynced = recovery_point <= active.min(end);
    if directory_unsynced {
        disk.mark_root_unsynced();
    }
    Ok(Loaded {
        start,
        end,
        epochs_changed: found.epochs_changed,
        recovery: Recovery {
            created: is_new,
            checked_bytes: found.checked_bytes,
            truncated_bytes: found.truncated_bytes,
        },
        state: State {
            segments: found.segments,
            producers: found.producers,
            snapshots: kept,
            epochs: found.epochs,
            health: Health::Open,
            durable_end: recovery_point,
            recovery_point,
            last_flush_ms: now_ms,
            last_append_ms: now_ms,
            rolled: false,
            directory_unsynced,
            read_positions: ReadPositions::default(),
        },
    })
}

/// At least one segment.
fn open_segments(
    disk: &Disk,
    directory: &Arc<Path>,
    contents: &Contents,
    stored_start: Option<i64>,
    now_ms: i64,
) -> Result<Vec<Segment>, FileError> {
    let open = |base: &i64| Segment::open(disk, directory, *base, now_ms);
    let opened: Result<Vec<_>, _> = contents.segments.iter().map(open).collect();
    opened
        .and_then(|mut segments| {
            if segments.is_empty() {
                let base = stored_start.unwrap_or(0);
                segments.push(Segment::create(disk, directory, base, now_ms)?);
            }
            Ok(segments)
        })
        .map_err(|e| FileError::new("open a segment in", directory, e))
}

fn load_epochs(
    disk: &Disk,
    directory: &Path,
    contents: &Contents,
) -> Result<EpochCache, FileError> {
    if !contents.epochs {
        return Ok(EpochCache::default());
    }
    let path = directory.join(EPOCH_FILE);
    let bytes = disk.read_file(&path)?.unwrap_or_default();
    let parsed = EpochCache::parse(&String::from_utf8_lossy(&bytes));
    Ok(parsed.unwrap_or_else(|error| {
        // It is not synced. Old epochs are then unknown, which clients take for "no news".
        tracing::warn!(path = %path.display(), %error, "ignoring damaged leader epochs");
        EpochCache::default()
    }))
}

#[derive(Debug, Default)]
struct Snapshot {
    producers: Producers,
    offset: i64,
    /// A newer one could not be read: batches from its offset on must be looked at again.
    behind: bool,
    /// Offsets of the snapshots that stay on disk.
    kept: Vec<i64>,
}

/// The newest readable snapshot. `point` is up to where the log was flushed at least.
fn newest_snapshot(
    disk: &Disk,
    directory: &Path,
    offsets: &[i64],
    point: i64,
    now_ms: i64,
) -> Result<Snapshot, FileError> {
    let mut newest = Snapshot {
        kept: offsets.to_vec(),
        ..Snapshot::default()
    };
    while let Some(offset) = newest.kept.last().copied() {
        let path = directory.join(file_name(offset, FileKind::Snapshot));
        let bytes = disk.read_file(&path)?.unwrap_or_default();
        match producer_snapshot::decode(&bytes, now_ms) {
            Ok(producers) => {
                newest.producers = producers;
                newest.offset = offset;
                break;
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "ignoring a damaged snapshot");
                newest.behind |= offset <= point;
                newest.kept.pop();
                disk.remove_file(&path)?;
            }
        }
    }
    Ok(newest)
}

/// Removes snapshots of what is not in the log any more; gives the offsets of the others.
fn drop_snapshots_after(
    disk: &Disk,
    directory: &Path,
    mut offsets: Vec<i64>,
    end: i64,
) -> Result<Vec<i64>, FileError> {
    while let Some(offset) = offsets.pop_if(|offset| *offset > end) {
        disk.remove_file(&directory.join(file_name(offset, FileKind::Snapshot)))?;
    }
    Ok(offsets)
}
