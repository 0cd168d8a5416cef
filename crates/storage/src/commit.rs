//! The second moment of an append: when it is committed. Appends that wait share one sync, and
//! the next sync covers what came while that one ran; no timer is involved.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The log can no longer make anything durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log could not be made durable; it takes no more appends until the broker restarts")]
pub struct CommitError;

/// When an append is committed.
#[derive(Debug)]
pub enum Commit {
    /// It is already.
    Ready,
    /// It will be when a sync ends.
    Pending(PendingCommit),
}

/// A commit on its way; see [`Commit::wait`].
#[derive(Debug)]
pub struct PendingCommit(oneshot::Receiver<Result<(), CommitError>>);

impl Commit {
    /// Whether there is nothing to wait for.
    pub fn ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// Waits until the append is committed, or cannot be any more.
    pub async fn wait(self) -> Result<(), CommitError> {
        match self {
            Self::Ready => Ok(()),
            Self::Pending(pending) => pending.0.await.unwrap_or(Err(CommitError)),
        }
    }
}

/// Those who wait for syncs of one log, and whether somebody runs them.
#[derive(Debug, Default)]
pub(crate) struct CommitQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    running: bool,
    waiters: Vec<(i64, oneshot::Sender<Result<(), CommitError>>)>,
}

impl CommitQueue {
    /// Waits for `offset` to be durable. `true`: nobody syncs now, the caller must see to it that
    /// somebody does.
    pub(crate) fn wait_for(&self, offset: i64) -> (Commit, bool) {
        let (sender, receiver) = oneshot::channel();
        let mut queue = self.lock();
        queue.waiters.push((offset, sender));
        let must_start = !std::mem::replace(&mut queue.running, true);
        (Commit::Pending(PendingCommit(receiver)), must_start)
    }

    /// All up to `offset` is durable.
    pub(crate) fn committed(&self, offset: i64) {
        let mut queue = self.lock();
        let done = queue
            .waiters
            .extract_if(.., |(wanted, _)| *wanted <= offset);
        for (_, waiter) in done {
            // Whoever gave up waiting does not care.
            let _ = waiter.send(Ok(()));
        }
    }

    /// Nothing more becomes durable.
    pub(crate) fn failed(&self) {
        for (_, waiter) in self.lock().waiters.drain(..) {
            let _ = waiter.send(Err(CommitError));
        }
    }

    /// Whether another round is needed; `false` ends the run.
    pub(crate) fn next_round(&self) -> bool {
        let mut queue = self.lock();
        queue.running = !queue.waiters.is_empty();
        queue.running
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
