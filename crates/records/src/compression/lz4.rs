//! The LZ4 frame format as Kafka uses it (KIP-57): independent blocks of 64 KiB, a correct header
//! checksum, no content checksum. Any legal frame is read.

use std::io::{self, Write};

use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use super::{Failure, read_limited};

pub(super) fn compress(body: &[u8]) -> io::Result<Vec<u8>> {
    let frame = FrameInfo::new()
        .block_mode(BlockMode::Independent)
        .block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(frame, Vec::new());
    encoder.write_all(body)?;
    Ok(encoder.finish()?)
}

pub(super) fn decompress(body: &[u8], limit: usize) -> Result<Vec<u8>, Failure> {
    read_limited(FrameDecoder::new(body), limit)
}
