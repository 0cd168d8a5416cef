//! Finding records by time, for ListOffsets. Reads indexes and batches, on a blocking thread.

use model::LeaderEpoch;
use records::{Batch, BatchError, Limits, RecordError, TimestampType};

use crate::disk::DiskFile;
use crate::log::{Health, Log};
use crate::segment::{FoundBatch, HeaderScan, ScanError};

/// A record found by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampedOffset {
    /// Where it is.
    pub offset: i64,
    /// Its timestamp.
    pub timestamp_ms: i64,
    /// The epoch that it was appended in.
    pub leader_epoch: LeaderEpoch,
}

/// Why a search by time failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The log was closed or its topic deleted.
    #[error("the partition is gone")]
    Closed,
    /// The records of a batch cannot be decoded; the offset of the batch.
    #[error("the batch at offset {0} cannot be decoded")]
    Records(i64, #[source] RecordError),
    /// A segment cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl Log {
    /// The first committed record with this timestamp or a later one, if there is any.
    pub async fn offset_for_timestamp(
        &self,
        timestamp_ms: i64,
    ) -> Result<Option<TimestampedOffset>, SearchError> {
        let log = self.clone();
        blocking(move || log.search_timestamp(timestamp_ms)).await
    }

    /// The committed record with the greatest timestamp, the first of several; `None` if there is
    /// no record with a timestamp.
    pub async fn max_timestamp(&self) -> Result<Option<TimestampedOffset>, SearchError> {
        let log = self.clone();
        blocking(move || log.search_max_timestamp()).await
    }

    fn search_timestamp(&self, target_ms: i64) -> Result<Option<TimestampedOffset>, SearchError> {
        let offsets = self.0.offsets.load();
        let mut from = offsets.start;
        while let Some(search) = self.next_segment(from, target_ms)? {
            for batch in HeaderScan::new(&search.file, search.position, search.end) {
                let batch = batch?;
                let header = &batch.header;
                if header.base_offset >= offsets.high_watermark {
                    return Ok(None);
                }
                if header.max_timestamp < target_ms || header.last_offset() < offsets.start {
                    continue;
                }
                let batch = read_batch(&search.file, batch)?;
                let found = first_in_batch(&batch, target_ms, offsets.start)
                    .map_err(|e| SearchError::Records(batch.header.base_offset, e))?;
                if let Some(found) = found {
                    return Ok(Some(stamped(found, &batch)));
                }
            }
            match search.next_base {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(None)
    }

    fn search_max_timestamp(&self) -> Result<Option<TimestampedOffset>, SearchError> {
        let lookup = {
            let mut state = self.lock();
            if state.health == Health::Closed {
                return Err(SearchError::Closed);
            }
            let mut greatest: Option<(i64, i64, usize)> = None;
            for (at, segment) in state.segments.iter_mut().enumerate() {
                if let Some((ms, offset)) = segment.max_timestamp()?
                    && greatest.is_none_or(|(max, ..)| max < ms)
                {
                    greatest = Some((ms, offset, at));
                }
            }
            let Some((_, offset, at)) = greatest else {
                return Ok(None);
            };
            let segment = &state.segments[at];
            (segment.lookup(offset), segment.log().clone())
        };
        let (lookup, file) = lookup;
        let Some(batch) = lookup.run()? else {
            return Ok(None);
        };
        let batch = read_batch(&file, batch)?;
        let found = records::max_timestamp_record(&batch, Limits::default())
            .map_err(|e| SearchError::Records(batch.header.base_offset, e))?;
        let committed = self.0.offsets.load().high_watermark;
        let found = found.filter(|found| found.offset < committed);
        Ok(found.map(|found| stamped(found, &batch)))
    }

    /// The first segment from the one that holds `from` on with a timestamp of the target or
    /// later, and where in it to begin.
    fn next_segment(&self, from: i64, target_ms: i64) -> Result<Option<Search>, SearchError> {
        let mut state = self.lock();
        if state.health == Health::Closed {
            return Err(SearchError::Closed);
        }
        let mut at = state.segment_of(from);
        while let Some(segment) = state.segments.get_mut(at) {
            at += 1;
            let newest = segment.max_timestamp()?;
            if newest.is_none_or(|(newest_ms, _)| newest_ms < target_ms) {
                continue;
            }
            let time = segment.lookup_time(from, target_ms);
            // What follows reads the disk: without the lock.
            drop(state);
            let offset = time.run()?;
            let state = self.lock();
            let at = state.segment_of(offset);
            let segment = &state.segments[at];
            let next_base = state.segments.get(at + 1).map(|next| next.base_offset());
            let (lookup, file, end) = (
                segment.lookup(offset),
                segment.log().clone(),
                segment.size(),
            );
            drop(state);
            let first = lookup.run()?;
            return Ok(Some(Search {
                position: first.map_or(end, |batch| batch.position),
                end,
                next_base,
                file,
            }));
        }
        Ok(None)
    }
}

/// The first record from `start` on with that time or a later one.
fn first_in_batch(
    batch: &Batch,
    target_ms: i64,
    start: i64,
) -> Result<Option<records::TimestampedOffset>, RecordError> {
    let header = &batch.header;
    if header.base_offset >= start {
        return records::find_timestamp(batch, target_ms, Limits::default());
    }
    // Records of it were deleted: those are not the answer.
    for record in records::records(batch, Limits::default())? {
        let record = record?;
        let offset = record.offset(header);
        let timestamp_ms = match header.attributes.timestamp_type() {
            TimestampType::CreateTime => {
                header.base_timestamp.saturating_add(record.timestamp_delta)
            }
            TimestampType::LogAppendTime => header.max_timestamp,
        };
        if offset >= start && timestamp_ms >= target_ms {
            return Ok(Some(records::TimestampedOffset {
                offset,
                timestamp_ms,
            }));
        }
    }
    Ok(None)
}

struct Search {
    file: DiskFile,
    position: u64,
    end: u64,
    next_base: Option<i64>,
}

fn stamped(found: records::TimestampedOffset, batch: &Batch) -> TimestampedOffset {
    TimestampedOffset {
        offset: found.offset,
        timestamp_ms: found.timestamp_ms,
        leader_epoch: LeaderEpoch(batch.header.partition_leader_epoch),
    }
}

fn read_batch(file: &DiskFile, found: FoundBatch) -> Result<Batch, ScanError> {
    let needed = found.header.total_bytes();
    let mut bytes = vec![0; needed];
    let present = file
        .read_at(&mut bytes, found.position)
        .map_err(|source| ScanError::Io {
            path: file.path(),
            source,
        })?;
    let corrupt = |source| ScanError::Corrupt {
        path: file.path(),
        position: found.position,
        source,
    };
    if present < needed {
        return Err(corrupt(BatchError::Truncated { present, needed }));
    }
    Batch::parse(bytes.into()).map_err(corrupt)
}

async fn blocking<T: Send + 'static>(
    search: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    match tokio::runtime::Handle::try_current() {
        // It does not panic, and is cancelled only where the runtime ends.
        Ok(runtime) => runtime
            .spawn_blocking(search)
            .await
            .unwrap_or(Err(SearchError::Closed)),
        Err(_) => search(),
    }
}

#[cfg(test)]
mod tests;
