//! Spans: what a process says about one request or one login, where it is among those that are
//! traced.
//!
//! Off, or not sampled, a [`Span`] is empty and costs one branch; a child does what its parent does.
//! Times are those of the process's clock, so that a span can be told after the fact.

mod ended;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SdkTracer, SdkTracerProvider, SpanLimits,
};
use service::Clock;

pub(crate) use ended::{Ended, Spans, request};

/// What a span is to those around it.
pub type Kind = SpanKind;

/// Longest text of an attribute: clients choose some of them.
const TEXT_BYTES_MAX: usize = 256;
/// What a span holds of each: ours have a handful.
const ATTRIBUTES_MAX: u32 = 32;
const EVENTS_MAX: u32 = 32;
/// The calendar is read to the millisecond; it was set where it is further off.
const OFFSET_TOLERANCE_NS: u64 = 100_000_000;

/// Begins spans; clones share where they go.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Arc<Tracing>>);

#[derive(Debug)]
struct Tracing {
    tracer: SdkTracer,
    /// Of all numbers of 64 bits, those of traces that are kept.
    kept_below: u64,
    clock: Clock,
    /// From the monotonic clock to the calendar, in nanoseconds.
    offset_ns: AtomicI64,
}

/// A span under way; it ends when dropped. Empty where it is not traced.
#[derive(Debug, Default)]
pub struct Span(Option<Box<Traced>>);

#[derive(Debug)]
struct Traced {
    span: opentelemetry_sdk::trace::Span,
    tracing: Arc<Tracing>,
}

impl Traces {
    /// No spans at all.
    pub fn off() -> Self {
        Self::default()
    }

    /// Keeps this share of the traces that begin here, and gives them to `ended`.
    pub(crate) fn sampled(ratio: f64, ended: Ended, clock: Clock) -> Self {
        if ratio <= 0.0 {
            return Self::off();
        }
        let limits = SpanLimits {
            max_attributes_per_span: ATTRIBUTES_MAX,
            max_events_per_span: EVENTS_MAX,
            ..SpanLimits::default()
        };
        // Which traces are kept is decided before anything is made for them; parts follow.
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_span_limits(limits)
            .with_resource(opentelemetry_sdk::Resource::builder_empty().build())
            .with_span_processor(ended)
            .build();
        let tracer = provider.tracer("outrigger");
        let offset_ns = AtomicI64::new(offset_ns(&clock));
        Self(Some(Arc::new(Tracing {
            kept_below: (ratio * u64::MAX as f64) as u64,
            tracer,
            clock,
            offset_ns,
        })))
    }

    /// Whether any span is kept.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a trace now, if its turn has come.
    pub fn root(&self, name: impl Into<Cow<'static, str>>, kind: Kind) -> Span {
        let Some(tracing) = self.chosen() else {
            return Span::none();
        };
        let now = tracing.clock.monotonic();
        tracing.begin(name.into(), kind, now, &Context::new())
    }

    /// Begins a trace at a time of [`Clock::monotonic`].
    pub fn root_at(&self, name: impl Into<Cow<'static, str>>, kind: Kind, at: Duration) -> Span {
        let Some(tracing) = self.chosen() else {
            return Span::none();
        };
        tracing.begin(name.into(), kind, at, &Context::new())
    }

    /// Whether the turn of a trace has come that begins now.
    fn chosen(&self) -> Option<&Arc<Tracing>> {
        let tracing = self.0.as_ref()?;
        let number = RandomIdGenerator::default().new_span_id().to_bytes();
        (u64::from_be_bytes(number) <= tracing.kept_below).then_some(tracing)
    }
}

impl Tracing {
    fn begin(
        self: &Arc<Self>,
        name: Cow<'static, str>,
        kind: Kind,
        at: Duration,
        parent: &Context,
    ) -> Span {
        let builder = SpanBuilder::from_name(name)
            .with_kind(kind)
            .with_start_time(self.wall(at));
        let span = self.tracer.build_with_context(builder, parent);
        if !span.is_recording() {
            return Span::none();
        }
        let tracing = Arc::clone(self);
        Span(Some(Box::new(Traced { span, tracing })))
    }

    /// A monotonic time as one of the calendar, exact to the nanosecond between two spans; only a
    /// calendar that was set changes how one becomes the other.
    fn wall(&self, at: Duration) -> SystemTime {
        let known = self.offset_ns.load(Ordering::Relaxed);
        let now = offset_ns(&self.clock);
        let offset = if now.abs_diff(known) > OFFSET_TOLERANCE_NS {
            self.offset_ns.store(now, Ordering::Relaxed);
            now
        } else {
            known
        };
        let at_ns = i64::try_from(at.as_nanos()).unwrap_or(i64::MAX);
        let wall_ns = u64::try_from(offset.saturating_add(at_ns)).unwrap_or_default();
        UNIX_EPOCH + Duration::from_nanos(wall_ns)
    }
}

fn offset_ns(clock: &Clock) -> i64 {
    let wall_ns = clock.now_ms().saturating_mul(1_000_000);
    wall_ns.saturating_sub(i64::try_from(clock.monotonic_nanos()).unwrap_or(i64::MAX))
}

impl Span {
    /// One that is not traced.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Whether anything is kept of it: ask before making a text for it.
    pub fn is_traced(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a part of it now.
    pub fn child(&self, name: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        let Some(traced) = &self.0 else {
            return Self::none();
        };
        let now = traced.tracing.clock.monotonic();
        traced.begin(name.into(), kind, now)
    }

    /// A part of it that went on between two times of [`Clock::monotonic`].
    pub fn part(&self, name: impl Into<Cow<'static, str>>, from: Duration, to: Duration) {
        if let Some(traced) = &self.0 {
            traced.begin(name.into(), Kind::Internal, from).end_at(to);
        }
    }

    /// Says something about it.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(traced) = &mut self.0 {
            let value = shortened(value.into());
            traced.span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Something happened in it, now.
    pub fn event(&mut self, name: impl Into<Cow<'static, str>>) {
        if let Some(traced) = &mut self.0 {
            let at = traced.tracing.wall(traced.tracing.clock.monotonic());
            traced.span.add_event_with_timestamp(name, at, Vec::new());
        }
    }

    /// It failed, for this reason.
    pub fn fail(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some(traced) = &mut self.0 {
            let description = cut(reason.into());
            traced.span.set_status(Status::Error { description });
        }
    }

    /// Which trace it is in, for logs: 32 hexadecimal digits.
    pub fn trace_id(&self) -> Option<String> {
        let traced = self.0.as_ref()?;
        Some(traced.span.span_context().trace_id().to_string())
    }

    /// Ends it at a time of [`Clock::monotonic`].
    pub fn end_at(mut self, at: Duration) {
        if let Some(traced) = &mut self.0 {
            let at = traced.tracing.wall(at);
            traced.span.end_with_timestamp(at);
        }
    }
}

impl Traced {
    fn begin(&self, name: Cow<'static, str>, kind: Kind, at: Duration) -> Span {
        let parent = self.span.span_context().clone();
        let parent = Context::new().with_remote_span_context(parent);
        self.tracing.begin(name, kind, at, &parent)
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // Ended already, this does nothing.
        let at = self.tracing.wall(self.tracing.clock.monotonic());
        self.span.end_with_timestamp(at);
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.as_str().len() > TEXT_BYTES_MAX => {
            let text = cut(Cow::Owned(text.as_str().to_owned()));
            Value::String(StringValue::from(text.into_owned()))
        }
        other => other,
    }
}

/// At most so much of a text, whole characters.
fn cut(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    text.get(..end).unwrap_or_default().to_owned().into()
}

#[cfg(test)]
mod tests;
