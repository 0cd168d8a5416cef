//! Where lines of one log end up: a rolling file, opened with its first line, or standard error.

use super::layout::Parts;
use super::level::LogLevel;
use super::rolling::{RollingFile, Rotation};
use jiff::tz::TimeZone;
use std::io::{self, Write};
use std::path::PathBuf;

/// One destination and the zone of its timestamps.
#[derive(Debug)]
pub(super) struct Sink {
    zone: TimeZone,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Closed { path: PathBuf, rotation: Rotation },
    Open(Box<RollingFile>),
    Stderr,
}

impl Sink {
    pub(super) fn file(path: PathBuf, zone: TimeZone, rotation: Rotation) -> Self {
        Self {
            zone,
            target: Target::Closed { path, rotation },
        }
    }

    pub(super) fn stderr(zone: TimeZone) -> Self {
        Self {
            zone,
            target: Target::Stderr,
        }
    }

    /// Opens the file now, so that a directory that cannot be written is seen at start.
    pub(super) fn open(&mut self, now_ms: i64) -> io::Result<()> {
        if let Target::Closed { path, rotation } = &self.target {
            let file = RollingFile::open(path, self.zone.clone(), *rotation, now_ms)?;
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
                error
            }
            Target::Closed { .. } => None,
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
        let mut parts = Parts::default();
        parts.set_message(format_args!("{text}"));
        let mut line = String::new();
        parts.write(
            &mut line,
            now_ms,
            &self.zone,
            level,
            "outrigger.service.telemetry",
        );
        batch.extend_from_slice(line.as_bytes());
        // A failure is met again, and reported, with the next batch.
        let _ = self.write(batch, now_ms);
    }
}
