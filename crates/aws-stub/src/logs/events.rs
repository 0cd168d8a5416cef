//! PutLogEvents: the limits of a batch, the ranges that are rejected, and what is kept.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{LogEvent, Logs, invalid, not_found};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::numbered::{TIME_END, time_ms};
use crate::settings::Keep;
use crate::state::{Asked, lock};

/// Of a batch: messages in UTF-8, and 26 bytes for each event.
pub(super) const BATCH_BYTES_MAX: usize = 1_048_576;
pub(super) const EVENT_OVERHEAD_BYTES: usize = 26;
pub(super) const BATCH_EVENTS_MAX: usize = 10_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Between the first and the last event that is not rejected.
pub(super) const SPAN_MS_MAX: i64 = DAY_MS;
pub(super) const AHEAD_MS_MAX: i64 = 2 * HOUR_MS;
pub(super) const AGE_MS_MAX: i64 = 14 * DAY_MS;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Put<'a> {
    #[serde(borrow)]
    log_group_name: Cow<'a, str>,
    #[serde(borrow)]
    log_stream_name: Cow<'a, str>,
    #[serde(borrow)]
    log_events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    timestamp: i64,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// Which events of a batch are stored, and what is said of the others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) stored: Range<usize>,
    /// The first that is too new.
    pub(super) too_new_start: Option<usize>,
    /// Behind the last that is too old.
    pub(super) too_old_end: Option<usize>,
    /// Behind the last that the group does not keep any more.
    pub(super) expired_end: Option<usize>,
}

pub(super) fn put(logs: &Mutex<Logs>, asked: &Asked<'_>) -> (Answer, u64) {
    let put = match serde_json::from_slice::<Put<'_>>(asked.payload) {
        Ok(put) => put,
        Err(cause) => return (invalid(asked, format!("not JSON as expected: {cause}")), 0),
    };
    let sizes = put.log_events.iter().map(|event| event.message.len());
    let times: Vec<i64> = put.log_events.iter().map(|event| event.timestamp).collect();
    if let Err(detail) = fits(sizes, &times) {
        return (invalid(asked, detail), 0);
    }
    let mut logs = lock(logs);
    if matches!(asked.fault, Some(Fault::Missing)) {
        logs.groups.remove(put.log_group_name.as_ref());
    }
    let Some(group) = logs.groups.get(put.log_group_name.as_ref()) else {
        return (not_found("log group"), 0);
    };
    if !group.streams.contains(put.log_stream_name.as_ref()) {
        return (not_found("log stream"), 0);
    }
    let taken = take(&times, asked.now_ms, group.retention_days);
    let stored = put.log_events.get(taken.stored.clone()).unwrap_or_default();
    if let (Some(first), Some(last)) = (stored.first(), stored.last())
        && last.timestamp.abs_diff(first.timestamp) > SPAN_MS_MAX.unsigned_abs()
    {
        return (invalid(asked, "the batch spans more than 24 hours"), 0);
    }
    store(&mut logs, asked, &put, taken.stored.clone());
    let mut body = json!({"nextSequenceToken": "ignored"});
    if let (Some(rejected), Value::Object(body)) = (rejected(&taken), &mut body) {
        body.insert("rejectedLogEventsInfo".to_owned(), rejected);
    }
    (Answer::json(&body), taken.stored.len() as u64)
}

/// The limits of a batch that do not depend on the time.
pub(super) fn fits(sizes: impl Iterator<Item = usize>, times: &[i64]) -> Result<(), String> {
    if times.is_empty() || times.len() > BATCH_EVENTS_MAX {
        return Err(format!("{} events in a batch", times.len()));
    }
    let mut bytes = 0;
    for size in sizes {
        if size == 0 {
            return Err("an empty message".to_owned());
        }
        if size > BATCH_BYTES_MAX - EVENT_OVERHEAD_BYTES {
            return Err(format!("an event of {size} bytes"));
        }
        bytes += size + EVENT_OVERHEAD_BYTES;
    }
    if bytes > BATCH_BYTES_MAX {
        return Err(format!("a batch of {bytes} bytes"));
    }
    if times.iter().any(|time| *time < 0) {
        return Err("a timestamp before 1970".to_owned());
    }
    match times.is_sorted() {
        true => Ok(()),
        false => Err("the events are not in chronological order".to_owned()),
    }
}

/// Times ascend.
pub(super) fn take(times: &[i64], now_ms: i64, retention_days: Option<u32>) -> Taken {
    let before = |limit: i64| times.partition_point(|time| *time < limit);
    let too_old_end = before(now_ms - AGE_MS_MAX);
    let expired_end = retention_days.map_or(0, |days| before(now_ms - i64::from(days) * DAY_MS));
    let too_new_start = before(now_ms + AHEAD_MS_MAX + 1);
    let start = too_old_end.max(expired_end);
    Taken {
        stored: start..too_new_start.max(start),
        too_new_start: (too_new_start < times.len()).then_some(too_new_start),
        too_old_end: (too_old_end > 0).then_some(too_old_end),
        expired_end: (expired_end > 0).then_some(expired_end),
    }
}

fn rejected(taken: &Taken) -> Option<Value> {
    let parts = [
        ("tooNewLogEventStartIndex", taken.too_new_start),
        ("tooOldLogEventEndIndex", taken.too_old_end),
        ("expiredLogEventEndIndex", taken.expired_end),
    ];
    let parts: serde_json::Map<String, Value> = parts
        .into_iter()
        .filter_map(|(name, index)| Some((name.to_owned(), json!(index?))))
        .collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

fn store(logs: &mut Logs, asked: &Asked<'_>, put: &Put<'_>, stored: Range<usize>) {
    let group: Arc<str> = put.log_group_name.as_ref().into();
    let stream: Arc<str> = put.log_stream_name.as_ref().into();
    let events = put.log_events.get(stored).unwrap_or_default();
    let mut bytes = 0;
    // Many lines of a batch tell the same millisecond.
    let mut told: Option<(&[u8], i64)> = None;
    for event in events {
        bytes += event.message.len() as u64;
        if asked.keep != Keep::Totals {
            let text = event.message.as_bytes();
            logs.totals.oracle.observe(text);
            let time = text.get(..TIME_END).unwrap_or_default();
            if told.is_none_or(|(before, _)| before != time) {
                told = time_ms(text).map(|ms| (time, ms));
            }
            if let Some((_, ms)) = told {
                logs.totals.late(asked.now_ms, ms);
            }
        }
        if asked.keep == Keep::All {
            logs.accepted.push(LogEvent {
                group: Arc::clone(&group),
                stream: Arc::clone(&stream),
                timestamp_ms: event.timestamp,
                message: event.message.clone().into_owned(),
            });
        }
    }
    let count = events.len() as u64;
    logs.totals.add(asked.now_ms, count, bytes);
}
