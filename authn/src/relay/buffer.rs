//! The 128 KiB through which bytes pass, shared by all connections of a thread: one that has nothing
//! under way holds none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Eight TLS records of the largest size: what the broker is woken for in the middle of a large frame.
pub(super) const BUFFER_BYTES: usize = 128 * 1024;
/// Idle buffers kept by each thread: what its busy connections take in turns.
const IDLE_MAX: usize = 16;

thread_local! {
    static IDLE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// One buffer, given back when dropped.
#[derive(Debug)]
pub struct Buffer(Box<[u8]>);

impl Buffer {
    /// An idle buffer, or a fresh one. What it holds is left over from anybody: who takes it
    /// reads only what it wrote.
    pub fn take() -> Self {
        let idle = IDLE.with_borrow_mut(Vec::pop);
        Self(idle.unwrap_or_else(|| vec![0; BUFFER_BYTES].into_boxed_slice()))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        // At the end of a thread there is no list any more.
        let _ = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < IDLE_MAX {
                idle.push(buffer);
            }
        });
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}
