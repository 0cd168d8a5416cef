//! The audit log: one JSON object per line, in a file of its own that rotates like the others.
//!
//! What an event says is the process's; here it only gets its time and a line. Who writes events
//! that strangers can repeat asks [`Repeats`] first. Nothing reads the file back.
//!
//! ```text
//! {"time":"2026-01-31T23:59:59.123Z","event":"…",…}
//! ```

mod repeats;

pub use repeats::{
    Admission, BURST, KINDS_MAX, KINDS_PER_SOURCE_MAX, RECORDS_PER_SOURCE_MAX, Repeated, Repeats,
    SOURCES_MAX, WINDOW, network,
};

use crate::clock::Clock;
use crate::files::create_private_dir;
use crate::telemetry::{Place, Queue, Rotation, Sink, Undelivered, Writer};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::io;
use std::path::Path;

/// The open log. Dropping it writes what is queued.
#[derive(Debug)]
pub struct AuditLog {
    queue: Option<Queue>,
    /// Lives as long as the log.
    _writer: Option<Writer>,
    clock: Clock,
}

#[derive(Serialize)]
struct Line<'a, E> {
    time: String,
    #[serde(flatten)]
    event: &'a E,
}

impl AuditLog {
    /// Opens `file` in `dir`, which is made where it is missing.
    ///
    /// # Errors
    /// The file cannot be created or written, or the thread cannot be started.
    pub fn open(
        dir: &Path,
        file: &str,
        rotation: Rotation,
        undelivered: &Undelivered,
        clock: &Clock,
    ) -> io::Result<Self> {
        create_private_dir(dir)?;
        let mut sink = Sink::json_lines(Place {
            path: dir.join(file),
            zone: TimeZone::try_system().unwrap_or(TimeZone::UTC),
            rotation,
            undelivered: undelivered.clone(),
        });
        sink.open(clock.now_ms())?;
        let writer = Writer::start(vec![sink], clock.clone())?;
        Ok(Self {
            queue: Some(writer.queue()),
            _writer: Some(writer),
            clock: clock.clone(),
        })
    }

    /// A log that keeps nothing, for a process without log files.
    pub fn off(clock: &Clock) -> Self {
        Self {
            queue: None,
            _writer: None,
            clock: clock.clone(),
        }
    }

    /// Writes one event, which must serialize as an object without the field `time`.
    pub fn record<E: Serialize>(&self, event: &E) {
        let Some(queue) = &self.queue else { return };
        let time = timestamp(self.clock.now_ms());
        // Events are structs of texts and numbers; they cannot fail to serialize.
        if let Ok(mut line) = serde_json::to_vec(&Line { time, event }) {
            line.push(b'\n');
            queue.push(0, &line);
        }
    }

    /// Waits until every event so far is in the file.
    pub fn flush(&self) {
        if let Some(queue) = &self.queue {
            queue.flush();
        }
    }
}

/// RFC 3339 with milliseconds, in UTC.
pub(crate) fn timestamp(now_ms: i64) -> String {
    let moment = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{moment:.3}")
}

#[cfg(test)]
mod tests;
