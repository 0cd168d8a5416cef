//! Buffers for fetched records, recycled: fresh memory costs a page fault and a zeroing per page,
//! which is more than the copy out of the page cache.
//!
//! A buffer comes back when the last slice of it is dropped. What the pool keeps idle is bounded;
//! what is out there is bounded by whoever bounds the answers in flight.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Size and idle count of each class: at most 22 MiB lie idle.
const CLASSES: [(usize, usize); 3] = [(64 << 10, 32), (256 << 10, 16), (1 << 20, 16)];

/// Below this a plain allocation is cheaper than holding a buffer many times its size.
const POOLED_BYTES_MIN: usize = 16 << 10;

#[derive(Debug, Default)]
pub(crate) struct BufferPool {
    idle: [Mutex<Vec<Vec<u8>>>; CLASSES.len()],
}

/// A buffer on loan.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
    /// `None`: too small or too large to be worth keeping.
    home: Option<(Arc<BufferPool>, usize)>,
}

impl BufferPool {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// A buffer of at least `bytes`, with any content.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize) -> Buffer {
        let class = CLASSES.iter().position(|(size, _)| bytes <= *size);
        let Some(class) = class.filter(|_| bytes >= POOLED_BYTES_MIN) else {
            return Buffer {
                bytes: vec![0; bytes],
                filled: 0,
                home: None,
            };
        };
        let idle = self.idle(class).pop();
        Buffer {
            bytes: idle.unwrap_or_else(|| vec![0; CLASSES[class].0]),
            filled: 0,
            home: Some((self.clone(), class)),
        }
    }

    fn idle(&self, class: usize) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.idle[class]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, class: usize, bytes: Vec<u8>) {
        let mut idle = self.idle(class);
        if idle.len() < CLASSES[class].1 {
            idle.push(bytes);
        }
    }
}

impl Buffer {
    /// All of it, to be written to.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The first `filled` bytes as shareable slices.
    pub(crate) fn into_bytes(mut self, filled: usize) -> Bytes {
        self.filled = filled.min(self.bytes.len());
        if self.home.is_some() {
            Bytes::from_owner(self)
        } else {
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.truncate(filled);
            bytes.into()
        }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some((pool, class)) = self.home.take() {
            pool.give_back(class, std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests;
