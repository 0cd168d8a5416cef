//! Amazon Kinesis Data Streams: events as records, each alone or many in one.
//!
//! It makes no streams. The service keeps no order within a request that it takes in part, and does not know a record
//! again: JSON has an id for that.

mod partition;

use std::sync::Arc;
use std::time::Duration;

use aws::{Kinesis, KinesisRecord};
use service::flags::{Flag, Values};

use self::partition::{HashKeys, Partition};
use super::client;
use super::records::kpl::Aggregate;
use super::records::{Aggregation, Answers, Envelope, Packing, Record};
use super::table::{About, Opener};
use super::{Origin, Outcome, Sending, Sink};
use crate::batch::{Batch, Limits};

/// A request of 10 MiB in base64 at two megabits a second.
const CALL: Duration = Duration::from_secs(60);
/// What PutRecords takes in one request.
const RECORDS_MAX: usize = 500;
/// What a stream may be set to take: a record, and a request.
const BYTES_MAX: usize = 10 << 20;
/// Less would not hold an event of the default limit.
const BYTES_MIN: usize = 64 << 10;
/// Events of a batch where a record holds many.
const EVENTS_MAX: usize = 50_000;
/// What a partition key takes, mostly; the exact bytes are counted where records are made.
const KEY_BYTES: usize = 40;

const PARTITION_KEY: Flag = Flag::text(
    "kinesis.partition-key",
    "random",
    "What a record's shard is chosen by: random, log, file, round-robin, or text:TEXT",
);
const AGGREGATION: Flag = Flag::text(
    "kinesis.aggregation",
    "none",
    "Events of a record: one (none), or as many as fit, as lines or as the Kinesis Producer Library has them (kpl)",
);
const FORMAT: Flag = Flag::text(
    "kinesis.format",
    "text",
    "What stands for an event: its text, or a JSON object with an id (json)",
);
const RECORD_BYTES: Flag = Flag::text(
    "kinesis.record-bytes-max",
    "1048576",
    "Bytes of a record with its partition key, at most; more than the default where the stream takes it",
);
const REQUEST_BYTES: Flag = Flag::text(
    "kinesis.request-bytes-max",
    "5242880",
    "Bytes of a request, at most",
);

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    vec![
        &PARTITION_KEY,
        &AGGREGATION,
        &FORMAT,
        &RECORD_BYTES,
        &REQUEST_BYTES,
    ]
}

/// What was configured.
#[derive(Clone, Debug)]
struct Settings {
    stream: String,
    partition: Partition,
    packing: Packing,
}

/// A stream.
struct KinesisSink {
    door: Kinesis,
    settings: Settings,
    hash_keys: HashKeys,
    destination: Arc<str>,
}

/// Reads `STREAM` and the flags.
///
/// # Errors
/// The stream's name is none.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values, about)?;
    Ok(client::opener(about, CALL, move |config, _| {
        KinesisSink::new(config, settings.clone())
    }))
}

fn is_stream_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(allowed)
}

/// `arn:aws:kinesis:us-east-1:012345678910:stream/logs`.
fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let is_partition = next() == "arn" && next().starts_with("aws");
    let is_kinesis = next() == "kinesis" && !next().is_empty();
    let account = next();
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let stream = next().strip_prefix("stream/");
    is_partition && is_kinesis && is_account && stream.is_some_and(is_stream_name)
}

impl Settings {
    fn read(target: &str, values: &mut Values, about: &About) -> Result<Self, String> {
        let is_name = is_stream_name(target);
        if !is_name && !is_arn(target) {
            return Err(format!(
                "\"{target}\" is no name of a stream; write kinesis:STREAM, or its ARN: kinesis:arn:aws:kinesis:REGION:ACCOUNT:stream/STREAM"
            ));
        }
        let mut bytes = |flag: &Flag| {
            let bytes = values.parsed(flag);
            if !(BYTES_MIN..=BYTES_MAX).contains(&bytes) {
                values.problem(
                    flag,
                    format!("{bytes} is not in {BYTES_MIN} to {BYTES_MAX}"),
                );
            }
            bytes
        };
        let (record_bytes_max, request_bytes_max) = (bytes(&RECORD_BYTES), bytes(&REQUEST_BYTES));
        if record_bytes_max > request_bytes_max {
            let message = format!("{record_bytes_max} is more than kinesis.request-bytes-max");
            values.problem(&RECORD_BYTES, message);
        }
        Ok(Self {
            stream: target.to_owned(),
            partition: values.parsed(&PARTITION_KEY),
            packing: Packing {
                envelope: Envelope {
                    format: values.parsed(&FORMAT),
                    broker: Arc::clone(&about.broker_id),
                },
                aggregation: values.parsed(&AGGREGATION),
                ends_lines: false,
                records_max: RECORDS_MAX,
                record_bytes_max,
                request_bytes_max,
            },
        })
    }
}

impl KinesisSink {
    fn new(config: &aws::ClientConfig, settings: Settings) -> Self {
        Self {
            door: Kinesis::new(config),
            settings,
            hash_keys: HashKeys::default(),
            destination: Arc::from(""),
        }
    }

    async fn attempt(&self, batch: &Batch) -> Outcome {
        let Settings {
            stream,
            partition,
            packing,
        } = &self.settings;
        let packed = packing.pack(batch, &mut partition.keys(batch));
        let mut answers = Answers::default();
        for records in packed.requests {
            if !answers.may_go_on() {
                answers.left(records.into_iter().flat_map(|record| record.events));
                continue;
            }
            let (records, events) = Record::split(records, |data, partition_key| KinesisRecord {
                data,
                partition_key,
                explicit_hash_key: partition.is_round_robin().then(|| self.hash_keys.next()),
            });
            answers.add("Kinesis", events, self.door.put(stream, records).await);
        }
        answers.outcome(packed.too_large)
    }
}

impl Sink for KinesisSink {
    fn limits(&self) -> Limits {
        let packing = &self.settings.packing;
        let is_alone = packing.aggregation == Aggregation::None;
        let key = if is_alone { KEY_BYTES } else { 1 };
        // The longest key, and what an aggregate adds.
        let around = Aggregate::overhead_bytes(partition::KEY_BYTES_MAX) + partition::KEY_BYTES_MAX;
        let room = packing.record_bytes_max.saturating_sub(around + 1);
        Limits {
            events_max: if is_alone { RECORDS_MAX } else { EVENTS_MAX },
            bytes_max: packing.request_bytes_max,
            event_overhead_bytes: key + packing.envelope.overhead_bytes(),
            event_bytes_max: packing.envelope.text_bytes_max(room),
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
