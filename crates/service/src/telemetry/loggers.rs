//! The loggers of this process and their levels, as Kafka's `broker-loggers` shows and changes
//! them: names are dotted paths, and a logger without a level of its own has its parent's.

use super::level::{LogLevel, UnknownLevel};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tracing::level_filters::LevelFilter;

/// The name under which Kafka lists the ancestor of all loggers.
pub const ROOT: &str = "root";

/// Crates whose module paths become loggers below `outrigger.`.
const OURS: [&str; 15] = [
    "authn",
    "authz",
    "broker",
    "client",
    "config",
    "coordinator",
    "exporter_jmx",
    "exporter_node",
    "identity",
    "logshipper",
    "model",
    "protocol",
    "records",
    "service",
    "storage",
];

/// A handle on the table of loggers; clones share it.
#[derive(Clone, Debug)]
pub struct Loggers(Arc<RwLock<Table>>);

/// The levels a process starts with: one for all, and exceptions by logger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    /// The level of [`ROOT`].
    pub root: LogLevel,
    /// Exceptions: logger and level.
    pub loggers: Vec<(String, LogLevel)>,
}

/// Why a level cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LevelChangeError {
    /// No such logger has been declared or has logged.
    UnknownLogger(String),
    /// The root has no parent whose level it could take.
    RootNeedsLevel,
}

#[derive(Debug)]
struct Table {
    root: LogLevel,
    own: BTreeMap<String, LogLevel>,
    known: BTreeSet<String>,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            root: LogLevel::Info,
            loggers: Vec::new(),
        }
    }
}

impl Levels {
    /// Reads `INFO,kafka.server=DEBUG,…`: a level alone is the root's.
    pub fn parse(text: &str) -> Result<Self, UnknownLevel> {
        let mut levels = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match part.split_once('=') {
                Some((logger, level)) if logger.trim() != ROOT => {
                    levels
                        .loggers
                        .push((logger.trim().to_owned(), level.trim().parse()?));
                }
                Some((_, level)) => levels.root = level.trim().parse()?,
                None => levels.root = part.parse()?,
            }
        }
        Ok(levels)
    }
}

impl Loggers {
    /// A table in which the loggers of `levels` and the `declared` ones exist.
    pub fn new(levels: Levels, declared: &[&str]) -> Self {
        let mut known: BTreeSet<String> = declared.iter().map(|&name| name.to_owned()).collect();
        known.extend(levels.loggers.iter().map(|(name, _)| name.clone()));
        let own = levels.loggers.into_iter().collect();
        Self(Arc::new(RwLock::new(Table {
            root: levels.root,
            own,
            known,
        })))
    }

    /// Every logger with the level that holds for it, [`ROOT`] among them, in order of names.
    pub fn list(&self) -> Vec<(String, LogLevel)> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = table
            .known
            .iter()
            .map(|name| (name.clone(), table.effective(name)))
            .collect();
        list.push((ROOT.to_owned(), table.root));
        list.sort();
        list
    }

    /// The level that holds for a logger, when it exists.
    pub fn level(&self, logger: &str) -> Option<LogLevel> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.exists(logger).then(|| table.effective(logger))
    }

    /// Gives a logger a level of its own; what is below it and has none follows.
    pub fn set(&self, logger: &str, level: LogLevel) -> Result<(), LevelChangeError> {
        self.change(logger, |table| {
            if logger == ROOT {
                table.root = level;
            } else {
                table.own.insert(logger.to_owned(), level);
            }
            Ok(())
        })
    }

    /// Takes a logger's own level away: its parent's holds again.
    pub fn unset(&self, logger: &str) -> Result<(), LevelChangeError> {
        self.change(logger, |table| {
            if logger == ROOT {
                return Err(LevelChangeError::RootNeedsLevel);
            }
            table.own.remove(logger);
            Ok(())
        })
    }

    fn change(
        &self,
        logger: &str,
        act: impl FnOnce(&mut Table) -> Result<(), LevelChangeError>,
    ) -> Result<(), LevelChangeError> {
        {
            let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if !table.exists(logger) {
                return Err(LevelChangeError::UnknownLogger(logger.to_owned()));
            }
            act(&mut table)?;
        }
        tracing::callsite::rebuild_interest_cache();
        Ok(())
    }

    /// Notes that this logger exists and tells whether it logs at `level`.
    pub(super) fn admit(&self, target: &str, level: LogLevel) -> bool {
        let logger = logger_name(target);
        {
            let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if table.known.contains(logger.as_ref()) {
                return level <= table.effective(&logger);
            }
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let admitted = level <= table.effective(&logger);
        table.known.insert(logger.into_owned());
        admitted
    }

    /// The chattiest level of any logger: what `tracing` may skip without asking.
    pub(super) fn most_verbose(&self) -> LevelFilter {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let most = table.own.values().copied().fold(table.root, LogLevel::max);
        most.filter()
    }
}

impl Table {
    fn exists(&self, logger: &str) -> bool {
        logger == ROOT || self.known.contains(logger)
    }

    fn effective(&self, logger: &str) -> LogLevel {
        let mut name = logger;
        loop {
            if let Some(&level) = self.own.get(name) {
                return level;
            }
            match name.rfind('.') {
                Some(dot) => name = &name[..dot],
                None => return self.root,
            }
        }
    }
}

/// The logger of a `tracing` target: a dotted target is one already (`kafka.server.KafkaApis`),
/// a module path becomes one (`broker::net` is `outrigger.broker.net`).
pub(super) fn logger_name(target: &str) -> Cow<'_, str> {
    let (root, path) = target.split_once("::").unwrap_or((target, ""));
    let ours = OURS.contains(&root);
    if path.is_empty() && !ours {
        return Cow::Borrowed(target);
    }
    let prefix = if ours { "outrigger." } else { "" };
    Cow::Owned(format!("{prefix}{}", target.replace("::", ".")))
}

impl fmt::Display for LevelChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownLogger(logger) => write!(f, "Logger {logger} does not exist!"),
            Self::RootNeedsLevel => {
                write!(
                    f,
                    "the level of the {ROOT} logger cannot be unset, only set"
                )
            }
        }
    }
}

impl std::error::Error for LevelChangeError {}

#[cfg(test)]
mod tests;
