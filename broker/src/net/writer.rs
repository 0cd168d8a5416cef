//! One reply to the socket: vectored, so that record bytes are never copied on the way.

use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Buf;
use protocol::Rope;

use super::stream::Stream;

/// Slices handed to one `writev`; the kernel takes at most 1,024.
const SLICES_MAX: usize = 64;

/// While memory is short, a peer that takes nothing for so long loses its connection: the answer
/// that it leaves lying is what others wait for.
const NOT_TAKEN: Duration = Duration::from_secs(2);

/// Why an answer did not leave.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The peer takes nothing, and the memory is needed.
    #[error("an answer was not taken while request memory was short")]
    NotTaken,
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes all of `rope`. A peer that takes nothing for `stalled` is given up, and one that takes
/// nothing for [`NOT_TAKEN`] when the memory of its answer is `needed`. Gives how many writes it took.
pub async fn write(
    stream: &Stream,
    mut rope: Rope,
    stalled: Duration,
    needed: impl Fn() -> bool,
) -> Result<u64, WriteError> {
    let mut writes = 0;
    while rope.has_remaining() {
        match try_write(stream, &rope) {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
            Ok(written) => {
                rope.advance(written);
                writes += 1;
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                writable(stream, stalled, &needed).await?;
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(writes)
}

/// Waits until the peer takes something, for as long as it may be waited for.
async fn writable(
    stream: &Stream,
    stalled: Duration,
    needed: &impl Fn() -> bool,
) -> Result<(), WriteError> {
    let mut left = stalled;
    loop {
        let wait = left.min(NOT_TAKEN);
        match tokio::time::timeout(wait, stream.writable()).await {
            Ok(ready) => return Ok(ready?),
            Err(_) if needed() => return Err(WriteError::NotTaken),
            Err(_) => left -= wait,
        }
        if left.is_zero() {
            return Err(io::Error::from(io::ErrorKind::TimedOut).into());
        }
    }
}

fn try_write(stream: &Stream, rope: &Rope) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); SLICES_MAX];
    let count = rope.chunks_vectored(&mut slices);
    stream.try_write_vectored(&slices[..count])
}

#[cfg(test)]
mod tests;
