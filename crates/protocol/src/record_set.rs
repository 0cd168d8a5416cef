//! The record bytes of a response, in the pieces the log handed out.

use bytes::{Bytes, BytesMut};

/// Record batches that follow each other on the wire, kept as the slices they were read as;
/// encoding splices them into the frame and copies none. Equal when their bytes are equal,
/// however they are cut.
#[derive(Clone, Debug, Default)]
pub struct RecordSet {
    chunks: Vec<Bytes>,
    len: usize,
}

impl RecordSet {
    /// No records.
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }

    /// Appends a slice; an empty one is not kept.
    pub fn push(&mut self, chunk: Bytes) {
        if !chunk.is_empty() {
            self.len += chunk.len();
            self.chunks.push(chunk);
        }
    }

    /// Bytes in all chunks together.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The slices in order, none of them empty.
    pub fn chunks(&self) -> &[Bytes] {
        &self.chunks
    }

    /// All bytes in one piece: free when there is one chunk, a copy otherwise.
    pub fn to_bytes(&self) -> Bytes {
        match self.chunks.as_slice() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => {
                let mut whole = BytesMut::with_capacity(self.len);
                many.iter().for_each(|chunk| whole.extend_from_slice(chunk));
                whole.freeze()
            }
        }
    }
}

impl From<Bytes> for RecordSet {
    fn from(bytes: Bytes) -> Self {
        let mut set = Self::new();
        set.push(bytes);
        set
    }
}

impl FromIterator<Bytes> for RecordSet {
    fn from_iter<I: IntoIterator<Item = Bytes>>(chunks: I) -> Self {
        let mut set = Self::new();
        chunks.into_iter().for_each(|chunk| set.push(chunk));
        set
    }
}

impl PartialEq for RecordSet {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |set: &'_ Self| set.chunks.clone().into_iter().flatten();
        self.len == other.len && bytes(self).eq(bytes(other))
    }
}

impl Eq for RecordSet {}

#[cfg(test)]
mod tests;
