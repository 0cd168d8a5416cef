//! After a crash: the batches past the recovery point are read and summed, indexes, producers and
//! epochs are taken from their headers, and the log is cut where the first bad one begins.

use model::{LeaderEpoch, TopicPartition};
use records::{BatchError, BatchHeader, HEADER_BYTES};

use crate::disk::DiskFile;
use crate::epoch_cache::EpochCache;
use crate::open::OpenLogError;
use crate::producer_state::Producers;
use crate::segment::{HeaderScan, ScanError, Segment};
use crate::settings::LogSettings;

/// Read at a time; a larger batch is read as a whole.
const READ_BYTES: usize = 1 << 20;

/// What recovery works on.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) segments: Vec<Segment>,
    pub(crate) producers: Producers,
    /// Batches before it are in `producers` already.
    pub(crate) producers_end: i64,
    pub(crate) epochs: EpochCache,
    /// Where the log ends.
    pub(crate) end: i64,
    pub(crate) checked_bytes: u64,
    pub(crate) truncated_bytes: u64,
    pub(crate) epochs_changed: bool,
}

/// Takes producers from the batches up to `end`, by their headers alone.
pub(crate) fn roll_forward(found: &mut Found, end: i64, now_ms: i64) -> Result<(), ScanError> {
    if found.producers_end >= end {
        return Ok(());
    }
    let first = segment_of(&found.segments, found.producers_end);
    'segments: for segment in &found.segments[first..] {
        for batch in HeaderScan::new(segment.log(), 0, segment.size()) {
            let header = batch?.header;
            if header.base_offset >= found.producers_end {
                found.producers.record(&header, now_ms);
            }
            // What follows is not checked yet.
            if header.next_offset() >= end {
                break 'segments;
            }
        }
    }
    found.producers_end = end;
    Ok(())
}

/// Checks all from `point` on and cuts what is not whole.
pub(crate) fn check(
    found: &mut Found,
    partition: &TopicPartition,
    settings: &LogSettings,
    point: i64,
    now_ms: i64,
) -> Result<(), OpenLogError> {
    let mut at = segment_of(&found.segments, point);
    let mut position = start_position(&found.segments[at], partition, point);
    found.end = match position {
        0 => found.segments[at].base_offset(),
        _ => point,
    };
    while at < found.segments.len() {
        let bad = check_segment(found, at, position, settings, now_ms)?;
        position = 0;
        at += 1;
        if let Some(bad) = bad {
            cut(found, partition, at, &bad)?;
        }
        // A segment begins where the one before it ends, unless compaction left a gap.
        if let Some(next) = found.segments.get(at) {
            found.end = found.end.max(next.base_offset());
        }
    }
    found.epochs_changed |= found.epochs.truncate_end(found.end);
    if found.end < found.producers_end {
        // What was durable is lost, and with it what the snapshot knew.
        found.producers = Producers::default();
        found.producers_end = found.segments[0].base_offset();
        roll_forward(found, found.end, now_ms)?;
    }
    Ok(())
}

/// Builds the indexes of a segment from its headers where the files are missing.
pub(crate) fn rebuild_indexes(
    segment: &mut Segment,
    settings: &LogSettings,
) -> Result<(), ScanError> {
    let enough = 2 * u64::from(settings.index_interval_bytes);
    if segment.index().count() > 0 || segment.size() <= enough {
        return Ok(());
    }
    let end = segment.size();
    let log = segment.log().clone();
    segment.rewind(segment.base_offset(), 0).map_err(|source| {
        let path = log.path();
        ScanError::Io { path, source }
    })?;
    for batch in HeaderScan::new(&log, 0, end) {
        segment.note(&batch?.header, settings.index_interval_bytes);
    }
    Ok(())
}

fn segment_of(segments: &[Segment], offset: i64) -> usize {
    let after = segments.partition_point(|s| s.base_offset() <= offset);
    after.saturating_sub(1)
}

/// Where the batch at `point` begins; 0 where that cannot be told, which checks more than needed.
fn start_position(segment: &Segment, partition: &TopicPartition, point: i64) -> u64 {
    if point <= segment.base_offset() {
        return 0;
    }
    let reason = match segment.lookup(point - 1).run() {
        Ok(Some(last)) if last.header.next_offset() == point => return last.end(),
        Ok(_) => "no batch ends there".to_owned(),
        Err(error) => error.to_string(),
    };
    tracing::warn!(
        %partition, segment = %segment.log().path().display(), reason,
        "cannot find recovery point {point}; checking the whole segment",
    );
    0
}

/// Where a segment stops making sense, and why.
struct Bad {
    position: u64,
    file_bytes: u64,
    reason: BatchError,
}

fn check_segment(
    found: &mut Found,
    at: usize,
    position: u64,
    settings: &LogSettings,
    now_ms: i64,
) -> Result<Option<Bad>, OpenLogError> {
    let segment = &mut found.segments[at];
    let file = segment.log().clone();
    let io = |source| ScanError::Io {
        path: file.path(),
        source,
    };
    let file_bytes = segment.size();
    if position == file_bytes {
        return Ok(None);
    }
    segment.rewind(found.end, position).map_err(io)?;
    segment.load()?;
    let mut reader = BatchReader::new(&file, position, file_bytes);
    while reader.position < file_bytes {
        let base_offset = segment.base_offset();
        let header = match reader.next(found.end, base_offset).map_err(io)? {
            Ok(header) => header,
            Err(reason) => {
                return Ok(Some(Bad {
                    position: reader.position,
                    file_bytes,
                    reason,
                }));
            }
        };
        segment.note(&header, settings.index_interval_bytes);
        if header.base_offset >= found.producers_end {
            found.producers.record(&header, now_ms);
        }
        let epoch = LeaderEpoch(header.partition_leader_epoch);
        found.epochs_changed |= found.epochs.assign(epoch, header.base_offset);
        found.checked_bytes += header.total_bytes() as u64;
        found.end = header.next_offset();
    }
    Ok(None)
}

/// Cuts the segment before `next` and removes those from there on: they follow a hole.
fn cut(
    found: &mut Found,
    partition: &TopicPartition,
    next: usize,
    bad: &Bad,
) -> Result<(), OpenLogError> {
    let later = found.segments.split_off(next);
    let later_bytes: u64 = later.iter().map(Segment::size).sum();
    let segment = &mut found.segments[next - 1];
    let path = segment.log().path();
    let bytes = bad.file_bytes - bad.position + later_bytes;
    tracing::warn!(
        %partition, segment = %path.display(), position = bad.position, reason = %bad.reason,
        "cut {bytes} bytes that were not completely written before the broker stopped; \
         the log now ends at offset {}", found.end,
    );
    let io = |source| ScanError::Io { path, source };
    segment.cut().map_err(io)?;
    found.truncated_bytes += bytes;
    for segment in later {
        for file in segment.files() {
            let path = file.path();
            file.remove()
                .map_err(|source| ScanError::Io { path, source })?;
        }
    }
    Ok(())
}

/// Reads batch after batch and sums each.
struct BatchReader<'a> {
    file: &'a DiskFile,
    position: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Where the unread part of the buffer lies.
    unread: std::ops::Range<usize>,
}

impl<'a> BatchReader<'a> {
    fn new(file: &'a DiskFile, position: u64, end: u64) -> Self {
        Self {
            file,
            position,
            end,
            buffer: Vec::new(),
            unread: 0..0,
        }
    }

    /// The next batch if it is whole, and if it may stand at `offset` in a segment of that base.
    fn next(
        &mut self,
        offset: i64,
        segment_base: i64,
    ) -> std::io::Result<Result<BatchHeader, BatchError>> {
        self.fill(HEADER_BYTES)?;
        let header = match BatchHeader::parse(&self.buffer[self.unread.clone()]) {
            Ok(header) => header,
            Err(error) => return Ok(Err(error)),
        };
        let needed = header.total_bytes();
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        if needed > left {
            let present = left;
            return Ok(Err(BatchError::Truncated { present, needed }));
        }
        self.fill(needed)?;
        let start = self.unread.start;
        let Some(batch) = self.buffer[..self.unread.end].get(start..start + needed) else {
            let present = self.unread.len();
            return Ok(Err(BatchError::Truncated { present, needed }));
        };
        if let Err(error) = records::verify_crc(batch) {
            return Ok(Err(error));
        }
        let too_far = header.last_offset() - segment_base > i64::from(i32::MAX);
        if header.base_offset < offset || too_far {
            let base_offset = header.base_offset;
            return Ok(Err(BatchError::InvalidField("base offset", base_offset)));
        }
        self.unread.start += needed;
        self.position += needed as u64;
        Ok(Ok(header))
    }

    /// Has at least `bytes` unread, as far as the file has them.
    fn fill(&mut self, bytes: usize) -> std::io::Result<()> {
        if self.unread.len() >= bytes {
            return Ok(());
        }
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        self.buffer.resize(bytes.max(READ_BYTES).min(left), 0);
        let at = self.position + self.unread.len() as u64;
        let space = &mut self.buffer[self.unread.len()..];
        self.unread.end += self.file.read_at(space, at)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
