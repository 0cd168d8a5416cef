//! How soon a server is useful: a producer that has been waiting since before the server was
//! started notes the wall-clock time of its first ack. Whoever starts the server knows the rest.
//!
//! The word `waiting` on a line of its own says when the server may be started. Client-level errors
//! (refused connections) are what waiting looks like, so they are not reported.

use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, DeliveryResult, ProducerContext, ThreadedProducer};
use serde_json::json;

use crate::cli::{Common, FirstAck};
use crate::client;
use crate::report::Outcome;
use crate::usage::{Probe, Usage};

/// Passes on when the one message was acknowledged, or why it was not.
struct Waiting(mpsc::Sender<Result<Duration>>);

impl ClientContext for Waiting {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, _error: KafkaError, _reason: &str) {}
}

impl ProducerContext for Waiting {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let answer = match result {
            Ok(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .context("clock"),
            Err((error, _)) => Err(error.clone()).context("the message was not acknowledged"),
        };
        // Nobody listens any more once the timeout has passed.
        let _ = self.0.send(answer);
    }
}

pub(crate) fn run(common: &Common, asked: &FirstAck, probe: Probe) -> Result<(Outcome, Usage)> {
    let meter = probe.start()?;
    let (sender, receiver) = mpsc::channel();
    let producer: ThreadedProducer<Waiting> = client::eager_producer_config(common)?
        .create_with_context(Waiting(sender))
        .context("producer")?;
    let record = BaseRecord::<(), str>::to(&asked.topic).payload("are you there?");
    if let Err((error, _)) = producer.send(record) {
        bail!("producing: {error}");
    }
    println!("waiting");
    let acked_at = receiver
        .recv_timeout(Duration::from_secs_f64(asked.timeout))
        .with_context(|| format!("no ack within {} s", asked.timeout))??;
    let result = json!({ "acked_unix_us": acked_at.as_micros() as u64 });
    Ok((
        Outcome {
            clean: true,
            result,
        },
        meter.stop(0)?,
    ))
}
