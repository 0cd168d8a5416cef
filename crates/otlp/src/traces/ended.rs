//! Spans that have ended and wait to be sent: bounded, the oldest gives way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use prost::Message;
use tokio::sync::Notify;

use crate::resource::scope;

/// OpenTelemetry's own default.
const SPANS_MAX: usize = 2_048;
/// Spans of one request; OpenTelemetry's own default.
const BATCH_MAX: usize = 512;

/// The spans that have ended.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    state: Mutex<State>,
    plenty: Notify,
}

#[derive(Debug, Default)]
struct State {
    spans: VecDeque<SpanData>,
    dropped: u64,
}

/// Takes spans from the SDK as they end.
#[derive(Debug)]
pub(crate) struct Ended(pub Arc<Spans>);

impl Spans {
    fn push(&self, span: SpanData) {
        let mut state = self.lock();
        if state.spans.len() >= SPANS_MAX {
            state.spans.pop_front();
            state.dropped += 1;
        }
        state.spans.push_back(span);
        let is_plenty = state.spans.len() >= BATCH_MAX;
        drop(state);
        if is_plenty {
            self.plenty.notify_one();
        }
    }

    /// Waits until a full request is there.
    pub async fn plenty(&self) {
        self.plenty.notified().await;
    }

    /// The oldest spans, at most a request's worth, and how many were dropped since this was asked
    /// last.
    pub fn take(&self) -> (Vec<SpanData>, u64) {
        let mut state = self.lock();
        let count = state.spans.len().min(BATCH_MAX);
        let spans = state.spans.drain(..count).collect();
        (spans, std::mem::take(&mut state.dropped))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request with these spans.
pub(crate) fn request(resource: &Resource, spans: Vec<SpanData>) -> Vec<u8> {
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource.clone()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: spans.into_iter().map(Into::into).collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    };
    request.encode_to_vec()
}

impl SpanProcessor for Ended {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.0.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
