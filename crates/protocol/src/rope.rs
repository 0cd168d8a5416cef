//! An encoded frame in pieces, ready for a vectored write.
//!
//! It is a [`Buf`], so `tokio::io::AsyncWriteExt::write_buf` sends it without joining the pieces.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes, BytesMut};

/// Slices that follow each other on the wire; none of them is empty.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    chunks: VecDeque<Bytes>,
    len: usize,
}

impl Rope {
    /// Bytes left in all pieces together.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no bytes are left.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends a piece; an empty one is not kept.
    pub fn push(&mut self, chunk: Bytes) {
        if !chunk.is_empty() {
            self.len += chunk.len();
            self.chunks.push_back(chunk);
        }
    }

    /// The pieces in order.
    pub fn chunks(&self) -> impl ExactSizeIterator<Item = &Bytes> {
        self.chunks.iter()
    }

    /// The pieces, for a writer that queues them itself.
    pub fn into_chunks(self) -> VecDeque<Bytes> {
        self.chunks
    }

    /// All bytes in one piece: a copy unless there is one piece. For tests and small frames.
    pub fn to_bytes(&self) -> Bytes {
        match (self.chunks.front(), self.chunks.len()) {
            (Some(only), 1) => only.clone(),
            _ => {
                let mut whole = BytesMut::with_capacity(self.len);
                self.chunks
                    .iter()
                    .for_each(|chunk| whole.extend_from_slice(chunk));
                whole.freeze()
            }
        }
    }
}

impl Buf for Rope {
    fn remaining(&self) -> usize {
        self.len
    }

    fn chunk(&self) -> &[u8] {
        self.chunks.front().map_or(&[], |chunk| chunk)
    }

    fn chunks_vectored<'a>(&'a self, dst: &mut [IoSlice<'a>]) -> usize {
        dst.iter_mut()
            .zip(&self.chunks)
            .map(|(slot, chunk)| *slot = IoSlice::new(chunk))
            .count()
    }

    fn advance(&mut self, count: usize) {
        assert!(
            count <= self.len,
            "a write cannot send more than it was given"
        );
        self.len -= count;
        let mut count = count;
        while let Some(front) = self.chunks.front_mut() {
            if count < front.len() {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.chunks.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
