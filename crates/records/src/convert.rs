//! `compression.type` of a topic: the same records under another codec.

use bytes::Bytes;

use crate::builder::assemble;
use crate::{Batch, BatchHeader, BuildError, Compression, Limits, RecordError};

/// Why a batch was not converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The body could not be read.
    #[error("cannot read the batch to convert it")]
    Read(#[from] RecordError),
    /// The new body could not be written.
    #[error("cannot write the converted batch")]
    Write(#[from] BuildError),
}

/// `batch` with its body compressed as `target` at `level` (see [`Compression::compress`]). Every
/// record and every other header field stays; a batch that has that codec already is handed back
/// as it is. Records are not looked at: ask `validate_records` for that.
pub fn convert(
    batch: &Batch,
    target: Compression,
    level: Option<i32>,
    limits: Limits,
) -> Result<Batch, ConvertError> {
    let attributes = batch.header.attributes;
    if attributes.compression() == target {
        return Ok(batch.clone());
    }
    let plain: Bytes = attributes.compression().decompress(&batch.body(), limits)?;
    let body = target
        .compress(&plain, level)
        .map_err(BuildError::Compress)?;
    let header = BatchHeader {
        attributes: attributes.with_compression(target),
        ..batch.header
    };
    Ok(assemble(header, &body)?)
}

#[cfg(test)]
mod tests;
