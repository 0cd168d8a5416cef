//! What a collector's answer means. Pure; nothing in it is trusted.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use crate::health::Signal;
use crate::transport::Answer;

/// Longest text of a collector that is logged.
const TEXT_CHARS_MAX: usize = 256;

/// What follows an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All but so many items.
    Taken {
        /// Those that it did not take.
        rejected: u64,
        /// What it says about it.
        text: String,
    },
    /// It would be refused again.
    Refused(String),
    /// Later, perhaps.
    Retry {
        /// What the collector asks for.
        after: Option<Duration>,
        /// What went wrong.
        text: String,
    },
}

/// As OTLP has it: what may be sent again, and what must not be.
pub fn judge(signal: Signal, answer: &Answer, now_ms: i64) -> Outcome {
    match answer.status {
        200..=299 => {
            let (rejected, text) = partial(signal, &answer.body);
            Outcome::Taken {
                rejected,
                text: shown(&text),
            }
        }
        429 | 502 | 503 | 504 => Outcome::Retry {
            after: answer
                .retry_after
                .as_deref()
                .and_then(|text| retry_after(text, now_ms)),
            text: said(answer),
        },
        _ => Outcome::Refused(said(answer)),
    }
}

/// Items that were rejected, and why. What cannot be read says nothing.
fn partial(signal: Signal, body: &[u8]) -> (u64, String) {
    let (rejected, text) = match signal {
        Signal::Metrics => ExportMetricsServiceResponse::decode(body)
            .ok()
            .and_then(|response| response.partial_success)
            .map(|partial| (partial.rejected_data_points, partial.error_message)),
        Signal::Traces => ExportTraceServiceResponse::decode(body)
            .ok()
            .and_then(|response| response.partial_success)
            .map(|partial| (partial.rejected_spans, partial.error_message)),
    }
    .unwrap_or_default();
    (u64::try_from(rejected).unwrap_or_default(), text)
}

fn said(answer: &Answer) -> String {
    let status = answer.status;
    // google.rpc.Status, whose code and message have the tags of these two fields.
    let decoded = ExportMetricsPartialSuccess::decode(answer.body.clone());
    let text = match decoded {
        Ok(status) if !status.error_message.is_empty() => status.error_message,
        _ => std::str::from_utf8(&answer.body)
            .unwrap_or_default()
            .to_owned(),
    };
    match shown(&text) {
        text if text.is_empty() => format!("HTTP {status}"),
        text => format!("HTTP {status}, {text:?}"),
    }
}

fn shown(text: &str) -> String {
    text.trim().chars().take(TEXT_CHARS_MAX).collect()
}

/// Seconds, or a date of HTTP.
fn retry_after(text: &str, now_ms: i64) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    let wait_ms = at.timestamp().as_millisecond().saturating_sub(now_ms);
    Some(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0)))
}

#[cfg(test)]
mod tests;
