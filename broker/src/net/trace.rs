//! A span for a request that has been answered, told after the fact from the times of its stages:
//! whoever is not traced has paid for nothing.

use std::time::Duration;

use otlp::{Kind, Traces};
use protocol::ErrorCounts;

use super::pending::Pending;
use crate::context::ConnectionContext;

/// Tells of one request, if its turn to be traced has come.
pub fn request(
    traces: &Traces,
    connection: &ConnectionContext,
    done: &Pending,
    errors: &ErrorCounts,
) {
    let [read, begun, acted, ready, sending, sent] =
        done.stages.moments_ns().map(Duration::from_nanos);
    let mut span = traces.root_at(done.api_key.name(), Kind::Server, read);
    if !span.is_traced() {
        return;
    }
    span.set("messaging.system", "kafka");
    span.set("kafka.api.version", i64::from(done.version));
    let bytes = i64::try_from(done.body_bytes).unwrap_or(i64::MAX);
    span.set("kafka.request.bytes", bytes);
    span.set("kafka.listener", connection.listener.to_string());
    span.set("client.address", connection.client_address.to_string());
    span.set("user.name", connection.principal.to_string());
    if let Some((first, _)) = errors.others().first() {
        span.set("error.type", first.to_string());
        span.fail(first.to_string());
    }
    let parts = [
        ("request queue", read, begun),
        ("local", begun, acted),
        ("remote", acted, ready),
        ("response queue", ready, sending),
        ("response send", sending, sent),
    ];
    for (name, from, to) in parts {
        if to > from {
            span.part(name, from, to);
        }
    }
    span.end_at(sent);
}
