//! Names of rotated log files, and which of them are over the limits.
//!
//! `server.log` becomes `server.log.2026-01-31-23`, as Kafka's hourly appender names it; what is
//! rotated again in the same hour gets `.1`, `.2` and so on. Names sort in the order of writing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;

/// How much of the past is kept beside the file being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// At most this many rotated files.
    pub files_max: usize,
    /// At most this many bytes in rotated files.
    pub bytes_max: u64,
}

/// Four weeks of hours or 10 GiB: more than log delivery ever falls behind, and still a limit.
pub const KEEP_DEFAULT: Keep = Keep {
    files_max: 28 * 24,
    bytes_max: 10 << 30,
};

/// The hour whose events a file holds, as its name shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hour {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
}

/// The suffix of a rotated file; orders as the files were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Suffix {
    pub(super) hour: Hour,
    /// 0 is shown as nothing.
    pub(super) number: u32,
}

impl Hour {
    /// The hour of a moment in a zone.
    pub(super) fn of(now_ms: i64, zone: &TimeZone) -> Self {
        let moment = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let t = zone.to_datetime(moment);
        Self {
            year: t.year(),
            month: t.month(),
            day: t.day(),
            hour: t.hour(),
        }
    }
}

impl Suffix {
    /// Reads what stands behind `server.log.`; `None` for files that are not ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (hour, number) = match text.split_once('.') {
            Some((hour, number)) => (hour, number.parse().ok().filter(|&number| number > 0)?),
            None => (text, 0),
        };
        let mut parts = hour.split('-');
        let hour = Hour {
            year: parts.next()?.parse().ok()?,
            month: parts.next()?.parse().ok()?,
            day: parts.next()?.parse().ok()?,
            hour: parts.next()?.parse().ok()?,
        };
        let suffix = Self { hour, number };
        (parts.next().is_none() && suffix.to_string() == text).then_some(suffix)
    }

    /// The first free suffix for `hour`: behind every one that exists, so that names keep the order.
    pub(super) fn free(hour: Hour, existing: &[Suffix]) -> Self {
        let taken = existing.iter().filter(|suffix| suffix.hour == hour);
        let number = taken
            .map(|suffix| suffix.number.saturating_add(1))
            .max()
            .unwrap_or(0);
        Self { hour, number }
    }
}

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hour {
            year,
            month,
            day,
            hour,
        } = self.hour;
        write!(f, "{year:04}-{month:02}-{day:02}-{hour:02}")?;
        if self.number > 0 {
            write!(f, ".{}", self.number)?;
        }
        Ok(())
    }
}

/// The files to delete so that the newest ones stay within `keep`; `files` are suffix and bytes.
pub(super) fn over_limit(mut files: Vec<(Suffix, u64)>, keep: Keep) -> Vec<Suffix> {
    files.sort_by_key(|&(suffix, _)| std::cmp::Reverse(suffix));
    let mut bytes = 0_u64;
    let mut over = Vec::new();
    for (i, (suffix, file_bytes)) in files.into_iter().enumerate() {
        bytes = bytes.saturating_add(file_bytes);
        if i >= keep.files_max || bytes > keep.bytes_max {
            over.push(suffix);
        }
    }
    over
}

#[cfg(test)]
mod tests;
