//! The requests of a connection that wait for their answers, in the order they were written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{ApiKey, Response, Rope};
use tokio::sync::{mpsc, oneshot};

use crate::ClientError;

/// Where an answer goes.
pub(super) type Answer = oneshot::Sender<Result<Response, ClientError>>;

/// One request that was written.
pub(super) struct Waiting {
    pub(super) correlation_id: i32,
    pub(super) api: ApiKey,
    pub(super) version: i16,
    pub(super) answer: Answer,
}

/// The queue, and the failure that ended the connection. One lock orders frames and waiters alike.
pub(super) struct Pending {
    address: String,
    state: Mutex<State>,
}

struct State {
    waiting: VecDeque<Waiting>,
    outgoing: Option<mpsc::UnboundedSender<Rope>>,
    failure: Option<ClientError>,
}

impl Pending {
    /// An empty queue, and the frames to write. The channel is bounded by the permits of the
    /// connection, except for requests without an answer.
    pub(super) fn new(address: &str) -> (Arc<Self>, mpsc::UnboundedReceiver<Rope>) {
        let (outgoing, frames) = mpsc::unbounded_channel();
        let state = State {
            waiting: VecDeque::new(),
            outgoing: Some(outgoing),
            failure: None,
        };
        let pending = Self {
            address: address.to_owned(),
            state: Mutex::new(state),
        };
        (Arc::new(pending), frames)
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Queues a frame for writing and its waiter, if it has one, for the answer.
    pub(super) fn push(&self, frame: Rope, waiting: Option<Waiting>) -> Result<(), ClientError> {
        let mut state = self.lock();
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let written = match &state.outgoing {
            Some(outgoing) => outgoing.send(frame).is_ok(),
            None => false,
        };
        if !written {
            let address = self.address.clone();
            return Err(ClientError::Closed { address });
        }
        state.waiting.extend(waiting);
        Ok(())
    }

    /// Takes the request that the next answer belongs to.
    pub(super) fn pop(&self) -> Option<Waiting> {
        self.lock().waiting.pop_front()
    }

    /// Why the connection ended, once it has.
    pub(super) fn failure(&self) -> Option<ClientError> {
        self.lock().failure.clone()
    }

    /// Ends the connection: everybody who waits, and everybody who comes, gets `error`.
    pub(super) fn fail(&self, error: &ClientError) {
        let waiting = {
            let mut state = self.lock();
            state.failure.get_or_insert_with(|| error.clone());
            // Closing the channel ends the writer, which closes the socket.
            state.outgoing = None;
            std::mem::take(&mut state.waiting)
        };
        for request in waiting {
            // A waiter that went away needs no answer.
            let _ = request.answer.send(Err(error.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
