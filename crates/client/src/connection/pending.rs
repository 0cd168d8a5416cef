//! The requests of a connection that wait for their answers, in the order they were written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{ApiKey, Response, Rope};
use tokio::sync::{mpsc, oneshot};

use crate::{ClientError, SecurityProtocol};

/// Where an answer goes.
pub(super) type Answer = oneshot::Sender<Result<Response, ClientError>>;

/// One request that was written.
pub(super) struct Waiting {
    pub(super) correlation_id: i32,
    pub(super) api: ApiKey,
    pub(super) version: i16,
    pub(super) answer: Answer,
}

/// Whether a frame may pass those that wait for the end of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// It waits.
    Ordinary,
    /// It is part of the login.
    Login,
}

/// The queue, and the failure that ended the connection. One lock orders frames and waiters alike.
pub(super) struct Pending {
    address: String,
    security_protocol: SecurityProtocol,
    state: Mutex<State>,
}

struct State {
    waiting: VecDeque<Waiting>,
    outgoing: Option<mpsc::UnboundedSender<Rope>>,
    /// While a session is renewed: what is written after.
    held: Option<Vec<(Rope, Option<Waiting>)>>,
    failure: Option<ClientError>,
}

impl Pending {
    /// An empty queue, and the frames to write. The channel is bounded by the permits of the
    /// connection, except for requests without an answer.
    pub(super) fn new(
        address: &str,
        security_protocol: SecurityProtocol,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Rope>) {
        let (outgoing, frames) = mpsc::unbounded_channel();
        let state = State {
            waiting: VecDeque::new(),
            outgoing: Some(outgoing),
            held: None,
            failure: None,
        };
        let pending = Self {
            address: address.to_owned(),
            security_protocol,
            state: Mutex::new(state),
        };
        (Arc::new(pending), frames)
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The error of a peer that hung up.
    pub(super) fn closed(&self) -> ClientError {
        ClientError::Closed {
            address: self.address.clone(),
            security_protocol: self.security_protocol,
        }
    }

    /// Queues a frame for writing and its waiter, if it has one, for the answer.
    pub(super) fn push(
        &self,
        frame: Rope,
        waiting: Option<Waiting>,
        urgency: Urgency,
    ) -> Result<(), ClientError> {
        let mut state = self.lock();
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        match (&mut state.held, urgency) {
            (Some(held), Urgency::Ordinary) => held.push((frame, waiting)),
            _ => {
                if !state.write(frame, waiting) {
                    return Err(self.closed());
                }
            }
        }
        Ok(())
    }

    /// Keeps ordinary frames back, until [`Pending::release`].
    pub(super) fn hold(&self) {
        self.lock().held.get_or_insert_default();
    }

    /// Writes what was kept back.
    pub(super) fn release(&self) {
        let mut state = self.lock();
        for (frame, waiting) in state.held.take().unwrap_or_default() {
            // Where the writer is gone, whoever fails the connection fails those, too.
            state.write(frame, waiting);
        }
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
            let held = state.held.take().unwrap_or_default();
            let held = held.into_iter().filter_map(|(_, waiting)| waiting);
            let mut waiting = std::mem::take(&mut state.waiting);
            waiting.extend(held);
            waiting
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

impl State {
    fn write(&mut self, frame: Rope, waiting: Option<Waiting>) -> bool {
        let written = match &self.outgoing {
            Some(outgoing) => outgoing.send(frame).is_ok(),
            None => false,
        };
        if written {
            self.waiting.extend(waiting);
        }
        written
    }
}
