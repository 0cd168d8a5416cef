//! The two ways in: a client's own TCP connection, or one that authn relays over a Unix socket.

use std::io::{self, IoSlice};

use bytes::BytesMut;
use tokio::net::{TcpStream, UnixStream};

/// A connected byte stream.
#[derive(Debug)]
pub enum Stream {
    /// A client reached the broker itself.
    Tcp(TcpStream),
    /// authn relays a client that it has identified.
    Relayed(UnixStream),
}

impl Stream {
    /// Waits until there may be something to read.
    pub async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            Self::Relayed(stream) => stream.readable().await,
        }
    }

    /// Waits until something may be written.
    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            Self::Relayed(stream) => stream.writable().await,
        }
    }

    /// Reads what is there.
    pub fn try_read_buf(&self, buffer: &mut BytesMut) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read_buf(buffer),
            Self::Relayed(stream) => stream.try_read_buf(buffer),
        }
    }

    /// Writes what the other end takes.
    pub fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write_vectored(slices),
            Self::Relayed(stream) => stream.try_write_vectored(slices),
        }
    }
}
