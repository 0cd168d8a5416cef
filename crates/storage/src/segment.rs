//! One segment of a log: a file of batches with its two indexes.
//!
//! A segment does not decide: when to roll, to flush or to go is the log's business. Its log file
//! is the truth, the indexes are derived from it.

mod lookup;
mod scan;

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use records::BatchHeader;

use crate::disk::{Disk, DiskFile, FileKind};
use crate::index::{OffsetEntry, OffsetIndex};
use crate::settings::LogSettings;
use crate::time_index::{TimeEntry, TimeIndex};
use lookup::Floor;
pub(crate) use lookup::{Lookup, TimeLookup};
pub use scan::ScanError;
pub(crate) use scan::{FoundBatch, HeaderScan};

/// Positions are 31 bits wide, as in Kafka's index.
pub(crate) const SEGMENT_BYTES_MAX: u64 = i32::MAX as u64;

/// A segment up to this size gets no time index: four reads find its greatest timestamp. Idle and
/// small partitions, of which there are most, have a file less to create and to sync.
const TIME_INDEX_SIZE_MIN: u64 = 16 << 10;

/// What a segment knows about time; loaded when it is asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    /// Greatest timestamp of the first batch: the age of the segment counts from it.
    first_ms: Option<i64>,
    max: Option<TimeEntry>,
    /// Timestamp of the last entry of the time index.
    indexed_ms: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Segment {
    base_offset: i64,
    log: DiskFile,
    size: u64,
    index: OffsetIndex,
    time_index: TimeIndex,
    times: Option<Times>,
    created_ms: i64,
    bytes_since_index: u64,
    log_unsynced: bool,
    index_stale: bool,
}

/// What is about to be appended, as far as rolling depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) bytes: u64,
    pub(crate) max_timestamp_ms: i64,
    pub(crate) last_offset: i64,
}

impl Segment {
    /// A new, empty segment; its log file is created.
    pub(crate) fn create(
        disk: &Disk,
        directory: &Arc<Path>,
        base_offset: i64,
        now_ms: i64,
    ) -> io::Result<Self> {
        let log = DiskFile::new(disk, directory, base_offset, FileKind::Log);
        log.create()?;
        Ok(Self {
            base_offset,
            log,
            size: 0,
            index: OffsetIndex::empty(disk, directory, base_offset),
            time_index: TimeIndex::empty(disk, directory, base_offset),
            times: Some(Times::default()),
            created_ms: now_ms,
            bytes_since_index: 0,
            log_unsynced: true,
            index_stale: false,
        })
    }

    /// A segment that exists. Nothing is read.
    pub(crate) fn open(
        disk: &Disk,
        directory: &Arc<Path>,
        base_offset: i64,
        now_ms: i64,
    ) -> io::Result<Self> {
        let log = DiskFile::new(disk, directory, base_offset, FileKind::Log);
        let size = log.size()?;
        Ok(Self {
            base_offset,
            log,
            size,
            index: OffsetIndex::open(disk, directory, base_offset)?,
            time_index: TimeIndex::open(disk, directory, base_offset)?,
            times: (size == 0).then(Times::default),
            created_ms: now_ms,
            bytes_since_index: 0,
            log_unsynced: false,
            index_stale: false,
        })
    }

    pub(crate) fn base_offset(&self) -> i64 {
        self.base_offset
    }

    /// Bytes of batches.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn log(&self) -> &DiskFile {
        &self.log
    }

    pub(crate) fn index(&self) -> &OffsetIndex {
        &self.index
    }

    /// Bytes of the segment and its indexes on disk.
    pub(crate) fn files(&self) -> [&DiskFile; 3] {
        [&self.log, self.index.file(), self.time_index.file()]
    }

    /// Whether `incoming` must go to a new segment, by Kafka's rules. After [`Self::load`].
    pub(crate) fn must_roll(
        &self,
        incoming: Incoming,
        settings: &LogSettings,
        jitter_ms: i64,
        now_ms: i64,
    ) -> bool {
        if self.size == 0 {
            return false;
        }
        let bytes_max = u64::from(settings.segment_bytes).min(SEGMENT_BYTES_MAX);
        let relative_offset_max = i64::from(i32::MAX);
        let index_bytes = settings.segment_index_bytes as usize;
        if self.size + incoming.bytes > bytes_max
            || incoming.last_offset - self.base_offset > relative_offset_max
            || self.index.count() >= index_bytes / 8
            || self.time_index.count() + 1 >= index_bytes / 12
        {
            return true;
        }
        let first_ms = self.times.and_then(|times| times.first_ms);
        let age_ms = match first_ms {
            Some(first_ms) => incoming.max_timestamp_ms.saturating_sub(first_ms),
            None => now_ms.saturating_sub(self.created_ms),
        };
        age_ms > settings.segment_ms.saturating_sub(jitter_ms)
    }

    /// Writes batches at the end. After an error the file is as it was, or `Err(Some(_))` is what
    /// kept it from being so.
    pub(crate) fn write(
        &mut self,
        slices: &mut [IoSlice<'_>],
    ) -> Result<(), (io::Error, Option<io::Error>)> {
        self.log
            .write_at(slices, self.size)
            .map_err(|e| (e, self.log.set_size(self.size).err()))
    }

    /// Takes note of the batch at the end of what is noted so far: it lies in the file, and
    /// `header` has its final offsets. Nothing can fail: [`Self::load`] came before.
    pub(crate) fn note(&mut self, header: &BatchHeader, index_interval_bytes: u32) {
        let relative_offset = self.relative(header.last_offset());
        let timestamp_ms = header.max_timestamp;
        let times = self.times.get_or_insert_default();
        if timestamp_ms >= 0 {
            if self.size == 0 {
                times.first_ms = Some(timestamp_ms);
            }
            if times.max.is_none_or(|max| max.timestamp_ms < timestamp_ms) {
                times.max = Some(TimeEntry {
                    timestamp_ms,
                    relative_offset,
                });
            }
        }
        if self.bytes_since_index > u64::from(index_interval_bytes) {
            self.index.append(OffsetEntry {
                relative_offset,
                position: self.size as u32,
            });
            self.index_time();
            self.bytes_since_index = 0;
        }
        let bytes = header.total_bytes() as u64;
        self.size += bytes;
        self.bytes_since_index += bytes;
        self.log_unsynced = true;
        self.index_stale = true;
    }

    /// Offset and time of the batch with the greatest timestamp: its last offset.
    pub(crate) fn max_timestamp(&mut self) -> Result<Option<(i64, i64)>, ScanError> {
        let base = self.base_offset;
        let max = self.times()?.max;
        Ok(max.map(|max| (max.timestamp_ms, base + i64::from(max.relative_offset))))
    }

    /// When the segment was last of use to somebody, for retention.
    pub(crate) fn newest_ms(&mut self) -> Result<i64, ScanError> {
        let created_ms = self.created_ms;
        Ok(self.times()?.max.map_or(created_ms, |max| max.timestamp_ms))
    }

    /// Writes the indexes, the greatest timestamp so far last. A time index without an entry says
    /// nothing, one with any says all.
    pub(crate) fn persist_indexes(&mut self) -> io::Result<()> {
        if !self.index_stale {
            return Ok(());
        }
        if self.time_index.count() > 0 || self.size > TIME_INDEX_SIZE_MIN {
            self.index_time();
        }
        self.index.persist()?;
        self.time_index.persist()?;
        self.index_stale = false;
        Ok(())
    }

    /// The log file, if it has something to be synced; it counts as synced from now on.
    pub(crate) fn take_unsynced_log(&mut self) -> Option<DiskFile> {
        std::mem::take(&mut self.log_unsynced).then(|| self.log.clone())
    }

    /// The index files with something to be synced; they count as synced from now on.
    pub(crate) fn take_unsynced_indexes(&mut self) -> impl Iterator<Item = DiskFile> {
        let offsets = self.index.take_unsynced();
        offsets.into_iter().chain(self.time_index.take_unsynced())
    }

    /// Forgets what the indexes say from `offset` at `position` on, to be noted again.
    pub(crate) fn rewind(&mut self, offset: i64, position: u64) -> io::Result<()> {
        let relative_offset = u32::try_from(offset - self.base_offset).unwrap_or(0);
        self.index.truncate(|e| {
            e.relative_offset < relative_offset && u64::from(e.position) < position
        })?;
        self.time_index
            .truncate(|e| e.relative_offset < relative_offset)?;
        self.times = (position == 0).then(Times::default);
        self.size = position;
        self.bytes_since_index = 0;
        Ok(())
    }

    /// Cuts the file where what was noted ends.
    pub(crate) fn cut(&mut self) -> io::Result<()> {
        self.log_unsynced = true;
        self.index_stale = true;
        self.log.set_size(self.size)
    }

    /// Finds the batch that holds `offset`, or the first one after it.
    pub(crate) fn lookup(&self, offset: i64) -> Lookup {
        let relative = offset - self.base_offset;
        Lookup {
            offset,
            file: self.log.clone(),
            end: self.size,
            base_offset: self.base_offset,
            floor: if relative <= 0 {
                Floor::Known(0)
            } else {
                match self.index.floor_pending(relative) {
                    Some(entry) => Floor::Known(u64::from(entry.position)),
                    None => Floor::InFile(self.index.persisted()),
                }
            },
        }
    }

    /// Finds the first batch from `offset` on that may have that timestamp or a later one.
    pub(crate) fn lookup_time(&self, offset: i64, timestamp_ms: i64) -> TimeLookup {
        // An entry of an earlier time says that nothing up to its offset is what is looked for.
        let earlier_ms = timestamp_ms.saturating_sub(1);
        TimeLookup {
            earlier_ms,
            floor: self.time_index.floor_pending(earlier_ms),
            index: self.time_index.persisted(),
            file: self.log.clone(),
            base_offset: self.base_offset,
            offset,
        }
    }

    /// Has what [`Self::note`] needs: reads the first batch and the last index entry, once.
    pub(crate) fn load(&mut self) -> Result<(), ScanError> {
        self.times().map(drop)
    }

    fn times(&mut self) -> Result<Times, ScanError> {
        let times = match self.times {
            Some(times) => times,
            None => self.load_times()?,
        };
        self.times = Some(times);
        Ok(times)
    }

    /// From the first batch and the last index entry; from all batches where there is no index.
    fn load_times(&self) -> Result<Times, ScanError> {
        let mut batches = HeaderScan::new(&self.log, 0, self.size);
        let first = batches.next().transpose()?;
        let first_ms = first.map(|batch| batch.header.max_timestamp);
        let mut times = Times {
            first_ms: first_ms.filter(|ms| *ms >= 0),
            max: self.time_index.last().map_err(|source| ScanError::Io {
                path: self.time_index.file().path(),
                source,
            })?,
            indexed_ms: None,
        };
        times.indexed_ms = times.max.map(|max| max.timestamp_ms);
        if times.max.is_some() {
            return Ok(times);
        }
        for batch in HeaderScan::new(&self.log, 0, self.size) {
            let header = batch?.header;
            let timestamp_ms = header.max_timestamp;
            if timestamp_ms >= 0 && times.max.is_none_or(|max| max.timestamp_ms < timestamp_ms) {
                times.max = Some(TimeEntry {
                    timestamp_ms,
                    relative_offset: self.relative(header.last_offset()),
                });
            }
        }
        Ok(times)
    }

    /// Adds the greatest timestamp to the time index, if it is greater than the last one there.
    fn index_time(&mut self) {
        let Some(times) = &mut self.times else { return };
        let Some(max) = times.max else { return };
        if times.indexed_ms.is_none_or(|last| last < max.timestamp_ms) {
            times.indexed_ms = Some(max.timestamp_ms);
            self.time_index.append(max);
        }
    }

    fn relative(&self, offset: i64) -> u32 {
        // Whoever appends rolls before an offset is too far from the base.
        u32::try_from(offset - self.base_offset).unwrap_or(u32::MAX)
    }
}
