//! The resource `broker-loggers`: levels of this process's loggers, shown and changed (KIP-412).
//!
//! Levels hold until the process ends, as in Kafka: nothing of them is stored.

use authz::Permit;
use config::Alteration;
use service::telemetry::{LevelChangeError, LogLevel, Loggers, ROOT};

use super::alteration::Step;
use super::resource::ConfigRefusal;

/// Every logger of this process from the start on, so that its level can be set before it first
/// logs. They are the modules that log, under the names that stand in the log's lines.
pub const LOGGERS: &[&str] = &[
    "kafka.authorizer.logger",
    "outrigger.broker.api.alter_user_scram_credentials",
    "outrigger.broker.api.create_acls",
    "outrigger.broker.api.create_partitions",
    "outrigger.broker.api.delete_acls",
    "outrigger.broker.api.delete_topics",
    "outrigger.broker.broker",
    "outrigger.broker.cli",
    "outrigger.broker.config.in_force",
    "outrigger.broker.floods",
    "outrigger.broker.groups",
    "outrigger.broker.groups.notices",
    "outrigger.broker.groups.shard_log",
    "outrigger.broker.groups.shard_task",
    "outrigger.broker.handoff.control",
    "outrigger.broker.iam_store",
    "outrigger.broker.mbeans.lag",
    "outrigger.broker.metadata.journal",
    "outrigger.broker.net.connection_limits",
    "outrigger.broker.net.listener",
    "outrigger.broker.net.relayed",
    "outrigger.broker.partitions",
    "outrigger.broker.start",
    "outrigger.broker.topics",
    "outrigger.broker.upkeep",
    "outrigger.panic",
    "outrigger.storage.append",
    "outrigger.storage.close",
    "outrigger.storage.flush",
    "outrigger.storage.log",
    "outrigger.storage.open",
    "outrigger.storage.recovery",
    "outrigger.storage.segment.lookup",
    "outrigger.storage.snapshots",
];

/// Kafka's order in the sentence about levels.
const LEVELS: [LogLevel; 6] = [
    LogLevel::Debug,
    LogLevel::Error,
    LogLevel::Fatal,
    LogLevel::Info,
    LogLevel::Trace,
    LogLevel::Warn,
];

/// Changes levels, all or none; with `validate_only` none.
///
/// # Errors
/// The first step that cannot be taken.
pub fn alter(
    _permit: Permit,
    loggers: &Loggers,
    steps: &[Step],
    validate_only: bool,
) -> Result<(), ConfigRefusal> {
    let changes = steps
        .iter()
        .map(|step| change(loggers, step))
        .collect::<Result<Vec<_>, _>>()?;
    if validate_only {
        return Ok(());
    }
    for (logger, level) in changes {
        let changed = match level {
            Some(level) => loggers.set(logger, level),
            None => loggers.unset(logger),
        };
        changed.map_err(|error| refusal(&error))?;
    }
    Ok(())
}

/// The logger and its new level; `None` gives it its parent's again.
fn change<'a>(
    loggers: &Loggers,
    step: &'a Step,
) -> Result<(&'a str, Option<LogLevel>), ConfigRefusal> {
    let logger = step.name.as_str();
    let alteration = step.alteration()?;
    if loggers.level(logger).is_none() {
        let unknown = LevelChangeError::UnknownLogger(logger.to_owned());
        return Err(refusal(&unknown));
    }
    match alteration {
        Alteration::Delete if logger == ROOT => Err(refusal(&LevelChangeError::RootNeedsLevel)),
        Alteration::Delete => Ok((logger, None)),
        Alteration::Set => {
            let text = step.operand.as_deref().unwrap_or_default();
            // Kafka knows levels in capitals only.
            match LEVELS.into_iter().find(|level| level.name() == text) {
                Some(level) => Ok((logger, Some(level))),
                None => Err(ConfigRefusal::InvalidConfig(format!(
                    "Cannot set the log level of {logger} to {text} as it is not a supported log \
                     level. Valid log levels are {}",
                    LEVELS.map(LogLevel::name).join(", ")
                ))),
            }
        }
        Alteration::Append | Alteration::Subtract => Err(ConfigRefusal::InvalidRequest(format!(
            "{} operation is not allowed for the BROKER_LOGGER resource",
            alteration.name()
        ))),
    }
}

fn refusal(error: &LevelChangeError) -> ConfigRefusal {
    match error {
        LevelChangeError::UnknownLogger(_) => ConfigRefusal::InvalidConfig(error.to_string()),
        LevelChangeError::RootNeedsLevel => ConfigRefusal::InvalidRequest(
            "Removing the log level of the root logger is not allowed".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests;
