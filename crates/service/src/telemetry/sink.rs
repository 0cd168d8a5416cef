//! Where lines of one log end up: a rolling file, opened with its first line, or standard error.

use super::layout::Parts;
use super::level::LogLevel;
use super::rolling::{Place, Removed, RollingFile};
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// One destination and the zone of its timestamps.
#[derive(Debug)]
pub(crate) struct Sink {
    zone: TimeZone,
    layout: Layout,
    target: Target,
}

/// How an event of the log's own looks.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Kafka,
    JsonLines,
}

#[derive(Debug)]
enum Target {
    Closed(Place),
    Open(Box<RollingFile>),
    Stderr,
}

impl Sink {
    pub(super) fn file(place: Place) -> Self {
        Self {
            zone: place.zone.clone(),
            layout: Layout::Kafka,
            target: Target::Closed(place),
        }
    }

    /// A file whose lines are JSON objects.
    pub(crate) fn json_lines(place: Place) -> Self {
        Self {
            layout: Layout::JsonLines,
            ..Self::file(place)
        }
    }

    pub(super) fn stderr(zone: TimeZone) -> Self {
        Self {
            zone,
            layout: Layout::Kafka,
            target: Target::Stderr,
        }
    }

    /// Opens the file now, so that a directory that cannot be written is seen at start.
    pub(crate) fn open(&mut self, now_ms: i64) -> io::Result<()> {
        if let Target::Closed(place) = &self.target {
            let file = RollingFile::open(place.clone(), now_ms)?;
            self.target = Target::Open(Box::new(file));
        }
        Ok(())
    }

    /// Writes the batch and removes from it what was written; gives the error that stopped it.
    pub(super) fn write(&mut self, batch: &mut Vec<u8>, now_ms: i64) -> Option<io::Error> {
        if batch.is_empty() {
            return None;
        }
        if let Err(error) = self.open(now_ms) {
            return Some(error);
        }
        match &mut self.target {
            Target::Open(file) => {
                let (written, error) = file.write(batch, now_ms);
                batch.drain(..written);
                if error.is_none()
                    && let Some(removed) = file.removed_undelivered(now_ms)
                {
                    self.note(batch, LogLevel::Warn, &told(removed), now_ms);
                }
                error
            }
            Target::Closed(_) => None,
            Target::Stderr => {
                // A closed standard error cannot come back: nothing is worth keeping for it.
                let _ = io::stderr().write_all(batch);
                batch.clear();
                None
            }
        }
    }

    /// Writes an event of the log's own.
    pub(super) fn note(&mut self, batch: &mut Vec<u8>, level: LogLevel, text: &str, now_ms: i64) {
        const LOGGER: &str = "outrigger.service.telemetry";
        let mut line = String::new();
        match self.layout {
            Layout::Kafka => {
                let mut parts = Parts::default();
                parts.set_message(format_args!("{text}"));
                parts.write(&mut line, now_ms, &self.zone, level, LOGGER);
            }
            Layout::JsonLines => {
                let time = crate::audit::timestamp(now_ms);
                let note = serde_json::json!({ "time": time, "event": "log", "message": text });
                line = format!("{note}\n");
            }
        }
        batch.extend_from_slice(line.as_bytes());
        // A failure is met again, and reported, with the next batch.
        let _ = self.write(batch, now_ms);
    }
}

fn told(Removed { files, bytes }: Removed) -> String {
    format!(
        "{files} rotated files of this log were removed with {bytes} bytes that log delivery did not have, because more files or bytes \
         waited for it than are kept; see the state of its sinks in outrigger status"
    )
}
