//! Takes batches from the queue and sends them, one at a time, until CloudWatch takes them.
//!
//! What fails for a while stays the oldest and is tried again, ever more slowly. What is refused for its data is
//! cut in halves, until the datum at fault is alone: a request is refused whole. A request without an answer
//! is sent again; CloudWatch has no way to tell it from the first, so its data may count twice, and it
//! shows as `unanswered`.

use std::error::Error;

use aws::cloudwatch::OPERATION;
use aws::{CloudWatch, PutError};
use service::Clock;
use service::shutdown::Signal;

use crate::backoff;
use crate::batch::Batch;
use crate::health::{Answered, HealthMetrics, Outcome};
use crate::queue::Queue;
use crate::trouble::Trouble;

/// Halvings between two successes: ten isolate one datum of a thousand. Beyond them it is not a datum that is at fault.
const HALVINGS_MAX: u32 = 100;

pub(crate) struct Sender {
    pub(crate) client: CloudWatch,
    pub(crate) namespace: String,
    pub(crate) queue: Queue,
    pub(crate) metrics: HealthMetrics,
    pub(crate) trouble: Trouble,
    pub(crate) clock: Clock,
    pub(crate) failures: u32,
    pub(crate) halvings: u32,
}

impl Sender {
    /// Sends until the signal; then what is queued is tried once more, until one fails.
    pub(crate) async fn run(&mut self, mut signal: Signal) {
        loop {
            let Some(batch) = self.queue.take() else {
                tokio::select! {
                    () = self.queue.filled() => continue,
                    _ = signal.wait() => {}
                }
                // Something may have come with the signal.
                if self.queue.len() == 0 {
                    return;
                }
                continue;
            };
            let is_sent = self.send(batch).await;
            if is_sent {
                continue;
            }
            let wait = backoff::wait(self.failures, backoff::random());
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = signal.wait() => return,
            }
        }
    }

    /// Sends one batch; `false` when it is to be tried again, later.
    async fn send(&mut self, batch: Batch) -> bool {
        let guard = InFlight::new(batch, &self.metrics);
        let result = self.client.put(&self.namespace, guard.data()).await;
        let batch = guard.answered();
        self.metrics.request(Answered::of(&result));
        let is_sent = match result {
            Ok(()) => {
                self.succeeded(batch.data.len());
                true
            }
            Err(PutError::Data(cause)) => {
                self.refused(batch, &*cause);
                true
            }
            Err(error) => {
                self.failed(batch, &error);
                false
            }
        };
        self.metrics
            .queued
            .set(i64::try_from(self.queue.len()).unwrap_or(i64::MAX));
        is_sent
    }

    fn succeeded(&mut self, count: usize) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "CloudWatch takes metrics again");
        }
        (self.failures, self.halvings) = (0, 0);
        self.trouble.sent();
        self.metrics.data(Outcome::Sent, count);
        self.metrics
            .last_success
            .set(self.clock.now_ms() as f64 / 1000.0);
    }

    fn refused(&mut self, batch: Batch, cause: &dyn Error) {
        if batch.data.len() > 1 && self.halvings < HALVINGS_MAX {
            self.halvings += 1;
            let (first, second) = batch.halves();
            let no_room = second.into_iter().chain([first]);
            let no_room = no_room.filter_map(|half| self.queue.put_back(half));
            let dropped = no_room.map(|half| half.data.len()).sum();
            self.drop_data(dropped);
            return;
        }
        self.trouble.failed("CloudWatch refuses the data");
        let name = batch.data.first().map(|datum| datum.name.as_str());
        let count = batch.data.len();
        tracing::warn!(count, name, cause = %Causes(Some(cause)), "CloudWatch refuses metrics; they are left out");
        self.metrics.data(Outcome::Rejected, count);
    }

    fn failed(&mut self, batch: Batch, error: &PutError) {
        self.failures = self.failures.saturating_add(1);
        // The first of a row is told; the rest is in the counters.
        if self.failures == 1 {
            let (operation, endpoint) = (OPERATION, self.client.endpoint());
            let cause = Causes(error.source());
            tracing::warn!(%error, operation, endpoint, %cause, "metrics wait for CloudWatch");
        }
        self.trouble.failed(&error.to_string());
        if let Some(batch) = self.queue.put_back(batch) {
            self.drop_data(batch.data.len());
        }
    }

    fn drop_data(&self, count: usize) {
        self.metrics.data(Outcome::Dropped, count);
        self.trouble.dropped(count);
    }
}

/// A batch that is under way. When the process ends before its answer, its data counts as dropped.
struct InFlight<'a> {
    batch: Option<Batch>,
    metrics: &'a HealthMetrics,
}

impl<'a> InFlight<'a> {
    fn new(batch: Batch, metrics: &'a HealthMetrics) -> Self {
        let batch = Some(batch);
        Self { batch, metrics }
    }

    fn data(&self) -> &[aws::cloudwatch::Datum] {
        self.batch.as_ref().map_or(&[], |batch| &batch.data)
    }

    fn answered(mut self) -> Batch {
        let none = || Batch { data: Vec::new() };
        self.batch.take().unwrap_or_else(none)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.metrics.data(Outcome::Dropped, batch.data.len());
        }
    }
}

/// An error and everything that it comes from: the SDK tells what happened only in its causes.
struct Causes<'a>(Option<&'a dyn Error>);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let causes = std::iter::successors(self.0, |error| (*error).source());
        for (place, error) in causes.enumerate() {
            let colon = if place == 0 { "" } else { ": " };
            write!(f, "{colon}{error}")?;
        }
        Ok(())
    }
}
