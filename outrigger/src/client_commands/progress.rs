//! How far long work has come: a line on standard error that rewrites itself, for a terminal only.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::time::Instant;

/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(250);
/// Less than this says nothing about speed.
const RATED_RECORDS_MIN: u64 = 1000;
const RATED_SECONDS_MIN: f64 = 0.1;

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

    /// What was counted so far, as [`summary`] says it.
    pub(crate) fn summary(&self) -> String {
        summary(self.records, self.bytes, self.seconds())
    }
}

/// `1200 records, 1.2 MB in 0.4 s (3000 records/s, 3.0 MB/s)`; rates only where there was enough
/// to measure.
pub(crate) fn summary(records: u64, bytes: u64, seconds: f64) -> String {
    let noun = if records == 1 { "record" } else { "records" };
    let mut text = format!("{records} {noun}, {} in {seconds:.1} s", size(bytes as f64));
    if records >= RATED_RECORDS_MIN && seconds >= RATED_SECONDS_MIN {
        let rate = records as f64 / seconds;
        let bytes = size(bytes as f64 / seconds);
        text.push_str(&format!(" ({rate:.0} records/s, {bytes}/s)"));
    }
    text
}

fn size(bytes: f64) -> String {
    match bytes {
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        1e3.. => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{bytes:.0} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn counts_are_words_and_rates_are_left_out_of_what_is_too_short() {
        let cases = [
            (0, 0, 0.0, "0 records, 0 B in 0.0 s"),
            (1, 6, 0.002, "1 record, 6 B in 0.0 s"),
            (2, 1_500, 9.0, "2 records, 1.5 kB in 9.0 s"),
            (5_000, 1_200_000, 0.04, "5000 records, 1.2 MB in 0.0 s"),
            (
                3_000,
                3_000_000,
                2.0,
                "3000 records, 3.0 MB in 2.0 s (1500 records/s, 1.5 MB/s)",
            ),
        ];
        for (records, bytes, seconds, text) in cases {
            assert_eq!(summary(records, bytes, seconds), text);
        }
    }
}
