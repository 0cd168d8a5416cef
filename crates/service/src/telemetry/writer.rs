//! The thread that writes log files, and the queue in front of it.
//!
//! Callers append a line to a buffer under a short lock; the thread takes all there is and writes
//! it at once. A slow disk makes callers wait, as log4j does. A failing one (full, gone) does not:
//! what fits the queue is kept and written when the disk is back, the rest is counted and the
//! count is logged.

use super::level::LogLevel;
use super::sink::Sink;
use crate::clock::Clock;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes that wait for the disk at most.
const QUEUE_BYTES_MAX: usize = 4 << 20;
const RETRY_INTERVAL: Duration = Duration::from_millis(250);
/// How long a flush or the end of the process waits for a stuck disk.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// The caller's end; clones share the queue.
#[derive(Clone, Debug)]
pub(crate) struct Queue(Arc<Shared>);

/// The thread's end: dropping it writes what is queued and joins the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Queue,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Something to write, or the end.
    work: Condvar,
    /// Something was written, or the disk fails.
    progress: Condvar,
}

#[derive(Debug)]
struct State {
    /// Whole lines, per sink.
    pending: Vec<Vec<u8>>,
    bytes: usize,
    writing: bool,
    failing: bool,
    closed: bool,
    lost: u64,
}

impl Writer {
    /// Starts the thread for these sinks; lines name theirs by index.
    pub(crate) fn start(sinks: Vec<Sink>, clock: Clock) -> io::Result<Self> {
        let state = State {
            pending: vec![Vec::new(); sinks.len()],
            bytes: 0,
            writing: false,
            failing: false,
            closed: false,
            lost: 0,
        };
        let shared = Shared {
            state: Mutex::new(state),
            work: Condvar::new(),
            progress: Condvar::new(),
        };
        let queue = Queue(Arc::new(shared));
        let theirs = queue.clone();
        let thread = crate::spawn::thread("log-writer", move || theirs.run(sinks, &clock))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    pub(crate) fn queue(&self) -> Queue {
        self.queue.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.flush();
        self.queue.lock().closed = true;
        self.queue.0.work.notify_all();
        self.queue.0.progress.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Queue {
    /// Queues one event, line end included, for a sink.
    pub(crate) fn push(&self, sink: usize, line: &[u8]) {
        let mut state = self.lock();
        while state.bytes + line.len() > QUEUE_BYTES_MAX && state.bytes > 0 && !state.closed {
            if state.failing {
                state.lost += 1;
                return;
            }
            state = self
                .0
                .progress
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return;
        }
        let idle = state.bytes == 0;
        state.bytes += line.len();
        if let Some(pending) = state.pending.get_mut(sink) {
            pending.extend_from_slice(line);
        }
        drop(state);
        if idle {
            self.0.work.notify_one();
        }
    }

    /// Waits until all that was queued is in the files, unless the disk fails or is stuck.
    pub(crate) fn flush(&self) {
        let waiting = |state: &mut State| (state.bytes > 0 || state.writing) && !state.failing;
        let state = self.lock();
        drop(
            self.0
                .progress
                .wait_timeout_while(state, FLUSH_TIMEOUT, waiting),
        );
    }

    /// Events that were dropped because the disk failed and the queue was full.
    pub(super) fn lost(&self) -> u64 {
        self.lock().lost
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread. `batches` hold, per sink, what is taken from the queue and not yet written.
    fn run(&self, mut sinks: Vec<Sink>, clock: &Clock) {
        let mut batches = vec![Vec::new(); sinks.len()];
        let mut reported_lost = 0;
        while self.take(&mut batches) {
            let mut failure = None;
            for (sink, batch) in sinks.iter_mut().zip(&mut batches) {
                failure = sink.write(batch, clock.now_ms()).or(failure);
            }
            let (began, lost) = self.wrote(failure.is_some());
            if let (true, Some(error)) = (began, &failure) {
                say(&format!(
                    "the log cannot be written: {error}; it goes on when this is mended"
                ));
            }
            if failure.is_none() && lost > reported_lost {
                let text = format!("{} events were not logged", lost - reported_lost);
                reported_lost = lost;
                if let Some(sink) = sinks.first_mut() {
                    sink.note(&mut batches[0], LogLevel::Warn, &text, clock.now_ms());
                }
            }
        }
        if batches.iter().any(|batch| !batch.is_empty()) {
            say("the end of the log could not be written");
        }
    }

    /// Waits for work and moves it into `batches`; `false` at the end. While the disk fails, the
    /// work is to try again what `batches` hold.
    fn take(&self, batches: &mut [Vec<u8>]) -> bool {
        let mut state = self.lock();
        if state.failing {
            if state.closed {
                return false;
            }
            let waiting = |state: &mut State| !state.closed;
            let timeout = RETRY_INTERVAL;
            let waited = self.0.work.wait_timeout_while(state, timeout, waiting);
            drop(waited);
            return true;
        }
        while state.bytes == 0 {
            if state.closed {
                return false;
            }
            state = self
                .0
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        for (pending, batch) in state.pending.iter_mut().zip(batches) {
            // Swapping keeps both allocations in use.
            if batch.is_empty() {
                std::mem::swap(pending, batch);
            } else {
                batch.append(pending);
            }
        }
        state.bytes = 0;
        state.writing = true;
        drop(state);
        self.0.progress.notify_all();
        true
    }

    /// Notes the outcome of a batch: whether failing began with it, and the events lost so far.
    fn wrote(&self, failed: bool) -> (bool, u64) {
        let mut state = self.lock();
        let began = failed && !state.failing;
        state.failing = failed;
        state.writing = false;
        let lost = state.lost;
        drop(state);
        self.0.progress.notify_all();
        (began, lost)
    }
}

/// The log cannot be used to say that the log fails.
fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(io::stderr(), "outrigger: {text}");
}

#[cfg(test)]
mod tests;
