//! Kafka's log levels (KIP-412), which are not quite those of `tracing`.

use std::fmt;
use std::str::FromStr;
use tracing::Level;
use tracing::level_filters::LevelFilter;

/// The level of a logger, from silent to chatty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// We have no fatal events: a logger at this level is silent.
    Fatal,
    /// Errors only.
    Error,
    /// And what should be looked at tomorrow.
    Warn,
    /// And changes of state.
    Info,
    /// And what helps its developers.
    Debug,
    /// Everything.
    Trace,
}

/// All levels, in the order in which Kafka's documentation lists them.
pub const ALL: [LogLevel; 6] = [
    LogLevel::Error,
    LogLevel::Fatal,
    LogLevel::Trace,
    LogLevel::Debug,
    LogLevel::Info,
    LogLevel::Warn,
];

/// A text that names no level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel(pub String);

impl LogLevel {
    /// Kafka's name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }

    pub(super) fn filter(self) -> LevelFilter {
        match self {
            Self::Fatal => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warn,
            Level::INFO => Self::Info,
            Level::DEBUG => Self::Debug,
            Level::TRACE => Self::Trace,
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LogLevel {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let found = ALL
            .into_iter()
            .find(|level| text.eq_ignore_ascii_case(level.name()));
        found.ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ALL.map(LogLevel::name).join(", ");
        write!(f, "no log level is called '{}'; use one of {names}", self.0)
    }
}

impl std::error::Error for UnknownLevel {}
