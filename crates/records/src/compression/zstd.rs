//! Zstandard frames (RFC 8878).

use std::io;

use zstd::stream::read::Decoder;

use super::{Failure, read_limited};

/// The library's and Kafka's default.
const LEVEL_DEFAULT: i32 = 3;
/// Windows up to 128 MiB, which level 22 uses. The library reserves the window it is told of;
/// the system backs it with memory only as far as it is written, and that `limit` bounds.
const WINDOW_LOG_MAX: u32 = 27;

pub(super) fn compress(body: &[u8], level: Option<i32>) -> io::Result<Vec<u8>> {
    zstd::stream::encode_all(body, level.unwrap_or(LEVEL_DEFAULT))
}

pub(super) fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    let mut decoder = Decoder::with_buffer(body).map_err(|_| Failure::Invalid)?;
    decoder
        .window_log_max(WINDOW_LOG_MAX)
        .map_err(|_| Failure::Invalid)?;
    read_limited(decoder, limit)
}
