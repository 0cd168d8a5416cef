//! Empties one queue: a request at a time, again where the collector asks for it, and never longer
//! than it is worth.

mod answer;
mod retry;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use service::shutdown::Signal as Shutdown;
use service::{Clock, Flood};
use tracing::{info, warn};

use crate::health::{Attempt, Figures, Lost, Signal};
use crate::queue::{Batch, Queue};
use crate::transport::Transport;
pub use answer::{Outcome, judge};
pub(crate) use retry::Policy;

/// What empties the queue of one signal.
#[derive(Debug)]
pub(crate) struct Sender {
    pub signal: Signal,
    pub queue: Arc<Queue>,
    pub transport: Transport,
    pub figures: Arc<Figures>,
    pub policy: Policy,
    pub clock: Clock,
    pub warnings: Warnings,
}

/// What a collector can cause to be logged, once a minute each.
#[derive(Debug)]
pub(crate) struct Warnings {
    refused: Flood,
    retried: Flood,
    lost: Flood,
    /// Whether the last thing said was that it does not work.
    is_failing: bool,
}

impl Default for Warnings {
    fn default() -> Self {
        Self {
            refused: Flood::minutely(),
            retried: Flood::minutely(),
            lost: Flood::minutely(),
            is_failing: false,
        }
    }
}

impl Sender {
    /// Sends until the queue is closed and empty. From the signal on nothing is waited for.
    pub async fn run(mut self, mut ending: Shutdown) {
        while let Some(batch) = self.queue.pop().await {
            self.deliver(batch, &mut ending).await;
        }
    }

    async fn deliver(&mut self, batch: Batch, ending: &mut Shutdown) {
        let began = self.clock.monotonic();
        let mut attempt = 0;
        let mut is_last = false;
        loop {
            let after = match self.attempt(&batch).await {
                Outcome::Taken { rejected, text } => return self.taken(&batch, rejected, &text),
                Outcome::Refused(text) => return self.refused(&batch, &text),
                Outcome::Retry { after, text } => {
                    self.failed(&text);
                    after
                }
            };
            if is_last {
                return self.figures.lost(Lost::Shutdown, batch.items);
            }
            let wait = self.policy.wait(attempt, after, random());
            let spent = self.clock.monotonic().saturating_sub(began);
            if spent + wait > self.policy.patience {
                return self.gave_up(&batch);
            }
            attempt += 1;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = ending.wait() => is_last = true,
            }
        }
    }

    async fn attempt(&mut self, batch: &Batch) -> Outcome {
        let posted = self.transport.post(batch.body.clone()).await;
        let outcome = match posted {
            Ok(answer) => judge(self.signal, &answer, self.clock.now_ms()),
            Err(error) => Outcome::Retry {
                after: None,
                text: error.to_string(),
            },
        };
        self.figures.attempt(match &outcome {
            Outcome::Taken { .. } => Attempt::Ok,
            Outcome::Refused(_) => Attempt::Refused,
            Outcome::Retry { .. } => Attempt::Retryable,
        });
        outcome
    }

    fn taken(&mut self, batch: &Batch, rejected: u64, text: &str) {
        let now_ms = self.clock.now_ms();
        let rejected = rejected.min(batch.items);
        self.figures.sent(batch.items - rejected, now_ms);
        self.figures.lost(Lost::Refused, rejected);
        let signal = self.signal.name();
        if std::mem::take(&mut self.warnings.is_failing) {
            info!(signal, target = %self.transport.target(), "the collector takes what it is sent");
        }
        let is_partial = rejected > 0 || !text.is_empty();
        if is_partial && let Some(others) = self.warnings.refused.admit(now_ms) {
            warn!(
                signal,
                rejected, others, "the collector took a part only: {text:?}"
            );
        }
    }

    fn refused(&mut self, batch: &Batch, text: &str) {
        self.figures.lost(Lost::Refused, batch.items);
        self.warnings.is_failing = true;
        if let Some(others) = self.warnings.refused.admit(self.clock.now_ms()) {
            let (signal, target) = (self.signal.name(), self.transport.target());
            warn!(signal, %target, others, "the collector refuses what it is sent: {text}");
        }
    }

    fn failed(&mut self, text: &str) {
        self.warnings.is_failing = true;
        if let Some(others) = self.warnings.retried.admit(self.clock.now_ms()) {
            let (signal, target) = (self.signal.name(), self.transport.target());
            warn!(signal, %target, others, "a push failed and is tried again: {text}");
        }
    }

    fn gave_up(&mut self, batch: &Batch) {
        self.figures.lost(Lost::Retries, batch.items);
        if let Some(others) = self.warnings.lost.admit(self.clock.now_ms()) {
            let (signal, items) = (self.signal.name(), batch.items);
            warn!(
                signal,
                items, others, "dropped what the collector has not taken for too long"
            );
        }
    }
}

/// A share of one, at random.
fn random() -> f64 {
    let bytes = RandomIdGenerator::default().new_span_id().to_bytes();
    u64::from_be_bytes(bytes) as f64 / u64::MAX as f64
}

/// A share of the interval, so that the processes of a cluster do not come at one moment.
pub(crate) fn offset(interval: Duration) -> Duration {
    interval.mul_f64(random())
}
