//! One reply to the socket: vectored, so that record bytes are never copied on the way.

use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Buf;
use protocol::Rope;
use tokio::net::TcpStream;

/// Slices handed to one `writev`; the kernel takes at most 1,024.
const SLICES_MAX: usize = 64;

/// Writes all of `rope`. A peer that takes nothing for `stalled` is given up.
pub async fn write(stream: &TcpStream, mut rope: Rope, stalled: Duration) -> io::Result<()> {
    while rope.has_remaining() {
        match try_write(stream, &rope) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rope.advance(written),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                let Ok(ready) = tokio::time::timeout(stalled, stream.writable()).await else {
                    return Err(io::ErrorKind::TimedOut.into());
                };
                ready?;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn try_write(stream: &TcpStream, rope: &Rope) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); SLICES_MAX];
    let count = rope.chunks_vectored(&mut slices);
    stream.try_write_vectored(&slices[..count])
}
