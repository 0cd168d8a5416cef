//! A stream of bytes cut at a delimiter. Only the delimiter goes; everything else is kept, so that
//! what is produced is what was read.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Room for one read.
const READ_BYTES: usize = 256 << 10;
/// The longest record that is collected: no broker takes one of this size.
const LINE_BYTES_MAX: usize = 1 << 30;

/// Cuts `input` at `delimiter`.
pub(super) struct Lines<R> {
    input: R,
    delimiter: Vec<u8>,
    buffer: BytesMut,
    /// Bytes of the buffer that hold no delimiter.
    searched: usize,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, delimiter: Vec<u8>) -> Self {
        Self {
            input,
            delimiter,
            buffer: BytesMut::new(),
            searched: 0,
            ended: false,
        }
    }

    /// The next record; the last one needs no delimiter. May be cancelled without losing bytes.
    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(at) = find(unsearched, &self.delimiter) {
                let end = self.searched + at;
                let mut line = self.buffer.split_to(end + self.delimiter.len());
                line.truncate(end);
                self.searched = 0;
                return Ok(Some(line.freeze()));
            }
            if self.ended {
                self.searched = 0;
                let rest = self.buffer.split().freeze();
                return Ok(Some(rest).filter(|rest| !rest.is_empty()));
            }
            // A delimiter may begin at the end of what is there.
            self.searched = (self.buffer.len() + 1).saturating_sub(self.delimiter.len());
            if self.buffer.len() > LINE_BYTES_MAX {
                let text = format!("no delimiter within {LINE_BYTES_MAX} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            self.buffer.reserve(READ_BYTES);
            self.ended = self.input.read_buf(&mut self.buffer).await? == 0;
        }
    }
}

/// Where `needle`, which is not empty, first stands.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => bytes.iter().position(|b| b == byte),
        _ => bytes.windows(needle.len()).position(|at| at == needle),
    }
}

#[cfg(test)]
mod tests;
