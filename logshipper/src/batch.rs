//! What is sent in one request: the text of events, and where each came from.
//!
//! The text is kept as it was read, whatever the sink makes of it, so that splitting, sending a part
//! again and dead-lettering are the same for all sinks.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use crate::event::{CutMark, Event};
use crate::position::{FileKey, Span};
use crate::sink::Origin;

/// How much a sink takes in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of a batch.
    pub events_max: usize,
    /// Bytes of a batch: texts and `event_overhead_bytes` for each.
    pub bytes_max: usize,
    /// What an event counts beyond its text.
    pub event_overhead_bytes: usize,
    /// The longest text; longer ones are cut, with a mark.
    pub event_bytes_max: usize,
    /// How far the first and the last timestamp may be apart.
    pub span_ms_max: i64,
    /// How long an event waits for others.
    pub linger_ms: u64,
}

/// An event of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchEvent {
    /// Where it came from.
    pub span: Span,
    /// When it happened.
    pub timestamp_ms: i64,
    /// Where its text is in the batch's.
    pub text: Range<usize>,
}

/// Events for one destination, in the order in which they were read.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The log stream, the prefix of the partition key or of the object: what the sink's
    /// [`destination`](crate::sink::Sink::destination) said.
    pub destination: Arc<str>,
    /// The name under which it was planned, where the sink plans (see [`crate::sink::Sink::plan`]).
    pub plan: Option<Arc<str>>,
    text: Vec<u8>,
    events: Vec<BatchEvent>,
    origins: Vec<FileOrigin>,
}

/// A file that events of a batch come from.
#[derive(Clone, Debug)]
struct FileOrigin {
    key: FileKey,
    log: Arc<str>,
    file_id: Arc<str>,
}

impl Batch {
    /// An empty one.
    pub fn new(destination: Arc<str>) -> Self {
        Self {
            destination,
            plan: None,
            text: Vec::new(),
            events: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// Takes everything out, and keeps the memory.
    pub fn clear(&mut self, destination: Arc<str>) {
        self.destination = destination;
        self.plan = None;
        self.text.clear();
        self.events.clear();
        self.origins.clear();
    }

    /// Says what a file is called, before the first of its events is pushed. Saying it again does nothing.
    pub fn originate(&mut self, key: FileKey, log: &Arc<str>, file_id: &Arc<str>) {
        if self.find(key).is_none() {
            self.origins.push(FileOrigin {
                key,
                log: Arc::clone(log),
                file_id: Arc::clone(file_id),
            });
        }
    }

    /// What a file is called that events come from.
    pub fn origin(&self, key: FileKey) -> Option<Origin<'_>> {
        self.find(key).map(|origin| Origin {
            log: &origin.log,
            file_id: &origin.file_id,
        })
    }

    fn find(&self, key: FileKey) -> Option<&FileOrigin> {
        // Mostly the events of one file come together, and it was the last to be said.
        self.origins.iter().rev().find(|origin| origin.key == key)
    }

    /// Adds an event behind the others.
    pub fn push(&mut self, event: &Event<'_>) {
        let start = self.text.len();
        self.text.extend_from_slice(event.text);
        if event.cut_bytes > 0 {
            // Writing into memory does not fail.
            let _ = write!(self.text, "{}", CutMark(event.cut_bytes));
        }
        self.events.push(BatchEvent {
            span: event.span,
            timestamp_ms: event.timestamp_ms,
            text: start..self.text.len(),
        });
    }

    /// The events, in the order in which they were read.
    pub fn events(&self) -> &[BatchEvent] {
        &self.events
    }

    /// The text of an event.
    pub fn text(&self, event: &BatchEvent) -> &[u8] {
        self.text.get(event.text.clone()).unwrap_or_default()
    }

    /// All texts, one behind the other.
    pub fn texts(&self) -> &[u8] {
        &self.text
    }

    /// What its texts take in memory.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// What it takes in memory with its events.
    pub fn memory_bytes(&self) -> usize {
        self.text.capacity() + self.events.capacity() * size_of::<BatchEvent>()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// A batch of those of its events. It was not planned, whether or not this one was.
    pub fn subset(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let mut subset = Self::new(Arc::clone(&self.destination));
        subset.origins.clone_from(&self.origins);
        for event in indices
            .into_iter()
            .filter_map(|index| self.events.get(index))
        {
            let start = subset.text.len();
            subset.text.extend_from_slice(self.text(event));
            subset.events.push(BatchEvent {
                text: start..subset.text.len(),
                ..*event
            });
        }
        subset
    }

    /// Two batches of at least one event each; `None` where there are not two events.
    pub fn halves(&self) -> Option<(Self, Self)> {
        let middle = self.events.len() / 2;
        let halves = || {
            (
                self.subset(0..middle),
                self.subset(middle..self.events.len()),
            )
        };
        (middle > 0).then(halves)
    }

    /// The bytes that it covers: those of neighbouring events as one span.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for event in &self.events {
            match spans.last_mut() {
                Some(last) if last.file == event.span.file && last.end == event.span.start => {
                    last.end = event.span.end;
                }
                _ => spans.push(event.span),
            }
        }
        spans
    }
}

#[cfg(test)]
mod tests;
