//! A client's socket under its TLS: it gives a handshake no more bytes than one needs, holds none for a
//! stranger, and reads ahead for who has logged in, because rustls asks for 4 KiB at a time where the
//! kernel has 64.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::relay::Buffer;

/// What a client may send before its handshake is over. rustls would gather 64 KiB of one message;
/// a ClientHello and a chain of certificates have a tenth of that.
pub(super) const HANDSHAKE_BYTES_MAX: usize = 32 * 1024;

/// A socket in one of its three phases.
#[derive(Debug)]
pub(super) struct Guarded {
    stream: TcpStream,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// So many bytes may still be read.
    Handshake(usize),
    /// Only what is asked for is read: what is read ahead is memory that nobody counts before a login.
    Login,
    /// What was read ahead and not taken yet.
    Open(Option<Ahead>),
}

#[derive(Debug)]
struct Ahead {
    buffer: Buffer,
    start: usize,
    end: usize,
}

impl Guarded {
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            phase: Phase::Handshake(HANDSHAKE_BYTES_MAX),
        }
    }

    /// The handshake is over.
    pub fn shaken(&mut self) {
        self.phase = Phase::Login;
    }

    /// The client has logged in.
    pub fn open(&mut self) {
        self.phase = Phase::Open(None);
    }

    /// Closing is a reset from here on.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, phase } = &mut *self;
        match phase {
            Phase::Handshake(0) => {
                let text = "the handshake has too many bytes";
                Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, text)))
            }
            Phase::Handshake(left) => {
                let mut part = ReadBuf::new(to.initialize_unfilled_to((*left).min(to.remaining())));
                ready!(Pin::new(stream).poll_read(cx, &mut part))?;
                let count = part.filled().len();
                to.advance(count);
                *left -= count;
                Poll::Ready(Ok(()))
            }
            Phase::Login => Pin::new(stream).poll_read(cx, to),
            Phase::Open(ahead) => {
                if ahead.is_none() {
                    *ahead = ready!(poll_ahead(stream, cx))?;
                }
                if let Some(held) = ahead {
                    held.give(to);
                    if held.start == held.end {
                        *ahead = None;
                    }
                }
                Poll::Ready(Ok(()))
            }
        }
    }
}

/// Reads as much as there is; `None` at the end.
fn poll_ahead(stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<Option<Ahead>>> {
    let mut buffer = Buffer::take();
    let mut read = ReadBuf::new(&mut buffer);
    ready!(Pin::new(stream).poll_read(cx, &mut read))?;
    let end = read.filled().len();
    let ahead = Ahead {
        buffer,
        start: 0,
        end,
    };
    Poll::Ready(Ok(Some(ahead).filter(|_| end > 0)))
}

impl Ahead {
    fn give(&mut self, to: &mut ReadBuf<'_>) {
        let count = to.remaining().min(self.end - self.start);
        let bytes = self.buffer.get(self.start..self.start + count);
        to.put_slice(bytes.unwrap_or_default());
        self.start += count;
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
