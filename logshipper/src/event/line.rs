//! What an event of Kafka's says, by parts. Looks only at the text; the timestamp is the framer's.
//!
//! ```text
//! [2026-01-31 23:59:59,123] WARN [GroupCoordinator 1]: message (kafka.coordinator.group.GroupCoordinator)
//!                           level message                       logger
//! ```

use std::fmt;

/// How bad it is, as log4j spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For who looks for a fault.
    Trace,
    /// For who develops.
    Debug,
    /// A change of state.
    Info,
    /// Looked at tomorrow.
    Warn,
    /// Wakes a person.
    Error,
    /// The process ends.
    Fatal,
}

/// The parts of an event's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// `None` where it is no line of Kafka's.
    pub level: Option<Level>,
    /// What wrote it, where it says so: `kafka.server.KafkaApis`.
    pub logger: Option<&'a [u8]>,
    /// The first line without timestamp, level and logger; all of it where it has none of them.
    pub message: &'a [u8],
    /// The lines below it: the rest of the message, a stack trace. Empty without any.
    pub below: &'a [u8],
}

impl Level {
    /// All, the mildest first.
    pub const ALL: [Self; 6] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
        Self::Fatal,
    ];

    /// As it is written in a log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    fn at(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut levels = Self::ALL.into_iter();
        levels.find_map(|level| {
            let rest = text.strip_prefix(level.name().as_bytes())?;
            Some((level, rest.strip_prefix(b" ")?))
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<'a> Line<'a> {
    /// The parts of `text`.
    pub fn read(text: &'a [u8]) -> Self {
        let (first, below) = match memchr::memchr(b'\n', text) {
            Some(end) => (
                text.get(..end).unwrap_or_default(),
                text.get(end + 1..).unwrap_or_default(),
            ),
            None => (text, &[][..]),
        };
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let Some((level, rest)) = behind_brackets(first).and_then(Level::at) else {
            return Self {
                level: None,
                logger: None,
                message: first,
                below,
            };
        };
        let (message, logger) = match split_logger(rest) {
            Some((message, logger)) => (message, Some(logger)),
            // The message has more lines: Kafka lists its configuration so.
            None => (rest, logger_below(below)),
        };
        Self {
            level: Some(level),
            logger,
            message,
            below,
        }
    }
}

/// What follows `[time] `, with MSK Connect's `[Worker-…] ` before it or not, or a bare `date time `.
fn behind_brackets(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line;
    if line.first()?.is_ascii_digit() {
        for _ in 0..2 {
            let end = memchr::memchr(b' ', rest)?;
            rest = rest.get(end + 1..)?;
        }
        return Some(rest);
    }
    let time = match rest.strip_prefix(b"[Worker-") {
        Some(worker) => {
            let end = memchr::memchr(b']', worker)?;
            worker.get(end + 1..)?.strip_prefix(b" ")?
        }
        None => rest,
    };
    rest = time.strip_prefix(b"[")?;
    let end = memchr::memchr(b']', rest)?;
    rest.get(end + 1..)?.strip_prefix(b" ")
}

/// `message (logger)`.
fn split_logger(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = line.strip_suffix(b")")?;
    let open = memchr::memrchr(b'(', inner)?;
    let logger = inner.get(open + 1..)?;
    let is_name = !logger.is_empty()
        && logger
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._$-:".contains(byte));
    let message = inner.get(..open)?;
    match message.strip_suffix(b" ") {
        Some(message) if is_name => Some((message, logger)),
        _ => None,
    }
}

/// The logger where a line below the first ends with it. Frames of a stack trace have no space before the bracket.
fn logger_below(below: &[u8]) -> Option<&[u8]> {
    let mut lines = below.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        split_logger(line).map(|(_, logger)| logger)
    })
}

#[cfg(test)]
mod tests;
