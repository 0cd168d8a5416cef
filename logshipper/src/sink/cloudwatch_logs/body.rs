//! The body of PutLogEvents, written straight from a batch's texts.
//!
//! ```text
//! {"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"…"},…]}
//! ```
//!
//! It asks nothing of the service and compresses nothing.

use super::{BYTES_MAX, EVENT_BYTES_MAX, EVENT_OVERHEAD_BYTES};
use crate::batch::{Batch, BatchEvent};
use crate::sink::json::{self, Replacement};

/// What an event takes in the body besides its text: keys, marks and the timestamp.
const ENTRY_BYTES: usize = 48;

/// Which events go into a request, and when they are said to have happened.
#[derive(Debug)]
pub(super) struct Entries {
    /// Places in the batch, ascending by time; those of one time as they were read.
    order: Vec<usize>,
    /// The time of all of them, in place of their own.
    restamped_ms: Option<i64>,
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) json: Vec<u8>,
    /// Events with bytes that are no UTF-8.
    pub(super) replaced_events: u64,
}

impl Entries {
    /// All events of the batch that have a text: an empty message is refused, and there is nothing in it to be lost.
    pub(super) fn all(batch: &Batch) -> Self {
        let events = batch.events();
        let mut order: Vec<usize> = (0..events.len()).collect();
        if events.iter().any(|event| event.text.is_empty()) {
            order.retain(|place| !events.get(*place).is_none_or(|event| event.text.is_empty()));
        }
        if !events.is_sorted_by_key(|event| event.timestamp_ms) {
            order.sort_by_key(|place| events.get(*place).map(|event| event.timestamp_ms));
        }
        Self {
            order,
            restamped_ms: None,
        }
    }

    /// These, as if they had happened now.
    pub(super) fn restamped(places: Vec<usize>, now_ms: i64) -> Self {
        Self {
            order: places,
            restamped_ms: Some(now_ms),
        }
    }

    /// Whether there is nothing to be sent.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The place in the batch of the event at this one of the request.
    pub(super) fn place(&self, index: usize) -> Option<usize> {
        self.order.get(index).copied()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.order.len()
    }

    /// Writes the body.
    pub(super) fn write(&self, batch: &Batch, group: &str) -> Written {
        let mut body = Body::start(batch, group, self.order.len());
        let texts = str::from_utf8(batch.texts()).ok();
        let replacement = match texts {
            Some(_) => Replacement::Character,
            None => replacement(batch),
        };
        for place in &self.order {
            let Some(event) = batch.events().get(*place) else {
                continue;
            };
            // Before 1970 is no time to the service: it is too old either way.
            let timestamp_ms = self.restamped_ms.unwrap_or(event.timestamp_ms).max(0);
            let text = texts.and_then(|texts| texts.get(event.text.clone()));
            body.event(timestamp_ms, batch, event, text, replacement);
        }
        body.end()
    }
}

/// What there is room for: no request becomes larger than the service takes because bytes were replaced.
#[cold]
fn replacement(batch: &Batch) -> Replacement {
    let mut bytes = 0;
    let mut longest = 0;
    for event in batch.events() {
        let text = json::lossy_bytes(batch.text(event));
        longest = longest.max(text);
        bytes += text + EVENT_OVERHEAD_BYTES;
    }
    if bytes <= BYTES_MAX && longest <= EVENT_BYTES_MAX {
        Replacement::Character
    } else {
        Replacement::QuestionMark
    }
}

struct Body {
    json: Vec<u8>,
    number: itoa::Buffer,
    replaced_events: u64,
}

impl Body {
    fn start(batch: &Batch, group: &str, events: usize) -> Self {
        let text = batch.text_bytes();
        // One in 32 bytes to be escaped is much for a log.
        let bytes = text + text / 32 + events * ENTRY_BYTES + 2048;
        let mut json = Vec::with_capacity(bytes);
        json.extend_from_slice(b"{\"logGroupName\":\"");
        json::push_text(&mut json, group);
        json.extend_from_slice(b"\",\"logStreamName\":\"");
        json::push_text(&mut json, &batch.destination);
        json.extend_from_slice(b"\",\"logEvents\":[");
        Self {
            json,
            number: itoa::Buffer::new(),
            replaced_events: 0,
        }
    }

    /// `text` is the event's where that is UTF-8.
    #[inline]
    fn event(
        &mut self,
        timestamp_ms: i64,
        batch: &Batch,
        event: &BatchEvent,
        text: Option<&str>,
        replacement: Replacement,
    ) {
        self.json.extend_from_slice(b"{\"timestamp\":");
        let number = self.number.format(timestamp_ms);
        self.json.extend_from_slice(number.as_bytes());
        self.json.extend_from_slice(b",\"message\":\"");
        match text {
            Some(text) => json::push_text(&mut self.json, text),
            None => {
                let invalid = json::push_lossy(&mut self.json, batch.text(event), replacement);
                self.replaced_events += u64::from(invalid > 0);
            }
        }
        self.json.extend_from_slice(b"\"},");
    }

    fn end(mut self) -> Written {
        if self.json.last() == Some(&b',') {
            self.json.pop();
        }
        self.json.extend_from_slice(b"]}");
        Written {
            json: self.json,
            replaced_events: self.replaced_events,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
