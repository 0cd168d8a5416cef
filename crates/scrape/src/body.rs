//! A response's body: shared bytes in pieces, so that it is known when the last of them was taken.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::connections::Busy;

/// Larger than a socket's usual buffer, smaller than what a stalled reader should hold.
const PIECE_BYTES: usize = 64 << 10;

/// The bytes that are still to be sent.
#[derive(Debug)]
pub(crate) struct Pieces {
    rest: Bytes,
    /// The connection is busy until the body is dropped.
    busy: Option<Busy>,
}

impl Pieces {
    pub(crate) fn new(bytes: Bytes, busy: Option<Busy>) -> Self {
        Self { rest: bytes, busy }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(busy) = &self.busy {
            busy.moved();
        }
        let length = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
