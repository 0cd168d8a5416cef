//! A request on its way: the right to its answer.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use protocol::Response;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::pending::Pending;
use crate::ClientError;
use crate::api::Call;

/// One begun request. Dropping it gives the answer up; the connection lives on.
pub(crate) struct Ticket<C> {
    pub(super) answered: oneshot::Receiver<Result<Response, ClientError>>,
    pub(super) wait: Duration,
    pub(super) deadline: Instant,
    pub(super) pending: Arc<Pending>,
    /// Its place among the requests on the way; a login takes none.
    pub(super) _permit: Option<OwnedSemaphorePermit>,
    /// Keeps the connection's tasks alive until the answer is there.
    pub(super) _shared: Arc<Shared>,
    pub(super) call: PhantomData<fn() -> C>,
}

impl<C: Call> Ticket<C> {
    /// Waits for the answer; may be cancelled and called again until it has given one. Without
    /// an answer in time the whole connection is failed: what comes behind would only be late too.
    pub(crate) async fn answer(&mut self) -> Result<C::Answer, ClientError> {
        let address = || self.pending.address().to_owned();
        let response = match timeout_at(self.deadline, &mut self.answered).await {
            Ok(Ok(response)) => response?,
            Ok(Err(_)) => {
                let failure = self.pending.failure();
                return Err(failure.unwrap_or_else(|| self.pending.closed()));
            }
            Err(_) => {
                let error = ClientError::TimedOut {
                    address: address(),
                    after: self.wait,
                };
                self.pending.fail(&error);
                return Err(error);
            }
        };
        C::answer(response).ok_or_else(|| ClientError::Unreadable {
            address: address(),
            api: C::KEY,
            source: None,
        })
    }
}
