//! Where the whole batches of a buffer end, by the few header fields that it takes to tell.

use records::{BatchError, BatchHeader, HEADER_BYTES};

/// What may be handed out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The first offset that may not.
    pub(super) limit: i64,
    /// Bytes, at most.
    pub(super) max_bytes: usize,
    /// Whether the first batch may have more.
    pub(super) first_always: bool,
    /// Bytes from the start of the buffer to the end of all batches in the file.
    pub(super) in_file: u64,
}

/// What a buffer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The first batch takes so many bytes, and they are not all there.
    Needs(usize),
    /// Whole batches up to here, if any.
    Whole {
        bytes: usize,
        next_offset: Option<i64>,
    },
}

/// Walks over the batches at the start of `buffer`. An error means that the first one is none;
/// a later one is met again by whoever reads on.
pub(super) fn cut(buffer: &[u8], bounds: Bounds) -> Result<Cut, BatchError> {
    let mut bytes = 0;
    let mut next_offset = None;
    loop {
        let rest = &buffer[bytes..];
        let Some(batch) = Extent::parse(rest) else {
            return Ok(match bytes {
                0 => Cut::Needs(HEADER_BYTES),
                _ => Cut::Whole { bytes, next_offset },
            });
        };
        let end = bytes.saturating_add(batch.bytes);
        let fits = end <= bounds.max_bytes || bytes == 0 && bounds.first_always;
        if batch.bytes < HEADER_BYTES || end as u64 > bounds.in_file {
            if bytes == 0 {
                return Err(explain(rest, batch.bytes, bounds.in_file));
            }
        } else if batch.base_offset < bounds.limit && fits {
            if end <= buffer.len() {
                bytes = end;
                next_offset = Some(batch.next_offset);
                continue;
            }
            if bytes == 0 {
                return Ok(Cut::Needs(batch.bytes));
            }
        }
        return Ok(Cut::Whole { bytes, next_offset });
    }
}

fn explain(bytes: &[u8], needed: usize, in_file: u64) -> BatchError {
    let present = usize::try_from(in_file).unwrap_or(usize::MAX);
    BatchHeader::parse(bytes)
        .err()
        .unwrap_or(BatchError::Truncated { present, needed })
}

/// What the head of a batch says of its size and offsets.
struct Extent {
    base_offset: i64,
    bytes: usize,
    next_offset: i64,
}

impl Extent {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (base_offset, rest) = bytes.get(..HEADER_BYTES)?.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let delta = rest.get(11..15)?.first_chunk()?;
        let base_offset = i64::from_be_bytes(*base_offset);
        let length = u32::from_be_bytes(*length) as usize;
        let delta = i64::from(i32::from_be_bytes(*delta));
        Some(Self {
            base_offset,
            bytes: length.saturating_add(12),
            next_offset: base_offset.saturating_add(delta).saturating_add(1),
        })
    }
}

#[cfg(test)]
mod tests;
