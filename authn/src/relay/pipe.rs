//! One direction: a buffer between what was read and what was taken, with the place up to which
//! its frames may pass.
//!
//! ```text
//! 0 ....... start ======== ready -------- end .......
//!           may be written  not looked at
//! ```

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::buffer::{BUFFER_BYTES, Buffer};
use super::frames::{FrameError, Frames, Scan, Whole};

/// One direction of a relay.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    /// None while nothing is under way.
    buffer: Option<Buffer>,
    start: usize,
    ready: usize,
    end: usize,
    frames: Frames,
    source: Source,
    moved: Passed,
}

/// What has gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Bytes that were written.
    pub bytes: u64,
    /// Reads and writes that moved any.
    pub reads: u64,
    pub writes: u64,
    /// Frames.
    pub whole: Whole,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Open,
    /// It has said its last byte.
    Ended,
    /// The other end knows.
    Finished,
}

impl Pipe {
    /// Whether the source has said its last byte.
    pub fn has_ended(&self) -> bool {
        self.source != Source::Open
    }

    /// Whether the other end knows that the source has ended, or does not take anything.
    pub fn is_finished(&self) -> bool {
        self.source == Source::Finished
    }

    /// The other end knows, or takes nothing any more.
    pub fn finish(&mut self) {
        self.source = Source::Finished;
        self.discard();
    }

    /// Whether more can be read without anything being taken.
    pub fn has_room(&self) -> bool {
        !self.has_ended() && self.end - self.start < BUFFER_BYTES
    }

    /// Whether what may be written is worth more together with what comes next: nobody can act on a
    /// frame before its end, and each part of it that is passed on wakes the other process. A whole
    /// frame before it waits for nothing.
    pub fn gathers(&self) -> bool {
        let writable = self.ready - self.start;
        !self.has_ended() && self.end < BUFFER_BYTES && self.frames.are_under_way(writable)
    }

    /// Drops everything that is held.
    pub fn discard(&mut self) {
        self.buffer = None;
        (self.start, self.ready, self.end) = (0, 0, 0);
    }

    /// Writes all that may pass.
    pub fn poll_drain<W: AsyncWrite>(
        &mut self,
        cx: &mut Context<'_>,
        mut to: Pin<&mut W>,
    ) -> Poll<io::Result<()>> {
        while self.start < self.ready {
            let bytes = self.bytes(self.start, self.ready);
            let count = ready!(to.as_mut().poll_write(cx, bytes))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.start += count;
            self.moved.bytes += count as u64;
            self.moved.writes += 1;
        }
        Poll::Ready(Ok(()))
    }

    /// What has gone through since this was asked last.
    pub fn take_passed(&mut self) -> Passed {
        let whole = self.frames.take_whole();
        Passed {
            whole,
            ..std::mem::take(&mut self.moved)
        }
    }

    /// Lets `look` see what nobody has looked at, and moves the place up to which bytes may pass.
    pub fn scan(
        &mut self,
        look: impl FnOnce(&mut Frames, &[u8]) -> Result<Scan, FrameError>,
    ) -> Result<Scan, FrameError> {
        if self.ready == self.end {
            return Ok(Scan::default());
        }
        let mut frames = self.frames;
        let scan = look(&mut frames, self.bytes(self.ready, self.end))?;
        self.frames = frames;
        self.ready += scan.pass;
        Ok(scan)
    }

    /// Drops up to `count` bytes that nobody has looked at.
    pub fn drop_bytes(&mut self, count: usize) -> usize {
        let dropped = count.min(self.end - self.ready);
        self.ready += dropped;
        self.start = self.ready;
        dropped
    }

    /// Moves up to `count` bytes that nobody has looked at to `to`.
    pub fn take(&mut self, count: usize, to: &mut BytesMut) -> usize {
        let taken = count.min(self.end - self.ready);
        to.extend_from_slice(self.bytes(self.ready, self.ready + taken));
        self.drop_bytes(taken)
    }

    /// Reads what is there, as far as the buffer has room. Called when everything that may pass
    /// has been written; a pipe that has nothing to hold gives its buffer back while it waits.
    pub fn poll_fill<R: AsyncRead>(
        &mut self,
        cx: &mut Context<'_>,
        mut from: Pin<&mut R>,
    ) -> Poll<io::Result<()>> {
        let mut buffer = self.buffer.take().unwrap_or_else(Buffer::take);
        // What is left is the head of a frame: a few bytes.
        if self.start > 0 {
            buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            (self.start, self.ready) = (0, 0);
        }
        let before = self.end;
        // TLS gives a record at a time: several of them make one write.
        let polled = loop {
            let mut read = ReadBuf::new(buffer.get_mut(self.end..).unwrap_or_default());
            if read.remaining() == 0 {
                break Poll::Ready(Ok(()));
            }
            let polled = from.as_mut().poll_read(cx, &mut read);
            let count = read.filled().len();
            self.end += count;
            match polled {
                Poll::Ready(Ok(())) if count > 0 => self.moved.reads += 1,
                Poll::Ready(Ok(())) => self.source = Source::Ended,
                // Most Kafka clients close without TLS's goodbye; frames tell where they end.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.source = Source::Ended;
                }
                Poll::Pending | Poll::Ready(Err(_)) if self.end > before => {
                    break Poll::Ready(Ok(()));
                }
                Poll::Pending | Poll::Ready(Err(_)) => break polled,
            }
            if self.has_ended() {
                break Poll::Ready(Ok(()));
            }
        };
        if self.end > 0 {
            self.buffer = Some(buffer);
        }
        polled
    }

    fn bytes(&self, from: usize, to: usize) -> &[u8] {
        self.buffer
            .as_ref()
            .and_then(|buffer| buffer.get(from..to))
            .unwrap_or_default()
    }
}
