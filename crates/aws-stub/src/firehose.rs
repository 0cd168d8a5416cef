//! Data Firehose: PutRecordBatch with its limits. What it would make of the records is not acted out.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::kinesis::fails;
use crate::operation::Service;
use crate::report::Totals;
use crate::settings::Keep;
use crate::state::{Asked, lock};

const REQUEST_RECORDS_MAX: usize = 500;
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Before base64.
const RECORD_BYTES_MAX: usize = 1000 * 1024;

/// The service: what each delivery stream accepted.
#[derive(Debug, Default)]
pub(crate) struct Firehose {
    streams: BTreeMap<String, Vec<Vec<u8>>>,
    pub(crate) totals: Totals,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecordBatch {
    delivery_stream_name: String,
    records: Vec<PutRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecord {
    data: String,
}

impl Firehose {
    pub(crate) fn new(streams: &[String]) -> Self {
        let streams = streams.iter().map(|name| (name.clone(), Vec::new()));
        Self {
            streams: streams.collect(),
            totals: Totals::default(),
        }
    }

    pub(crate) fn records(&self, stream: &str) -> Vec<Vec<u8>> {
        self.streams.get(stream).cloned().unwrap_or_default()
    }
}

pub(crate) fn answer(firehose: &Mutex<Firehose>, asked: &Asked<'_>) -> (Answer, u64) {
    let put = match serde_json::from_slice::<PutRecordBatch>(asked.payload) {
        Ok(put) => put,
        Err(cause) => return (invalid(asked, format!("not JSON as expected: {cause}")), 0),
    };
    let records = match decoded(&put.records) {
        Ok(records) => records,
        Err(detail) => return (invalid(asked, detail), 0),
    };
    let mut firehose = lock(firehose);
    let Firehose { streams, totals } = &mut *firehose;
    let stream = streams.get_mut(&put.delivery_stream_name);
    let stream = stream.filter(|_| !matches!(asked.fault, Some(Fault::Missing)));
    let Some(stream) = stream else {
        let message = format!("Firehose {} not found", put.delivery_stream_name);
        let code = "ResourceNotFoundException";
        return (Answer::error(Service::Firehose, 400, code, &message), 0);
    };
    let mut answers = Vec::with_capacity(records.len());
    let (mut failed, mut events, mut bytes) = (0, 0, 0);
    for (index, data) in records.into_iter().enumerate() {
        if fails(asked.fault, index) {
            failed += 1;
            answers.push(json!({
                "ErrorCode": "ServiceUnavailableException",
                "ErrorMessage": "Slow down.",
            }));
            continue;
        }
        events += match asked.keep {
            Keep::Totals => 1,
            _ => totals.oracle.observe(&data),
        };
        bytes += data.len() as u64;
        answers.push(json!({"RecordId": (totals.events + index as u64).to_string()}));
        if asked.keep == Keep::All {
            stream.push(data);
        }
    }
    totals.add(asked.now_ms, events, bytes);
    if matches!(asked.fault, Some(Fault::WrongCount)) {
        failed = 1;
    }
    let body = json!({"FailedPutCount": failed, "Encrypted": false, "RequestResponses": answers});
    (Answer::json(&body), events)
}

/// The records, if the limits of a request are kept.
fn decoded(put: &[PutRecord]) -> Result<Vec<Vec<u8>>, String> {
    if put.is_empty() || put.len() > REQUEST_RECORDS_MAX {
        return Err(format!("{} records in a request", put.len()));
    }
    let mut bytes = 0;
    let mut records = Vec::with_capacity(put.len());
    for record in put {
        let data = STANDARD
            .decode(&record.data)
            .map_err(|cause| format!("no base64: {cause}"))?;
        if data.len() > RECORD_BYTES_MAX {
            return Err(format!("a record of {} bytes", data.len()));
        }
        bytes += data.len();
        records.push(data);
    }
    match bytes > REQUEST_BYTES_MAX {
        true => Err(format!("a request of {bytes} bytes")),
        false => Ok(records),
    }
}

fn invalid(asked: &Asked<'_>, detail: String) -> Answer {
    asked.violation("InvalidArgumentException", detail.clone());
    Answer::error(Service::Firehose, 400, "InvalidArgumentException", &detail)
}
