//! CloudWatch Logs: groups, streams, and PutLogEvents with every limit of the service's model.
//!
//! Sequence tokens are ignored, as AWS ignores them now. Quotas of calls per second are the script's.

mod events;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::operation::{Operation, Service};
use crate::report::Totals;
use crate::state::{Asked, lock};

/// The longest name of a group or a stream.
const NAME_CHARS_MAX: usize = 512;
/// What PutRetentionPolicy takes.
const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// An event that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Its log group.
    pub group: Arc<str>,
    /// Its log stream.
    pub stream: Arc<str>,
    /// When it happened.
    pub timestamp_ms: i64,
    /// Its text.
    pub message: String,
}

/// The service.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    groups: BTreeMap<String, Group>,
    /// All that was ever accepted, of deleted groups, too.
    pub(crate) accepted: Vec<LogEvent>,
    pub(crate) totals: Totals,
}

#[derive(Debug, Default)]
struct Group {
    retention_days: Option<u32>,
    streams: BTreeSet<String>,
}

/// What groups and streams are named in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    #[serde(default)]
    log_group_name: String,
    #[serde(default)]
    log_stream_name: String,
    #[serde(default)]
    retention_in_days: u32,
}

pub(crate) fn answer(logs: &Mutex<Logs>, asked: &Asked<'_>) -> (Answer, u64) {
    if asked.incoming.operation == Operation::PutLogEvents {
        return events::put(logs, asked);
    }
    let Ok(named) = serde_json::from_slice::<Named>(asked.payload) else {
        return (invalid(asked, "not JSON as expected"), 0);
    };
    let mut logs = lock(logs);
    if matches!(asked.fault, Some(Fault::Missing)) {
        logs.groups.remove(&named.log_group_name);
    }
    let answer = match asked.incoming.operation {
        Operation::CreateLogGroup => create_group(&mut logs, asked, named),
        Operation::CreateLogStream => create_stream(&mut logs, asked, named),
        Operation::PutRetentionPolicy => retain(&mut logs, asked, &named),
        _ => read::answer(&logs, asked),
    };
    (answer, 0)
}

/// A request against the rules: told to the client, and remembered.
fn invalid(asked: &Asked<'_>, detail: impl Into<String>) -> Answer {
    let detail = detail.into();
    asked.violation("InvalidParameterException", detail.clone());
    Answer::error(Service::Logs, 400, "InvalidParameterException", &detail)
}

fn not_found(what: &str) -> Answer {
    let message = format!("The specified {what} does not exist.");
    Answer::error(Service::Logs, 400, "ResourceNotFoundException", &message)
}

fn exists(what: &str) -> Answer {
    let message = format!("The specified {what} already exists");
    let code = "ResourceAlreadyExistsException";
    Answer::error(Service::Logs, 400, code, &message)
}

fn create_group(logs: &mut Logs, asked: &Asked<'_>, named: Named) -> Answer {
    if !is_group_name(&named.log_group_name) {
        return invalid(asked, format!("log group name `{}`", named.log_group_name));
    }
    if logs.groups.contains_key(&named.log_group_name) {
        return exists("log group");
    }
    logs.groups.insert(named.log_group_name, Group::default());
    Answer::json(&json!({}))
}

fn create_stream(logs: &mut Logs, asked: &Asked<'_>, named: Named) -> Answer {
    if !is_stream_name(&named.log_stream_name) {
        return invalid(
            asked,
            format!("log stream name `{}`", named.log_stream_name),
        );
    }
    let Some(group) = logs.groups.get_mut(&named.log_group_name) else {
        return not_found("log group");
    };
    match group.streams.insert(named.log_stream_name) {
        true => Answer::json(&json!({})),
        false => exists("log stream"),
    }
}

fn retain(logs: &mut Logs, asked: &Asked<'_>, named: &Named) -> Answer {
    let days = named.retention_in_days;
    if !RETENTION_DAYS.contains(&days) {
        return invalid(asked, format!("retention of {days} days"));
    }
    let Some(group) = logs.groups.get_mut(&named.log_group_name) else {
        return not_found("log group");
    };
    group.retention_days = Some(days);
    Answer::json(&json!({}))
}

fn is_group_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

fn is_stream_name(name: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.contains([':', '*'])
}

#[cfg(test)]
mod tests;
