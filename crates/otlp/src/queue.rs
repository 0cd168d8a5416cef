//! What waits to be sent: bounded in number and bytes, the oldest gives way.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

/// Half an hour of one request a minute.
const BATCHES_MAX: usize = 32;
/// Two large exporters' worth of an interval, compressed.
const BYTES_MAX: usize = 16 << 20;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Its body as it is sent.
    pub body: Bytes,
    /// Data points or spans in it.
    pub items: u64,
}

/// The queue of one signal.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Batch>,
    bytes: usize,
    closed: bool,
}

impl Queue {
    /// Adds a batch; how many items of older ones (or, where it alone is too large, its own) were
    /// dropped for it.
    pub fn push(&self, batch: Batch) -> u64 {
        let mut state = self.lock();
        state.bytes += batch.body.len();
        state.batches.push_back(batch);
        let mut dropped = 0;
        while state.batches.len() > BATCHES_MAX || state.bytes > BYTES_MAX {
            let Some(oldest) = state.batches.pop_front() else {
                break;
            };
            state.bytes -= oldest.body.len();
            dropped += oldest.items;
        }
        drop(state);
        self.changed.notify_one();
        dropped
    }

    /// The oldest batch, once there is one; `None` when nothing more will come.
    pub async fn pop(&self) -> Option<Batch> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.lock();
                if let Some(batch) = state.batches.pop_front() {
                    state.bytes -= batch.body.len();
                    return Some(batch);
                }
                if state.closed {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// Nothing more will come.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Batches that wait, and their bytes.
    pub fn held(&self) -> (usize, usize) {
        let state = self.lock();
        (state.batches.len(), state.bytes)
    }

    /// Takes all that is left; how many items that are.
    pub fn clear(&self) -> u64 {
        let mut state = self.lock();
        state.bytes = 0;
        state.batches.drain(..).map(|batch| batch.items).sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
