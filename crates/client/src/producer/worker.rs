//! One partition's records: collected into batches, sent in order, repeated in order.
//!
//! When a batch fails for now, those sent after it are waited for first: what did not arrive is
//! then sent again from the failed one on, so that order holds with and without idempotence.

mod batch;
mod request;

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;

use model::TopicPartition;
use protocol::ErrorCode;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::delivery::Receipt;
use super::identity::Identity;
use super::{ProducerRecord, ProducerSettings};
use crate::{ClientError, Cluster};
use batch::{Open, Sealed};
use request::{InFlight, Sent};

/// Batches that are full and not sent; while there are more, no records are taken in.
const READY_MAX: usize = 2;

/// A record and whom to tell of it.
pub(super) struct Queued {
    pub(super) record: ProducerRecord,
    pub(super) receipt: Receipt,
}

/// What a worker is told.
pub(super) enum Message {
    /// Write this.
    Record(Box<Queued>),
    /// Send what is collected without waiting for more.
    Flush,
}

/// The state of one partition's sending.
pub(super) struct Worker {
    cluster: Cluster,
    settings: Arc<ProducerSettings>,
    partition: TopicPartition,
    /// The id to send under; `None` where a new one must be fetched, or none is used.
    identity: Option<Identity>,
    next_sequence: i32,
    messages: mpsc::Receiver<Message>,
    stopping: bool,
    open: Option<Open>,
    ready: VecDeque<Sealed>,
    in_flight: VecDeque<InFlight>,
}

enum Event {
    Answered(Result<i64, ClientError>),
    Told(Option<Message>),
    Lingered,
}

impl Worker {
    pub(super) fn new(
        cluster: Cluster,
        settings: Arc<ProducerSettings>,
        partition: TopicPartition,
        identity: Option<Identity>,
        messages: mpsc::Receiver<Message>,
    ) -> Self {
        Self {
            cluster,
            settings,
            partition,
            identity,
            next_sequence: 0,
            messages,
            stopping: false,
            open: None,
            ready: VecDeque::new(),
            in_flight: VecDeque::new(),
        }
    }

    /// Works until all producers are dropped and everything is settled.
    pub(super) async fn run(mut self) {
        loop {
            self.send_ready().await;
            if self.stopping && self.open.is_none() && self.in_flight.is_empty() {
                return;
            }
            match self.next_event().await {
                Event::Answered(outcome) => self.settle_first(outcome).await,
                Event::Told(Some(Message::Record(queued))) => self.collect(*queued),
                Event::Told(Some(Message::Flush)) | Event::Lingered => self.seal(),
                Event::Told(None) => {
                    self.stopping = true;
                    self.seal();
                }
            }
        }
    }

    async fn next_event(&mut self) -> Event {
        let listening = !self.stopping && self.ready.len() < READY_MAX;
        let deadline = self.open.as_ref().map(|open| open.send_at);
        let in_flight = &mut self.in_flight;
        tokio::select! {
            biased;
            outcome = async {
                match in_flight.front_mut() {
                    Some(first) => first.answer().await,
                    None => pending().await,
                }
            } => Event::Answered(outcome),
            () = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => pending().await,
                }
            } => Event::Lingered,
            message = self.messages.recv(), if listening => Event::Told(message),
        }
    }

    fn collect(&mut self, queued: Queued) {
        let full = |open: &Open| !open.has_room(&queued.record, self.settings.batch_bytes);
        if self.open.as_ref().is_some_and(full) {
            self.seal();
        }
        let settings = &self.settings;
        let open = self.open.get_or_insert_with(|| Open::new(settings));
        open.append(queued);
        if open.is_full(settings.batch_bytes) {
            self.seal();
        }
    }

    fn seal(&mut self) {
        if let Some(open) = self.open.take() {
            let deadline = Instant::now() + self.settings.delivery_timeout;
            self.ready.extend(open.seal(&self.partition, deadline));
        }
    }

    async fn send_ready(&mut self) {
        while self.in_flight.len() < self.settings.in_flight_max.max(1) {
            let Some(mut batch) = self.ready.pop_front() else {
                return;
            };
            match self.send(&mut batch).await {
                Ok(Sent::Waiting(ticket)) => self.in_flight.push_back(InFlight { batch, ticket }),
                Ok(Sent::Unanswered) => batch.settle(&self.partition, &Ok(-1)),
                Err(error) => self.fail_first(batch, error).await,
            }
        }
    }

    async fn settle_first(&mut self, outcome: Result<i64, ClientError>) {
        let Some(InFlight { batch, .. }) = self.in_flight.pop_front() else {
            return;
        };
        match outcome {
            Ok(offset) => batch.settle(&self.partition, &Ok(offset)),
            Err(error) => self.fail_first(batch, error).await,
        }
    }

    /// Deals with the oldest batch's failure: it is sent again or given up, and those after it
    /// come back into the queue unless they arrived.
    async fn fail_first(&mut self, batch: Sealed, error: ClientError) {
        let again = error.is_retriable() && Instant::now() < batch.deadline;
        let mut unsettled = VecDeque::new();
        while let Some(mut next) = self.in_flight.pop_front() {
            match next.answer().await {
                Ok(offset) => next.batch.settle(&self.partition, &Ok(offset)),
                Err(error) if error.is_retriable() || follows_a_failure(&error) => {
                    unsettled.push_back(next.batch);
                }
                Err(error) => next.batch.settle(&self.partition, &Err(error)),
            }
        }
        for batch in unsettled.into_iter().rev() {
            self.ready.push_front(batch);
        }
        self.cluster.forget(&self.partition.topic);
        if again {
            self.ready.push_front(batch);
            sleep(self.cluster.settings().retry_backoff).await;
            return;
        }
        batch.settle(&self.partition, &Err(error));
        // The broker expects the sequence numbers of the lost batch; a new id starts over.
        self.identity = None;
        self.next_sequence = 0;
        self.ready.iter_mut().for_each(Sealed::unstamp);
    }
}

/// Whether a batch was refused only because one before it did not arrive.
fn follows_a_failure(error: &ClientError) -> bool {
    error.code() == Some(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER)
}
