//! Trying again what may succeed later, until the operation's time is over.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Cluster;
use crate::ClientError;

/// How long one operation may still be retried.
pub(crate) struct Retry {
    deadline: Instant,
    backoff: Duration,
}

impl Cluster {
    /// Starts the time of an operation. (A loop around the operation, not a function that takes
    /// it: an async closure would not be `Send` here.)
    pub(crate) fn retry(&self) -> Retry {
        let settings = self.settings();
        Retry {
            deadline: Instant::now() + settings.operation_timeout,
            backoff: settings.retry_backoff,
        }
    }
}

impl Retry {
    /// Whether to try again after `error`; waits before it says so.
    pub(crate) async fn after(&self, error: &ClientError) -> bool {
        let again = error.is_retriable() && Instant::now() + self.backoff < self.deadline;
        if again {
            sleep(self.backoff).await;
        }
        again
    }
}
