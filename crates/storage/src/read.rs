//! Reading batches: find where to begin, read what the page cache has without leaving the thread,
//! and cut at a batch's end. What must come from the device is read on a blocking thread.

mod cut;
mod positions;

use bytes::Bytes;
use records::{BatchError, HEADER_BYTES};

use crate::buffer_pool::Buffer;
use crate::disk::DiskFile;
use crate::log::{Health, Log, State};
use crate::offsets::LogOffsets;
use crate::segment::{Lookup, ScanError};
use cut::{Bounds, Cut, cut};
pub(crate) use positions::ReadPositions;

/// One read gives at most so much, unless one batch is larger: beyond, a longer answer saves
/// nothing and takes cache and memory from others. A fetch that may carry more reads again.
pub const READ_BYTES_MAX: usize = 1 << 20;

/// Up to where to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upto {
    /// What is appended, committed or not.
    End,
    /// What is committed: for consumers.
    HighWatermark,
    /// What is committed and not part of an open transaction: for `read_committed`.
    LastStable,
}

/// What to do with a first batch larger than asked for (KIP-74).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstBatch {
    /// Give it all the same, so that a consumer gets on.
    Always,
    /// Give nothing.
    IfItFits,
}

/// Batches, and where the log stood.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Whole batches; the first may begin before the offset asked for. Empty where there are none.
    pub records: Bytes,
    /// Where to read on.
    pub next_offset: i64,
    /// The first offset that was not committed.
    pub high_watermark: i64,
    /// The first offset of an open transaction, or the high watermark.
    pub last_stable: i64,
    /// Where the log started.
    pub log_start: i64,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The log was closed or its topic deleted.
    #[error("the partition is gone")]
    Closed,
    /// A segment cannot be read or holds no batch where one must be.
    #[error(transparent)]
    Io(#[from] ScanError),
    /// The offset is not in the log.
    #[error("offset {offset} is outside the log, which holds {} to {}", .offsets.start, .offsets.end)]
    OffsetOutOfRange {
        /// Asked for.
        offset: i64,
        /// What there is.
        offsets: LogOffsets,
    },
}

/// What to read.
#[derive(Clone, Copy, Debug)]
struct Request {
    from: i64,
    limit: i64,
    max_bytes: usize,
    first_batch: FirstBatch,
    offsets: LogOffsets,
}

/// Where to read it: found under the lock, used without it.
#[derive(Debug)]
struct Place {
    segment: i64,
    file: DiskFile,
    /// Where batches end in the file.
    end: u64,
    begin: Begin,
    next_segment: Option<i64>,
}

#[derive(Debug)]
enum Begin {
    At(u64),
    Lookup(Lookup),
}

enum Planned {
    Nothing(Fetched),
    Read(Request, Place),
}

impl Log {
    /// Reads whole batches from the one that holds `from`, up to `max_bytes` and
    /// [`READ_BYTES_MAX`]. Returns at once for what lies in the page cache. Nothing there yet is
    /// no error: `records` is empty from the limit to the end of the log.
    pub async fn read(
        &self,
        from: i64,
        max_bytes: usize,
        upto: Upto,
        first_batch: FirstBatch,
    ) -> Result<Fetched, ReadError> {
        let (request, place) = match self.plan_read(from, max_bytes, upto, first_batch)? {
            Planned::Read(request, place) => (request, place),
            Planned::Nothing(fetched) => return Ok(fetched),
        };
        if let Begin::At(position) = place.begin
            && self.0.disk.resident_reads()
            && let Some(fetched) = self.read_resident(&request, &place, position)?
        {
            return Ok(fetched);
        }
        let log = self.clone();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                let reading = runtime.spawn_blocking(move || log.read_blocking(request, place));
                // It does not panic, and is cancelled only where the runtime ends.
                reading.await.unwrap_or(Err(ReadError::Closed))
            }
            Err(_) => log.read_blocking(request, place),
        }
    }

    fn plan_read(
        &self,
        from: i64,
        max_bytes: usize,
        upto: Upto,
        first_batch: FirstBatch,
    ) -> Result<Planned, ReadError> {
        let mut state = self.lock();
        if state.health == Health::Closed {
            return Err(ReadError::Closed);
        }
        let offsets = self.0.offsets.load();
        if from < offsets.start || from > offsets.end {
            let offset = from;
            return Err(ReadError::OffsetOutOfRange { offset, offsets });
        }
        if from == offsets.end {
            // A reader that waits for the next append, which begins where the file ends now.
            let (base, size) = (state.active().base_offset(), state.active().size());
            state.read_positions.remember(from, from, base, size);
        }
        let limit = match upto {
            Upto::End => offsets.end,
            Upto::HighWatermark => offsets.high_watermark,
            Upto::LastStable => offsets.last_stable,
        };
        if from >= limit {
            return Ok(Planned::Nothing(fetched(Bytes::new(), from, offsets)));
        }
        let request = Request {
            from,
            limit,
            max_bytes: max_bytes.min(READ_BYTES_MAX),
            first_batch,
            offsets,
        };
        let at = state.segment_of(from);
        Ok(Planned::Read(request, place(&state, at, from)))
    }

    /// `None`: what was asked for must come from the device.
    fn read_resident(
        &self,
        request: &Request,
        place: &Place,
        position: u64,
    ) -> Result<Option<Fetched>, ReadError> {
        let mut wanted = request.first_read(place, position);
        loop {
            let mut buffer = self.0.disk.buffers().take(wanted);
            let space = &mut buffer.space()[..wanted];
            let read = match place.file.read_resident(space, position) {
                Ok(read) => read,
                Err(e) if e.kind() == std::io::ErrorKind::Unsupported => {
                    self.0.disk.disable_resident_reads();
                    return Ok(None);
                }
                // The blocking read tells what is wrong.
                Err(_) => return Ok(None),
            };
            match request.cut(place, position, &buffer.space()[..read])? {
                Cut::Needs(bytes) if read == wanted && bytes > wanted => wanted = bytes,
                Cut::Needs(_) => return Ok(None),
                Cut::Whole { bytes, next_offset } => {
                    let next_offset = next_offset.unwrap_or(request.from);
                    self.remember(request, place, position + bytes as u64, next_offset);
                    return Ok(Some(request.answer(buffer, bytes, next_offset)));
                }
            }
        }
    }

    fn read_blocking(&self, request: Request, mut place: Place) -> Result<Fetched, ReadError> {
        let position = loop {
            let found = match &place.begin {
                Begin::At(position) => Some(*position),
                Begin::Lookup(lookup) => lookup
                    .run()
                    .map_err(|error| self.explain(&request, error))?
                    .map(|batch| batch.position),
            };
            match (found, place.next_segment) {
                (Some(position), _) => break position,
                // Compaction may leave the end of a segment empty: the next one goes on.
                (None, Some(next)) => {
                    let state = self.lock();
                    place = self::place(&state, state.segment_of(next), next);
                }
                (None, None) => {
                    let (present, needed) = (0, HEADER_BYTES);
                    return Err(place.corrupt(place.end, BatchError::Truncated { present, needed }));
                }
            }
        };
        let mut wanted = request.first_read(&place, position);
        loop {
            let mut buffer = self.0.disk.buffers().take(wanted);
            let read = place.file.read_at(&mut buffer.space()[..wanted], position);
            let read = read.map_err(|source| {
                let path = place.file.path();
                self.explain(&request, ScanError::Io { path, source })
            })?;
            match request.cut(&place, position, &buffer.space()[..read])? {
                Cut::Needs(bytes) if bytes > wanted => wanted = bytes,
                Cut::Needs(needed) => {
                    let present = read;
                    return Err(place.corrupt(position, BatchError::Truncated { present, needed }));
                }
                Cut::Whole { bytes, next_offset } => {
                    let next_offset = next_offset.unwrap_or(request.from);
                    self.remember(&request, &place, position + bytes as u64, next_offset);
                    return Ok(request.answer(buffer, bytes, next_offset));
                }
            }
        }
    }

    fn remember(&self, request: &Request, place: &Place, position: u64, next_offset: i64) {
        if next_offset > request.from {
            let mut state = self.lock();
            let positions = &mut state.read_positions;
            positions.remember(request.from, next_offset, place.segment, position);
        }
    }

    /// A file that vanished was deleted meanwhile, with its topic or by retention.
    fn explain(&self, request: &Request, error: ScanError) -> ReadError {
        if self.lock().health == Health::Closed {
            return ReadError::Closed;
        }
        let offsets = self.0.offsets.load();
        if request.from < offsets.start {
            let offset = request.from;
            return ReadError::OffsetOutOfRange { offset, offsets };
        }
        ReadError::Io(error)
    }
}

impl Request {
    /// How much to read first: enough at least to see how long the first batch is.
    fn first_read(&self, place: &Place, position: u64) -> usize {
        let there = place.end.saturating_sub(position);
        let there = usize::try_from(there).unwrap_or(usize::MAX);
        self.max_bytes.max(HEADER_BYTES).min(there)
    }

    fn cut(&self, place: &Place, position: u64, bytes: &[u8]) -> Result<Cut, ReadError> {
        let bounds = Bounds {
            limit: self.limit,
            max_bytes: self.max_bytes,
            first_always: self.first_batch == FirstBatch::Always,
            in_file: place.end.saturating_sub(position),
        };
        cut(bytes, bounds).map_err(|source| place.corrupt(position, source))
    }

    fn answer(&self, buffer: Buffer, bytes: usize, next_offset: i64) -> Fetched {
        fetched(buffer.into_bytes(bytes), next_offset, self.offsets)
    }
}

impl Place {
    fn corrupt(&self, position: u64, source: BatchError) -> ReadError {
        let path = self.file.path();
        ReadError::Io(ScanError::Corrupt {
            path,
            position,
            source,
        })
    }
}

fn place(state: &State, at: usize, from: i64) -> Place {
    let segment = &state.segments[at];
    let base = segment.base_offset();
    let known = if from == base {
        Some(0)
    } else {
        state.read_positions.find(from, base)
    };
    Place {
        segment: base,
        file: segment.log().clone(),
        end: segment.size(),
        begin: match known {
            Some(position) => Begin::At(position),
            None => Begin::Lookup(segment.lookup(from)),
        },
        next_segment: state.segments.get(at + 1).map(|next| next.base_offset()),
    }
}

fn fetched(records: Bytes, next_offset: i64, offsets: LogOffsets) -> Fetched {
    Fetched {
        records,
        next_offset,
        high_watermark: offsets.high_watermark,
        last_stable: offsets.last_stable,
        log_start: offsets.start,
    }
}

#[cfg(test)]
mod tests;
