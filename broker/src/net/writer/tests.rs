//! A peer that takes nothing is given up: in the end in any case, and soon where memory is needed.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use protocol::Rope;
use tokio::net::{TcpListener, TcpStream};

use super::{NOT_TAKEN, Stream, WriteError, write};

/// More than the buffers of two sockets take.
const BYTES: usize = 64 << 20;
/// Less than [`NOT_TAKEN`], so that the test need not wait for that.
const STALLED: Duration = Duration::from_millis(20);

/// What becomes of an answer to a peer that reads nothing.
async fn write_to_the_deaf(needed: bool) -> Result<u64, WriteError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let deaf = TcpStream::connect(listener.local_addr().unwrap());
    let (accepted, deaf) = tokio::join!(listener.accept(), deaf);
    let mut answer = Rope::default();
    answer.push(Bytes::from(vec![0; BYTES]));
    let stream = Stream::Tcp(accepted.unwrap().0);
    let written = write(&stream, answer, STALLED, || needed).await;
    drop(deaf);
    written
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_given_up() {
    assert!(STALLED < NOT_TAKEN);
    let written = write_to_the_deaf(false).await;
    let timed_out =
        matches!(&written, Err(WriteError::Io(e)) if e.kind() == io::ErrorKind::TimedOut);
    assert!(timed_out, "{written:?}");
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_named_where_memory_is_needed() {
    let written = write_to_the_deaf(true).await;
    assert!(matches!(written, Err(WriteError::NotTaken)), "{written:?}");
}
