//! The records of a batch, in order. Keys and values are slices of the (decompressed) body.

use bytes::Bytes;

use crate::record::{self, RecordStart};
use crate::{Batch, Limits, Record, RecordError};

/// The records of `batch`, decompressed within `limits`. The CRC is not checked.
pub fn records(batch: &Batch, limits: Limits) -> Result<Records, RecordError> {
    Ok(Records {
        bodies: Bodies::new(batch, limits)?,
    })
}

/// Iterator over records; ends after the first error.
#[derive(Clone, Debug)]
pub struct Records {
    bodies: Bodies,
}

impl Iterator for Records {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.bodies.next_with(record::parse)
    }
}

/// Iterator over where records stand in offsets and time, without their keys and values.
pub(crate) struct Starts {
    bodies: Bodies,
}

impl Starts {
    pub(crate) fn new(batch: &Batch, limits: Limits) -> Result<Self, RecordError> {
        Ok(Self {
            bodies: Bodies::new(batch, limits)?,
        })
    }
}

impl Iterator for Starts {
    type Item = Result<RecordStart, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.bodies
            .next_with(|bytes| record::take_start(&mut &**bytes))
    }
}

/// The undecoded records of a body: as many as the header counts, and nothing after them.
#[derive(Clone, Debug)]
struct Bodies {
    rest: Bytes,
    index: i32,
    count: i32,
}

impl Bodies {
    fn new(batch: &Batch, limits: Limits) -> Result<Self, RecordError> {
        let compression = batch.header.attributes.compression();
        Ok(Self {
            rest: compression.decompress(&batch.body(), limits)?,
            index: 0,
            count: batch.header.record_count,
        })
    }

    fn next_with<T>(
        &mut self,
        parse: impl Fn(&Bytes) -> Option<T>,
    ) -> Option<Result<T, RecordError>> {
        if self.index >= self.count {
            let trailing = !self.rest.is_empty();
            self.rest = Bytes::new();
            return trailing.then_some(Err(RecordError::TrailingBytes));
        }
        let index = self.index;
        self.index += 1;
        let parsed = record::split_first(&mut self.rest).and_then(|bytes| parse(&bytes));
        Some(parsed.ok_or_else(|| {
            self.count = 0;
            self.rest = Bytes::new();
            RecordError::Malformed(index)
        }))
    }
}

#[cfg(test)]
mod tests;
