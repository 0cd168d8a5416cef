//! Which spans are kept, and what is in them.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::trace::SpanData;
use service::Clock;

use super::{ATTRIBUTES_MAX, Ended, Kind, Span, Spans, TEXT_BYTES_MAX, Traces};

fn traces(ratio: f64, clock: &Clock) -> (Traces, Arc<Spans>) {
    let spans: Arc<Spans> = Arc::default();
    let ended = Ended(Arc::clone(&spans));
    (Traces::sampled(ratio, ended, clock.clone()), spans)
}

fn taken(spans: &Spans) -> Vec<SpanData> {
    let mut all = Vec::new();
    loop {
        let (part, dropped) = spans.take();
        assert_eq!(dropped, 0);
        if part.is_empty() {
            return all;
        }
        all.extend(part);
    }
}

#[test]
fn times_are_those_of_the_process() {
    let (clock, hands) = Clock::manual(1_000_000);
    hands.advance(Duration::from_secs(5));
    let (traces, spans) = traces(1.0, &clock);
    let mut root = traces.root_at("Produce", Kind::Server, Duration::from_secs(3));
    root.set("version", 9_i64);
    root.set("name", "x".repeat(TEXT_BYTES_MAX + 1));
    root.part("LocalTime", Duration::from_secs(3), Duration::from_secs(4));
    let child = root.child("RemoteTime", Kind::Internal);
    hands.advance(Duration::from_millis(1500));
    drop(child);
    root.event("acknowledged");
    root.fail("disk full");
    let trace = root.trace_id().unwrap();
    root.end_at(Duration::from_millis(6250));
    let spans = taken(&spans);
    let at = |ms: u64| UNIX_EPOCH + Duration::from_millis(1_000_000 + ms);
    let told: Vec<_> = spans
        .iter()
        .map(|span| (&*span.name, span.start_time, span.end_time))
        .collect();
    assert_eq!(
        told,
        [
            ("LocalTime", at(3000), at(4000)),
            ("RemoteTime", at(5000), at(6500)),
            ("Produce", at(3000), at(6250)),
        ]
    );
    let root = &spans[2];
    assert_eq!(root.parent_span_id, SpanId::INVALID);
    assert_eq!(root.status, Status::error("disk full"));
    assert_eq!(root.events.events[0].timestamp, at(6500));
    assert_eq!(root.attributes[0].value.as_str(), "9");
    assert_eq!(root.attributes[1].value.as_str().len(), TEXT_BYTES_MAX);
    for span in &spans {
        assert_eq!(span.span_context.trace_id().to_string(), trace);
    }
    for child in &spans[..2] {
        assert_eq!(child.parent_span_id, root.span_context.span_id());
    }
}

#[test]
fn off_is_empty() {
    let (clock, _) = Clock::manual(0);
    let (none, spans) = traces(0.0, &clock);
    for traces in [none, Traces::off()] {
        assert!(!traces.is_on());
        let mut span = traces.root("a", Kind::Server);
        assert!(!span.is_traced() && span.trace_id().is_none());
        span.set("k", 1_i64);
        span.event("e");
        span.part("p", Duration::ZERO, Duration::ZERO);
        assert!(!span.child("b", Kind::Internal).is_traced());
        span.end_at(Duration::ZERO);
    }
    assert!(!Span::none().is_traced());
    assert!(taken(&spans).is_empty());
}

#[test]
fn a_share_is_kept_and_children_follow_their_parents() {
    let (clock, _) = Clock::manual(0);
    let (traces, spans) = traces(0.25, &clock);
    let mut kept = 0;
    for _ in 0..400 {
        let root = traces.root("root", Kind::Server);
        kept += usize::from(root.is_traced());
        let child = root.child("child", Kind::Internal);
        assert_eq!(child.is_traced(), root.is_traced());
    }
    // 100 on average; 8 standard deviations to both sides.
    assert!((31..170).contains(&kept), "{kept}");
    assert_eq!(taken(&spans).len(), 2 * kept);
}

#[test]
fn the_oldest_gives_way_and_a_span_has_its_limits() {
    let (clock, _) = Clock::manual(0);
    let (traces, spans) = traces(1.0, &clock);
    let mut wordy = traces.root("wordy", Kind::Internal);
    for number in 0..2 * i64::from(ATTRIBUTES_MAX) {
        wordy.set("k", number);
    }
    drop(wordy);
    let (first, _) = spans.take();
    assert_eq!(first[0].attributes.len(), ATTRIBUTES_MAX as usize);
    assert_eq!(first[0].dropped_attributes_count, ATTRIBUTES_MAX);
    for number in 0..2_058 {
        drop(traces.root(format!("{number}"), Kind::Internal));
    }
    let (oldest, dropped) = spans.take();
    assert_eq!((dropped, oldest.len(), &*oldest[0].name), (10, 512, "10"));
    assert_eq!(spans.take().1, 0, "told once");
}
