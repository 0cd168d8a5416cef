//! Reading back: which groups and streams there are, and what a stream holds, in pages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Logs, invalid, not_found};
use crate::answer::Answer;
use crate::operation::{Operation, Service};
use crate::state::Asked;

/// Events of a page.
const PAGE_EVENTS_MAX: usize = 10_000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Read {
    log_group_name: String,
    log_group_name_prefix: String,
    log_stream_name: String,
    log_stream_name_prefix: String,
    next_token: Option<String>,
}

pub(super) fn answer(logs: &Logs, asked: &Asked<'_>) -> Answer {
    let Ok(read) = serde_json::from_slice::<Read>(asked.payload) else {
        return invalid(asked, "not JSON as expected");
    };
    match asked.incoming.operation {
        Operation::DescribeLogGroups => groups(logs, &read),
        Operation::DescribeLogStreams => streams(logs, &read),
        Operation::GetLogEvents => events(logs, &read),
        _ => {
            let target = asked.incoming.header("x-amz-target");
            let target = target.unwrap_or_default().to_owned();
            asked.violation("unknown operation", target);
            let code = "UnknownOperationException";
            Answer::error(Service::Logs, 400, code, "The stub does not know it")
        }
    }
}

fn groups(logs: &Logs, read: &Read) -> Answer {
    let groups = logs.groups.iter();
    let groups: Vec<Value> = groups
        .filter(|(name, _)| name.starts_with(&read.log_group_name_prefix))
        .map(|(name, group)| json!({"logGroupName": name, "retentionInDays": group.retention_days}))
        .collect();
    Answer::json(&json!({"logGroups": groups}))
}

fn streams(logs: &Logs, read: &Read) -> Answer {
    let Some(group) = logs.groups.get(&read.log_group_name) else {
        return not_found("log group");
    };
    let streams = group.streams.iter();
    let streams: Vec<Value> = streams
        .filter(|name| name.starts_with(&read.log_stream_name_prefix))
        .map(|name| json!({"logStreamName": name}))
        .collect();
    Answer::json(&json!({"logStreams": streams}))
}

/// Forward tokens are places in the stream; one that comes back unchanged says that there is no more.
fn events(logs: &Logs, read: &Read) -> Answer {
    let group = logs.groups.get(&read.log_group_name);
    let Some(group) = group else {
        return not_found("log group");
    };
    if !group.streams.contains(&read.log_stream_name) {
        return not_found("log stream");
    }
    let token = read.next_token.as_deref();
    let from = token.and_then(|token| token.strip_prefix("f/")?.parse().ok());
    let from: usize = from.unwrap_or(0);
    let of_stream = logs.accepted.iter().filter(|event| {
        *event.group == read.log_group_name && *event.stream == read.log_stream_name
    });
    let page: Vec<Value> = of_stream
        .skip(from)
        .take(PAGE_EVENTS_MAX)
        .map(|event| json!({"timestamp": event.timestamp_ms, "message": event.message}))
        .collect();
    let next = format!("f/{}", from + page.len());
    Answer::json(&json!({"events": page, "nextForwardToken": next}))
}
