//! The two ends of a record's fate: the worker's receipt, and what `send` hands out.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::ClientError;

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub partition: model::PartitionIndex,
    /// Its offset; `None` where the broker does not tell (no acks, or a duplicate that it forgot).
    pub offset: Option<i64>,
}

/// Resolves when the record is written or given up. May be dropped.
#[derive(Debug)]
pub struct Delivery {
    outcome: oneshot::Receiver<Result<Delivered, ClientError>>,
}

impl Future for Delivery {
    type Output = Result<Delivered, ClientError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.outcome).poll(context).map(|outcome| {
            let stopped = || ClientError::Invalid("the producer was stopped".to_owned());
            outcome.unwrap_or_else(|_| Err(stopped()))
        })
    }
}

/// What a worker keeps of a record once it is in a batch: its room in the buffer, and whom to tell.
pub(super) struct Receipt {
    outcome: oneshot::Sender<Result<Delivered, ClientError>>,
    _room: OwnedSemaphorePermit,
}

impl Receipt {
    pub(super) fn settle(self, outcome: Result<Delivered, ClientError>) {
        // Nobody has to wait for a delivery.
        let _ = self.outcome.send(outcome);
    }
}

pub(super) fn channel(room: OwnedSemaphorePermit) -> (Receipt, Delivery) {
    let (sender, outcome) = oneshot::channel();
    let receipt = Receipt {
        outcome: sender,
        _room: room,
    };
    (receipt, Delivery { outcome })
}
