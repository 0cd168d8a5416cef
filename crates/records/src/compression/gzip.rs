//! gzip (RFC 1952). Several members in a row are read as one, as Java reads them.

use std::io::{self, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::{Failure, read_limited};

pub(super) fn compress(body: &[u8], level: Option<i32>) -> io::Result<Vec<u8>> {
    let level = level.and_then(|level| u32::try_from(level).ok());
    let level = level.map_or_else(flate2::Compression::default, flate2::Compression::new);
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(body)?;
    encoder.finish()
}

pub(super) fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    read_limited(MultiGzDecoder::new(body), limit)
}
