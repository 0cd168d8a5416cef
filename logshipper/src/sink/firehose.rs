//! Amazon Data Firehose: events as lines, many of them in a record.
//!
//! It makes no delivery streams. The service joins records as they are, so that each line has its end.

use std::sync::Arc;
use std::time::Duration;

use aws::Firehose;
use service::flags::{Flag, Values};

use super::client;
use super::records::{Aggregation, Answers, Envelope, NoKeys, Packing, Record};
use super::table::{About, Opener};
use super::{Origin, Outcome, Sending, Sink};
use crate::batch::{Batch, Limits};

/// A request of 4 MiB in base64 at a megabit a second.
const CALL: Duration = Duration::from_secs(60);
/// What PutRecordBatch takes in one request.
const RECORDS_MAX: usize = 500;
/// Bytes of a record, before base64.
const RECORD_BYTES_MAX: usize = 1_024_000;
/// Bytes of a request.
const REQUEST_BYTES_MAX: usize = 4 << 20;
/// Events of a batch where a record holds many.
const EVENTS_MAX: usize = 50_000;

const AGGREGATION: Flag = Flag::text(
    "firehose.aggregation",
    "lines",
    "Lines of a record: as many as fit (lines), or one, where the stream transforms records (none)",
);
const FORMAT: Flag = Flag::text(
    "firehose.format",
    "text",
    "What stands for an event: its text, or a JSON object with an id (json)",
);

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    vec![&AGGREGATION, &FORMAT]
}

/// What was configured.
#[derive(Clone, Debug)]
struct Settings {
    stream: String,
    packing: Packing,
}

/// A delivery stream.
struct FirehoseSink {
    door: Firehose,
    settings: Settings,
    destination: Arc<str>,
}

/// Reads `STREAM` and the flags.
///
/// # Errors
/// The stream's name is none.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values, about)?;
    Ok(client::opener(about, CALL, move |config, _| {
        FirehoseSink::new(config, settings.clone())
    }))
}

impl Settings {
    fn read(target: &str, values: &mut Values, about: &About) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if !(1..=64).contains(&target.len()) || !target.chars().all(allowed) {
            return Err(format!(
                "\"{target}\" is no name of a delivery stream; write firehose:STREAM"
            ));
        }
        let mut aggregation = values.parsed(&AGGREGATION);
        if aggregation == Aggregation::Kpl {
            values.problem(&AGGREGATION, "\"kpl\" is for Kinesis; write lines or none");
            aggregation = Aggregation::Lines;
        }
        Ok(Self {
            stream: target.to_owned(),
            packing: Packing {
                envelope: Envelope {
                    format: values.parsed(&FORMAT),
                    broker: Arc::clone(&about.broker_id),
                },
                aggregation,
                ends_lines: true,
                records_max: RECORDS_MAX,
                record_bytes_max: RECORD_BYTES_MAX,
                request_bytes_max: REQUEST_BYTES_MAX,
            },
        })
    }
}

impl FirehoseSink {
    fn new(config: &aws::ClientConfig, settings: Settings) -> Self {
        Self {
            door: Firehose::new(config),
            settings,
            destination: Arc::from(""),
        }
    }

    async fn attempt(&self, batch: &Batch) -> Outcome {
        let Settings { stream, packing } = &self.settings;
        let packed = packing.pack(batch, &mut NoKeys);
        let mut answers = Answers::default();
        for records in packed.requests {
            if !answers.may_go_on() {
                answers.left(records.into_iter().flat_map(|record| record.events));
                continue;
            }
            let (records, events) = Record::split(records, |data, _| data);
            answers.add("Firehose", events, self.door.put(stream, records).await);
        }
        answers.outcome(packed.too_large)
    }
}

impl Sink for FirehoseSink {
    fn limits(&self) -> Limits {
        let packing = &self.settings.packing;
        Limits {
            events_max: match packing.aggregation {
                Aggregation::None => RECORDS_MAX,
                _ => EVENTS_MAX,
            },
            bytes_max: REQUEST_BYTES_MAX,
            event_overhead_bytes: 1 + packing.envelope.overhead_bytes(),
            event_bytes_max: packing.envelope.text_bytes_max(RECORD_BYTES_MAX - 1),
            span_ms_max: i64::MAX,
            linger_ms: 1000,
        }
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        Arc::clone(&self.destination)
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.attempt(batch))
    }
}

#[cfg(test)]
mod tests;
