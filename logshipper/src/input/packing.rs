//! Compressed files as streams of what is in them, within bounds whatever they claim.
//!
//! A gzip file may have several members, and rubbish behind the last one is ignored, as gzip itself does.
//! A Zstandard frame that wants more than 8 MiB of window is refused: none of the levels that programs
//! rotate with needs it.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::log_name::Packing;

/// What is read from the disk at once.
const PACKED_BUFFER_BYTES: usize = 32 * 1024;
/// The window that a Zstandard frame may ask for, as a power of two.
const WINDOW_LOG_MAX: u32 = 23;
/// How many gzip members without a single byte in them may follow each other.
const EMPTY_MEMBERS_MAX: usize = 1_000;

/// What is in a compressed file, from its beginning.
pub(super) struct Unpacker<R: Read> {
    stream: Stream<R>,
    unpacked: u64,
    /// Met behind what was given out.
    failure: Option<io::Error>,
}

enum Stream<R: Read> {
    Gzip(GzDecoder<BufReader<R>>),
    /// Behind a member.
    Between(BufReader<R>),
    Zstandard(zstd::stream::read::Decoder<'static, BufReader<R>>),
    /// An error was met, or there is nothing to be read.
    Closed,
}

impl<R: Read> Unpacker<R> {
    /// Of a file that is packed like this.
    pub(super) fn new(packing: Packing, packed: R) -> io::Result<Self> {
        let packed = BufReader::with_capacity(PACKED_BUFFER_BYTES, packed);
        let stream = match packing {
            Packing::Gzip => Stream::Gzip(GzDecoder::new(packed)),
            Packing::Zstandard => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(WINDOW_LOG_MAX)?;
                Stream::Zstandard(decoder)
            }
            Packing::Plain | Packing::Unknown => Stream::Closed,
        };
        Ok(Self {
            stream,
            unpacked: 0,
            failure: None,
        })
    }

    /// How many bytes came out so far.
    pub(super) fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Fills the buffer, but for what is not there any more.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.stream = Stream::Closed;
                    if filled == 0 {
                        return Err(error);
                    }
                    self.failure = Some(error);
                }
            }
        }
        self.unpacked = self.unpacked.saturating_add(filled as u64);
        Ok(filled)
    }

    /// What was met behind all that was given out.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Gives this error with the next call: the caller had something else to give first.
    pub(super) fn fail_later(&mut self, failure: io::Error) {
        self.failure = Some(failure);
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for _ in 0..EMPTY_MEMBERS_MAX {
            match std::mem::replace(&mut self.stream, Stream::Closed) {
                Stream::Gzip(mut decoder) => {
                    let read = decoder.read(buffer);
                    if matches!(read, Ok(0)) {
                        self.stream = Stream::Between(decoder.into_inner());
                    } else {
                        self.stream = Stream::Gzip(decoder);
                        return read;
                    }
                }
                Stream::Between(mut packed) => {
                    let more = packed.fill_buf()?.first() == Some(&0x1f);
                    if !more {
                        self.stream = Stream::Between(packed);
                        return Ok(0);
                    }
                    self.stream = Stream::Gzip(GzDecoder::new(packed));
                }
                Stream::Zstandard(mut decoder) => {
                    let read = decoder.read(buffer);
                    self.stream = Stream::Zstandard(decoder);
                    return read;
                }
                Stream::Closed => return Ok(0),
            }
        }
        Err(io::Error::other("too many empty gzip members"))
    }
}

/// Whether it is the disk that failed: what the kernel says has a number, what decoders say of the content has
/// none.
pub(super) fn is_passing(error: &io::Error) -> bool {
    error.raw_os_error().is_some()
}

#[cfg(test)]
mod tests;
