//! What log delivery has not taken of a process' rotated log files, and what was removed all the same.
//!
//! `outrigger logshipper --undelivered-file` replaces the file, and the writer of the logs reads it whenever it may remove something:
//!
//! ```text
//! {"version":1,"written_ms":1769903999123,"files":[{"device":65025,"inode":42,"delivered_bytes":1048576}]}
//! ```
//!
//! Whatever is not known to be delivered is not: a missing file, another version, a log file that is not in it, and one that was
//! written to after it, whose inode may have been another's before. Nothing is written here.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use prometheus::{IntCounter, Registry};
use serde::Deserialize;

use crate::files::read_text;

/// A report of more is not read: it has room for a hundred thousand files.
const REPORT_BYTES_MAX: u64 = 16 << 20;
const VERSION: u32 = 1;
const REMOVED: &str = "outrigger_log_removed_undelivered_bytes_total";

/// Where log delivery tells what it has, and how much was removed that it did not have. Clones count together: there is one for all
/// logs of a process.
#[derive(Clone, Debug)]
pub struct Undelivered {
    report: Option<PathBuf>,
    removed: IntCounter,
}

/// One reading of the report.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    written_ms: i64,
    bytes: HashMap<(u64, u64), u64>,
}

#[derive(Deserialize)]
struct Report {
    version: u32,
    written_ms: i64,
    files: Vec<ReportedFile>,
}

#[derive(Deserialize)]
struct ReportedFile {
    device: u64,
    inode: u64,
    delivered_bytes: u64,
}

impl Undelivered {
    /// With the report at this path, the key `outrigger.log.undelivered.file`; without one nothing is kept for delivery.
    #[expect(clippy::expect_used, reason = "the name and the help are constants")]
    pub fn told_in(report: Option<PathBuf>) -> Self {
        let help = "Bytes of rotated log files that were removed at the limit of their number or size before log delivery had them.";
        let removed = IntCounter::new(REMOVED, help).expect("a valid name and help");
        Self { report, removed }
    }

    /// Exposes how much was removed.
    ///
    /// # Errors
    /// Another is registered.
    pub fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.removed.clone()))
    }

    /// What is delivered now; `None` where nothing is kept for delivery.
    pub(super) fn read(&self) -> Option<Delivered> {
        let report = self.report.as_deref()?;
        Some(Delivered::read(report).unwrap_or_default())
    }

    pub(super) fn removed(&self, bytes: u64) {
        self.removed.inc_by(bytes);
    }

    #[cfg(test)]
    pub(super) fn removed_bytes(&self) -> u64 {
        self.removed.get()
    }
}

impl Delivered {
    fn read(path: &Path) -> Option<Self> {
        let text = read_text(path, REPORT_BYTES_MAX).ok()?;
        let report: Report = serde_json::from_str(&text).ok()?;
        if report.version != VERSION {
            return None;
        }
        let files = report.files.into_iter();
        Some(Self {
            written_ms: report.written_ms,
            bytes: files
                .map(|file| ((file.device, file.inode), file.delivered_bytes))
                .collect(),
        })
    }

    /// How many bytes of this file are not delivered.
    pub(super) fn lacks(&self, file: &Metadata) -> u64 {
        let modified_ms = file
            .mtime()
            .saturating_mul(1_000)
            .saturating_add(file.mtime_nsec() / 1_000_000);
        let told = if modified_ms < self.written_ms {
            self.bytes.get(&(file.dev(), file.ino()))
        } else {
            None
        };
        file.len().saturating_sub(told.copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests;
