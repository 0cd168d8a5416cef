//! Amazon CloudWatch Logs: puts events whose JSON the caller wrote, one request a call, and makes groups and streams.
//!
//! The SDK makes a string of each event and a document of all; a shipper of logs spends its time there. So the SDK gets the
//! body ready-made, before it signs: endpoint, credentials, signature, connection, errors and the answer stay its own.
//! Limits, retries and the order of events are the caller's.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::StalledStreamProtectionConfig;
use aws_sdk_cloudwatchlogs::operation::RequestId as _;
use aws_sdk_cloudwatchlogs::types::{LogGroupClass, RejectedLogEventsInfo};
use aws_sdk_s3::primitives::SdkBody;

use crate::ClientConfig;
use crate::failure::Failure;

const SERVICE: &str = "CloudWatch Logs";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct CloudWatchLogs {
    client: Client,
}

/// The body of PutLogEvents, whole:
/// `{"logGroupName":"…","logStreamName":"…","logEvents":[{"timestamp":1,"message":"…"},…]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEventsBody {
    /// As it is.
    Json(Vec<u8>),
    /// Compressed.
    Gzip(Vec<u8>),
}

/// Which events the service did not take, by their places in the request. The others are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RejectedEvents {
    /// Behind the last one that is too old.
    pub too_old_end: usize,
    /// Behind the last one that is older than the group keeps events.
    pub expired_end: usize,
    /// The first one that is too far ahead.
    pub too_new_start: Option<usize>,
}

/// What a group is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroup {
    /// The key of KMS that it is encrypted with.
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`; the service's default where it is not told.
    pub class: Option<String>,
    /// Names and values.
    pub tags: Vec<(String, String)>,
}

impl CloudWatchLogs {
    /// A client with these settings. Opens nothing yet.
    pub fn new(config: &ClientConfig) -> Self {
        let builder = aws_sdk_cloudwatchlogs::config::Builder::from(config.sdk())
            // Bodies are whole in memory, and the call has its time.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Self {
            client: Client::from_conf(builder.build()),
        }
    }

    /// Puts the events of `body`.
    ///
    /// # Errors
    /// None of them is known to have arrived.
    pub async fn put_log_events(&self, body: LogEventsBody) -> Result<RejectedEvents, Failure> {
        let (bytes, encoding) = match body {
            LogEventsBody::Json(bytes) => (bytes, None),
            LogEventsBody::Gzip(bytes) => (bytes, Some("gzip")),
        };
        let length = bytes.len().to_string();
        let body = SdkBody::from(bytes);
        let request = self.client.put_log_events().customize();
        let request = request.mutate_request(move |request| {
            // A body of bytes is cloned by reference.
            if let Some(body) = body.try_clone() {
                *request.body_mut() = body;
            }
            let headers = request.headers_mut();
            headers.insert("content-length", length.clone());
            if let Some(encoding) = encoding {
                headers.insert("content-encoding", encoding);
            }
        });
        let answer = request.send().await;
        let answer = answer.map_err(|error| Failure::of(SERVICE, error))?;
        // The service names every request, and tells a token of old. A success with neither, such as an empty one,
        // is that of a proxy or of another server, and acknowledges nothing.
        if answer.request_id().is_none() && answer.next_sequence_token().is_none() {
            let why = "a success that names neither a request nor a token";
            return Err(Failure::stranger(SERVICE, why));
        }
        Ok(answer
            .rejected_log_events_info()
            .map(RejectedEvents::of)
            .unwrap_or_default())
    }

    /// Makes a log stream; that it is there already is well.
    ///
    /// # Errors
    /// It is not known to be there. `Missing`: the group is not there.
    pub async fn create_log_stream(&self, group: &str, stream: &str) -> Result<(), Failure> {
        let request = self.client.create_log_stream();
        let request = request.log_group_name(group).log_stream_name(stream);
        there(
            request
                .send()
                .await
                .map_err(|error| Failure::of(SERVICE, error)),
        )
    }

    /// Makes a log group; that it is there already is well, whatever it was made with.
    ///
    /// # Errors
    /// It is not known to be there.
    pub async fn create_log_group(&self, group: &str, made: &LogGroup) -> Result<(), Failure> {
        let tags: HashMap<_, _> = made.tags.iter().cloned().collect();
        let class = made.class.as_deref().map(LogGroupClass::from);
        let request = self.client.create_log_group().log_group_name(group);
        let request = request
            .set_kms_key_id(made.kms_key_id.clone())
            .set_log_group_class(class)
            .set_tags((!tags.is_empty()).then_some(tags));
        there(
            request
                .send()
                .await
                .map_err(|error| Failure::of(SERVICE, error)),
        )
    }

    /// Says how many days the group keeps events.
    ///
    /// # Errors
    /// It is not known to keep them so long.
    pub async fn put_retention_policy(&self, group: &str, days: i32) -> Result<(), Failure> {
        let request = self.client.put_retention_policy();
        let request = request.log_group_name(group).retention_in_days(days);
        let answer = request.send().await;
        answer
            .map(drop)
            .map_err(|error| Failure::of(SERVICE, error))
    }
}

impl RejectedEvents {
    fn of(info: &RejectedLogEventsInfo) -> Self {
        // A negative number would be none.
        let index = |index: Option<i32>| index.and_then(|index| usize::try_from(index).ok());
        Self {
            too_old_end: index(info.too_old_log_event_end_index()).unwrap_or_default(),
            expired_end: index(info.expired_log_event_end_index()).unwrap_or_default(),
            too_new_start: index(info.too_new_log_event_start_index()),
        }
    }
}

/// Another who made it first has done what was wanted.
fn there<T>(made: Result<T, Failure>) -> Result<(), Failure> {
    match made {
        Err(failure) if failure.code != "ResourceAlreadyExistsException" => Err(failure),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
