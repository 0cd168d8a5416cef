//! How far long work has come: a line on standard error that rewrites itself, for a terminal only.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::time::Instant;

/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(250);

/// Counts records and bytes, and shows them.
#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    shown: Option<Instant>,
    terminal: bool,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

impl Progress {
    /// Starts the clock. With `quiet` nothing is shown but the count goes on.
    pub(crate) fn start(quiet: bool) -> Self {
        Self {
            started: Instant::now(),
            shown: None,
            terminal: !quiet && std::io::stderr().is_terminal(),
            records: 0,
            bytes: 0,
        }
    }

    /// Counts one record.
    pub(crate) fn count(&mut self, bytes: usize) {
        self.records += 1;
        self.bytes += bytes as u64;
    }

    /// Shows the count, if it is time to.
    pub(crate) fn show(&mut self) {
        let due = self.shown.unwrap_or(self.started) + INTERVAL;
        if self.terminal && Instant::now() >= due {
            self.shown = Some(Instant::now());
            // Standard error that cannot be written to is no reason to stop the work.
            let _ = write!(std::io::stderr(), "\r\x1b[K{}", self.summary());
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// `1200 records, 1.2 MB in 0.4 s (3000 records/s, 3.0 MB/s)`.
    pub(crate) fn summary(&self) -> String {
        let seconds = self.seconds().max(1e-3);
        let (records, bytes) = (self.records, self.bytes);
        let megabytes = bytes as f64 / 1e6;
        format!(
            "{records} records, {megabytes:.1} MB in {seconds:.1} s ({:.0} records/s, {:.1} MB/s)",
            records as f64 / seconds,
            megabytes / seconds,
        )
    }
}
