//! Rules over what one topic, group or client metrics subscription sets together, with Kafka's
//! sentences.
//!
//! Single values are checked by their keys; rules of the broker's own keys live where they are read.

use thiserror::Error;

use crate::check::Value;
use crate::key::Key;
use crate::layers::{BrokerLayers, Properties};
use crate::table::{broker_key, client_metrics_key, group_key};

/// What settings break. Clients learn of the two by different error codes.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BrokenRule {
    /// INVALID_CONFIG.
    #[error("{0}")]
    Config(String),
    /// INVALID_REQUEST.
    #[error("{0}")]
    Request(String),
}

/// What a client metrics subscription may select clients by.
const SELECTORS: [&str; 6] = [
    "client_id",
    "client_instance_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

const PUSH_INTERVAL_MS_MIN: i64 = 100;
const PUSH_INTERVAL_MS_MAX: i64 = 60 * 60 * 1000;

/// Topic settings of which one must not pass the other.
///
/// # Errors
/// The pair that does.
pub fn check_topic_pairs(overrides: &Properties) -> Result<(), BrokenRule> {
    let number = |name: &str| overrides.get(name)?.trim().parse::<i64>().ok();
    let least = number("min.compaction.lag.ms").unwrap_or(0);
    let most = number("max.compaction.lag.ms").unwrap_or(i64::MAX);
    if least > most {
        return Err(BrokenRule::Config(format!(
            "conflict topic config setting min.compaction.lag.ms ({least}) > \
             max.compaction.lag.ms ({most})"
        )));
    }
    Ok(())
}

/// The settings of a group, within what the broker allows groups to set.
///
/// # Errors
/// The first rule that is broken.
pub fn check_group(layers: &BrokerLayers, overrides: &Properties) -> Result<(), BrokenRule> {
    for (name, text) in overrides {
        let unknown = || BrokenRule::Config(format!("Unknown group config name: {name}"));
        let key = group_key(name).ok_or_else(unknown)?;
        let value = parse(key, text)?;
        if let Value::Integer(value) = value {
            within(layers, key, value)?;
        }
    }
    for kind in ["consumer", "share", "streams"] {
        let number = |name: &str| {
            let key = group_key(name)?;
            let text = overrides
                .get(name)
                .cloned()
                .or_else(|| layers.fallback(key))?;
            text.trim().parse::<i64>().ok()
        };
        let heartbeat = format!("{kind}.heartbeat.interval.ms");
        let session = format!("{kind}.session.timeout.ms");
        if number(&heartbeat) >= number(&session) {
            return Err(BrokenRule::Config(format!(
                "{heartbeat} must be less than {session}"
            )));
        }
    }
    Ok(())
}

/// The broker's bounds of `consumer.session.timeout.ms` are `group.consumer.min.session.timeout.ms`
/// and its `max`; one bound has a shorter name.
fn within(layers: &BrokerLayers, key: &Key, value: i64) -> Result<(), BrokenRule> {
    let name = key.name;
    let Some((kind, rest)) = name.split_once('.') else {
        return Ok(());
    };
    let bound = |name: &str| {
        broker_key(name)?;
        layers.text(name)?.trim().parse::<i64>().ok()
    };
    let least = format!("group.{kind}.min.{rest}");
    if bound(&least).is_some_and(|least| value < least) {
        let sentence = format!("{name} must be greater than or equal to {least}");
        return Err(BrokenRule::Config(sentence));
    }
    let most = format!("group.{kind}.max.{}", rest.trim_start_matches("num."));
    if bound(&most).is_some_and(|most| value > most) {
        let sentence = format!("{name} must be less than or equal to {most}");
        return Err(BrokenRule::Config(sentence));
    }
    Ok(())
}

/// The settings of a client metrics subscription.
///
/// # Errors
/// The first rule that is broken.
pub fn check_client_metrics(overrides: &Properties) -> Result<(), BrokenRule> {
    for (name, text) in overrides {
        let unknown =
            || BrokenRule::Request(format!("Unknown client metrics configuration: {name}"));
        let key = client_metrics_key(name).ok_or_else(unknown)?;
        match (name.as_str(), parse(key, text)?) {
            ("interval.ms", Value::Integer(interval_ms))
                if !(PUSH_INTERVAL_MS_MIN..=PUSH_INTERVAL_MS_MAX).contains(&interval_ms) =>
            {
                return Err(BrokenRule::Request(format!(
                    "Invalid value {interval_ms} for interval.ms, interval must be between 100 and \
                     3600000 (1 hour)"
                )));
            }
            ("match", Value::List(patterns)) => {
                if let Some(pattern) = patterns.iter().find(|pattern| !selects(pattern)) {
                    let sentence = format!("Illegal client matching pattern: {pattern}");
                    return Err(BrokenRule::Config(sentence));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn selects(pattern: &str) -> bool {
    pattern
        .split_once('=')
        .is_some_and(|(name, pattern)| SELECTORS.contains(&name.trim()) && !pattern.is_empty())
}

fn parse(key: &Key, text: &str) -> Result<Value, BrokenRule> {
    key.parse(text)
        .map_err(|invalid| BrokenRule::Config(invalid.to_string()))
}

#[cfg(test)]
mod tests;
