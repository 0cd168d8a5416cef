//! What stands for an event in a record: its text, or a JSON object that tells its parts and an id by which
//! whoever reads it knows it again.
//!
//! ```text
//! {"id":"0123456789abcdef:4096","timestamp":"2026-01-31T22:59:59.123Z","level":"INFO",
//!  "logger":"kafka.log.LogManager","message":"…","log":"server.log","broker":"1"}
//! ```

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::batch::{Batch, BatchEvent};
use crate::event::Line;

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As they stand in the log.
    #[default]
    Text,
    /// As JSON objects.
    Json,
}

/// Writes events.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// How.
    pub format: Format,
    /// What JSON says of the broker.
    pub broker: Arc<str>,
}

#[derive(Serialize)]
struct Json<'a> {
    id: String,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logger: Option<std::borrow::Cow<'a, str>>,
    message: String,
    log: &'a str,
    broker: &'a str,
}

impl std::str::FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("is neither text nor json"),
        }
    }
}

impl Envelope {
    /// What JSON adds to an event at most, but for its log's name and its message.
    const JSON_BYTES_MAX: usize = 256;
    /// How many bytes one byte of a text becomes in JSON at most: `\u001b`.
    const ESCAPED_BYTES_MAX: usize = 6;

    /// The longest text of an event for a record of so many bytes.
    pub fn text_bytes_max(&self, record_bytes: usize) -> usize {
        match self.format {
            Format::Text => record_bytes,
            Format::Json => {
                record_bytes.saturating_sub(Self::JSON_BYTES_MAX * 2) / Self::ESCAPED_BYTES_MAX
            }
        }
    }

    /// What it adds to a text, mostly.
    pub fn overhead_bytes(&self) -> usize {
        match self.format {
            Format::Text => 0,
            Format::Json => Self::JSON_BYTES_MAX,
        }
    }

    /// Writes an event behind what there is.
    pub fn write(&self, batch: &Batch, event: &BatchEvent, into: &mut Vec<u8>) {
        let text = batch.text(event);
        match self.format {
            Format::Text => into.extend_from_slice(text),
            Format::Json => self.write_json(batch, event, text, into),
        }
    }

    fn write_json(&self, batch: &Batch, event: &BatchEvent, text: &[u8], into: &mut Vec<u8>) {
        let origin = batch.origin(event.span.file);
        let (log, file_id) = origin.map_or(("", ""), |origin| (origin.log, origin.file_id));
        let line = Line::read(text);
        let mut message = String::from_utf8_lossy(line.message).into_owned();
        if !line.below.is_empty() {
            message.push('\n');
            message.push_str(&String::from_utf8_lossy(line.below));
        }
        let time = Timestamp::from_millisecond(event.timestamp_ms).unwrap_or_default();
        let json = Json {
            id: format!("{file_id}:{}", event.span.start),
            timestamp: format!("{time:.3}"),
            level: line.level.map(crate::event::Level::name),
            logger: line.logger.map(String::from_utf8_lossy),
            message,
            log,
            broker: &self.broker,
        };
        // Text and numbers, into memory: it cannot fail.
        let _ = serde_json::to_writer(into, &json);
    }
}

#[cfg(test)]
mod tests;
