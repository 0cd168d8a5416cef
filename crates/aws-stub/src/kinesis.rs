//! Kinesis Data Streams: PutRecords with its limits, and shards that take so much a second and no more.
//!
//! A partition key's shard is chosen by a hash of ours, not by MD5: which one it is tells a client nothing.

mod rate;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use self::rate::Shard;
use crate::answer::Answer;
use crate::fault::Fault;
use crate::operation::Service;
use crate::report::Totals;
use crate::settings::{DataStream, Keep};
use crate::state::{Asked, lock};

const REQUEST_RECORDS_MAX: usize = 500;
/// Data and partition keys.
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;
const PARTITION_KEY_CHARS_MAX: usize = 256;

/// A record that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What chose the shard.
    pub partition_key: String,
    /// Which.
    pub shard: usize,
    /// What is in it.
    pub data: Vec<u8>,
}

/// The service.
#[derive(Debug, Default)]
pub(crate) struct Kinesis {
    streams: BTreeMap<String, Stream>,
    pub(crate) totals: Totals,
}

#[derive(Debug)]
struct Stream {
    record_bytes_max: usize,
    shards: Vec<Shard>,
    accepted: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecords {
    #[serde(default)]
    stream_name: String,
    #[serde(rename = "StreamARN", default)]
    stream_arn: String,
    records: Vec<PutRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecord {
    data: String,
    partition_key: String,
    explicit_hash_key: Option<String>,
}

impl Kinesis {
    pub(crate) fn new(streams: &[DataStream]) -> Self {
        let streams = streams.iter().map(|stream| {
            let of_stream = Stream {
                record_bytes_max: stream.record_bytes_max,
                shards: vec![Shard::default(); stream.shards.max(1)],
                accepted: Vec::new(),
            };
            (stream.name.clone(), of_stream)
        });
        Self {
            streams: streams.collect(),
            totals: Totals::default(),
        }
    }

    pub(crate) fn records(&self, stream: &str) -> Vec<Record> {
        let stream = self.streams.get(stream);
        stream.map_or_else(Vec::new, |stream| stream.accepted.clone())
    }
}

pub(crate) fn answer(kinesis: &Mutex<Kinesis>, asked: &Asked<'_>) -> (Answer, u64) {
    let put = match serde_json::from_slice::<PutRecords>(asked.payload) {
        Ok(put) => put,
        Err(cause) => return (invalid(asked, format!("not JSON as expected: {cause}")), 0),
    };
    let records = match decoded(&put.records) {
        Ok(records) => records,
        Err(detail) => return (invalid(asked, detail), 0),
    };
    let mut kinesis = lock(kinesis);
    let name = match put.stream_arn.rsplit_once('/') {
        Some((_, name)) => name,
        None => &put.stream_name,
    };
    let Kinesis { streams, totals } = &mut *kinesis;
    let Some(stream) = streams.get_mut(name) else {
        return (not_found(name), 0);
    };
    if matches!(asked.fault, Some(Fault::Missing)) {
        return (not_found(name), 0);
    }
    if let Some(record) = records
        .iter()
        .find(|record| record.data.len() + record.partition_key.len() > stream.record_bytes_max)
    {
        let bytes = record.data.len() + record.partition_key.len();
        return (invalid(asked, format!("a record of {bytes} bytes")), 0);
    }
    put_all(stream, totals, asked, records, &put.records)
}

/// Each record for itself: its shard may have no room, or the script says that it fails.
fn put_all(
    stream: &mut Stream,
    totals: &mut Totals,
    asked: &Asked<'_>,
    records: Vec<Record>,
    put: &[PutRecord],
) -> (Answer, u64) {
    let mut answers = Vec::with_capacity(records.len());
    let (mut failed, mut events, mut bytes) = (0, 0, 0);
    for (index, (mut record, put)) in records.into_iter().zip(put).enumerate() {
        let size = record.data.len() + record.partition_key.len();
        record.shard = shard_of(put, stream.shards.len());
        let shard = stream.shards.get_mut(record.shard);
        let fits = shard.is_some_and(|shard| shard.take(asked.now_ms, size));
        if fails(asked.fault, index) {
            failed += 1;
            answers.push(failure("InternalFailure", "Internal service failure."));
            continue;
        }
        if !fits {
            failed += 1;
            let code = "ProvisionedThroughputExceededException";
            answers.push(failure(code, "Rate exceeded for shard"));
            continue;
        }
        if asked.keep != Keep::Totals {
            events += totals.oracle.observe(&record.data);
        }
        bytes += record.data.len() as u64;
        answers.push(json!({
            "SequenceNumber": (totals.events + index as u64).to_string(),
            "ShardId": format!("shardId-{:012}", record.shard),
        }));
        if asked.keep == Keep::All {
            stream.accepted.push(record);
        }
    }
    let accepted = (answers.len() - failed) as u64;
    let events = if asked.keep == Keep::Totals {
        accepted
    } else {
        events
    };
    totals.add(asked.now_ms, events, bytes);
    if matches!(asked.fault, Some(Fault::WrongCount)) {
        failed = 1;
    }
    let body = json!({"FailedRecordCount": failed, "Records": answers});
    (Answer::json(&body), events)
}

/// True if the script says that this record fails.
pub(crate) fn fails(fault: Option<&Fault>, index: usize) -> bool {
    match fault {
        Some(Fault::FailRecords { indices }) => indices.contains(&index),
        Some(Fault::WrongCount) => true,
        _ => false,
    }
}

fn failure(code: &str, message: &str) -> Value {
    json!({"ErrorCode": code, "ErrorMessage": message})
}

/// The records, if the limits of a request are kept.
fn decoded(put: &[PutRecord]) -> Result<Vec<Record>, String> {
    if put.is_empty() || put.len() > REQUEST_RECORDS_MAX {
        return Err(format!("{} records in a request", put.len()));
    }
    let mut bytes = 0;
    let mut records = Vec::with_capacity(put.len());
    for record in put {
        let chars = record.partition_key.chars().count();
        if !(1..=PARTITION_KEY_CHARS_MAX).contains(&chars) {
            return Err(format!("a partition key of {chars} characters"));
        }
        let data = STANDARD
            .decode(&record.data)
            .map_err(|cause| format!("no base64: {cause}"))?;
        bytes += data.len() + record.partition_key.len();
        records.push(Record {
            partition_key: record.partition_key.clone(),
            shard: 0,
            data,
        });
    }
    match bytes > REQUEST_BYTES_MAX {
        true => Err(format!("a request of {bytes} bytes")),
        false => Ok(records),
    }
}

fn shard_of(record: &PutRecord, shards: usize) -> usize {
    let explicit = record.explicit_hash_key.as_deref();
    let hash = match explicit.and_then(|key| key.parse::<u128>().ok()) {
        Some(key) => (key >> 64) as u64,
        None => {
            let mut hasher = DefaultHasher::new();
            record.partition_key.hash(&mut hasher);
            hasher.finish()
        }
    };
    // Shards divide the range of hashes evenly.
    ((u128::from(hash) * shards as u128) >> 64) as usize
}

fn invalid(asked: &Asked<'_>, detail: String) -> Answer {
    asked.violation("InvalidArgumentException", detail.clone());
    Answer::error(Service::Kinesis, 400, "InvalidArgumentException", &detail)
}

fn not_found(name: &str) -> Answer {
    let message = format!("Stream {name} under account 000000000000 not found.");
    let code = "ResourceNotFoundException";
    Answer::error(Service::Kinesis, 400, code, &message)
}
