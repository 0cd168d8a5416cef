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

/// Four weeks of hours or 10 GiB of one log: more than log delivery ever falls behind, and still a limit.
pub const KEEP_DEFAULT: Keep = Keep {
    files_max: 28 * 24,
    bytes_max: 10 << 30,
};

/// What of it stays once it is delivered: three days, so that a weekend can be read on the machine itself, or 1 GiB of one log.
pub const KEEP_DELIVERED: Keep = Keep {
    files_max: 3 * 24,
    bytes_max: 1 << 30,
};

/// A rotated file, as it is when something may be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rotated {
    pub(super) suffix: Suffix,
    pub(super) bytes: u64,
    /// What log delivery does not have of it, where something is kept for it.
    pub(super) undelivered: Option<u64>,
}

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

impl Rotated {
    fn is_delivered(&self) -> bool {
        self.undelivered == Some(0)
    }
}

/// The files to remove: of those that are delivered the oldest, until the newest stay within `delivered`; of the rest what is beyond
/// `keep`, where again what is delivered goes first.
pub(super) fn over_limit(mut files: Vec<Rotated>, keep: Keep, delivered: Keep) -> Vec<Rotated> {
    files.sort_by_key(|file| std::cmp::Reverse(file.suffix));
    let mut newer = 0_u64;
    let mut at = 0;
    let is_old = |file: &mut Rotated| {
        newer = newer.saturating_add(file.bytes);
        at += 1;
        file.is_delivered() && (at > delivered.files_max || newer > delivered.bytes_max)
    };
    let mut over: Vec<Rotated> = files.extract_if(.., is_old).collect();
    let mut count = files.len();
    let mut bytes = files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    files.sort_by_key(|file| (!file.is_delivered(), file.suffix));
    for file in files {
        if count <= keep.files_max && bytes <= keep.bytes_max {
            break;
        }
        count -= 1;
        bytes = bytes.saturating_sub(file.bytes);
        over.push(file);
    }
    over
}

#[cfg(test)]
mod tests;
