//! Asks a running process how it is, the way its users reach it: the Kafka protocol and its admin
//! HTTP. Nothing here relies on having started the process.

mod certificate;
mod http;
mod listener;

pub(crate) use certificate::owner_tls;
pub(crate) use listener::Listener;

use crate::endpoints::{Endpoints, TLS};
use client::Transport;
use protocol::messages::metadata::MetadataRequest;
use protocol::{Request, Response};
use serde::Deserialize;
use std::time::Duration;

/// A healthy broker on the same machine answers in a millisecond or two.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Every Kafka since 1.0 has it, and it has the cluster id.
const METADATA_VERSION: i16 = 5;
const REASON_BYTES_MAX: usize = 512;

/// Asks a Kafka listener who it is; gives the cluster id.
pub(crate) async fn kafka(address: &str) -> Result<String, String> {
    cluster_id(Listener::connect(address, TIMEOUT).await?, address).await
}

/// Asks the broker of an instance who it is, by a way in that needs no login, else with the owner's
/// certificate. Where neither is served, its health says enough.
pub(crate) async fn broker(endpoints: &Endpoints) -> Result<(), String> {
    if let Some(address) = endpoints.first_bootstrap() {
        return kafka(address).await.map(drop);
    }
    let Some(address) = endpoints.bootstrap.get(TLS) else {
        return Ok(());
    };
    let transport = Transport {
        tls: Some(owner_tls(endpoints)?),
        sasl: None,
    };
    let listener = Listener::connect_by(&transport, address, TIMEOUT).await?;
    cluster_id(listener, address).await.map(drop)
}

async fn cluster_id(mut listener: Listener, address: &str) -> Result<String, String> {
    let request = Request::Metadata(MetadataRequest {
        topics: Some(Vec::new()),
        allow_auto_topic_creation: false,
        ..MetadataRequest::default()
    });
    match listener.ask(request, METADATA_VERSION).await? {
        Response::Metadata(answer) => Ok(answer.cluster_id.unwrap_or_default().to_string()),
        _ => Err(format!("{address} answered another question")),
    }
}

/// Asks `/healthz` below a base URL; the error is the reason the process gives.
pub(crate) async fn health(base_url: &str) -> Result<(), String> {
    let asked = tokio::time::timeout(TIMEOUT, http::get(base_url, "/healthz"));
    let answer = asked
        .await
        .map_err(|_| format!("{base_url} does not answer"))?;
    let answer = answer.map_err(|error| format!("{base_url}: {error}"))?;
    if answer.status == 200 {
        return Ok(());
    }
    let mut reason = reasons(&answer.body).unwrap_or_else(|| {
        let body = answer.body.trim();
        format!("/healthz says {}: {body}", answer.status)
    });
    reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
    Err(reason)
}

/// What the components of a process say that are not well, in one line; `None` where the body is of another shape.
fn reasons(body: &str) -> Option<String> {
    let answer: Unhealthy = serde_json::from_str(body).ok()?;
    let reasons = answer.reasons.into_iter();
    let told: Vec<_> = reasons
        .map(|Reason { component, reason }| format!("{component}: {reason}"))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The body of `/healthz` where something is wrong.
#[derive(Deserialize)]
struct Unhealthy {
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    component: String,
    reason: String,
}

/// What an admin server answers to a GET of `path` with status 200.
pub(crate) async fn text(base_url: &str, path: &str) -> Result<String, String> {
    let asked = tokio::time::timeout(TIMEOUT, http::get(base_url, path));
    let answer = asked
        .await
        .map_err(|_| format!("{base_url} does not answer"))?;
    let answer = answer.map_err(|error| format!("{base_url}: {error}"))?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    Err(format!("{base_url}{path} says {}", answer.status))
}

/// An error with its causes in one line.
pub(crate) fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::reasons;

    #[test]
    fn what_is_not_well_is_told_in_words() {
        let body = r#"{"status":"degraded","reasons":[{"component":"a","reason":"full"},{"component":"b","reason":"away"}]}"#;
        assert_eq!(reasons(body).as_deref(), Some("a: full; b: away"));
        for other in ["", "x", "{}", r#"{"status":"degraded","reasons":[]}"#] {
            assert_eq!(reasons(other), None, "{other}");
        }
    }
}
