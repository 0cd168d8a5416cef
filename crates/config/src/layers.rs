//! Who set what: the layers under which a broker's and a topic's value lies, strongest first.
//!
//! Values stay text here, as they were given; [`crate::Reader`] makes typed ones.

use std::collections::BTreeMap;

use crate::key::Key;
use crate::table::{alternatives, broker_key, topic_key};

/// Key names and the texts they were set to.
pub type Properties = BTreeMap<String, String>;

/// Everything that was set for one broker.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BrokerLayers {
    /// Set for this broker while it runs (strongest).
    pub per_broker: Properties,
    /// Set for all brokers while they run.
    pub cluster: Properties,
    /// From the file, the command line and the preset.
    pub fixed: Properties,
}

impl BrokerLayers {
    fn strongest_first(&self) -> [&Properties; 3] {
        [&self.per_broker, &self.cluster, &self.fixed]
    }

    /// The text that holds for a broker key of exactly this name, or its default.
    ///
    /// Where a stronger layer has an alternative of it (`log.retention.ms` over
    /// `log.retention.hours`), weaker layers no longer count and the default shows, as in Kafka.
    pub fn text(&self, name: &str) -> Option<&str> {
        let group = alternatives(name);
        for layer in self.strongest_first() {
            if let Some(text) = layer.get(name) {
                return Some(text);
            }
            if group.iter().any(|(member, _)| layer.contains_key(*member)) {
                break;
            }
        }
        broker_key(name).and_then(|key| key.default)
    }

    /// The text that a broker key comes to once its alternatives are asked too, in its own unit.
    pub(crate) fn resolved(&self, name: &str) -> Option<String> {
        let group = alternatives(name);
        group.into_iter().find_map(|(member, unit_ms)| {
            let text = self.text(member)?;
            if unit_ms == 1 {
                return Some(text.to_owned());
            }
            let count = text.trim().parse::<i64>().ok()?;
            Some(count.saturating_mul(unit_ms).to_string())
        })
    }

    /// The text that holds for a topic that set `overrides`.
    pub fn topic_text(&self, overrides: &Properties, name: &str) -> Option<String> {
        if let Some(text) = overrides.get(name) {
            return Some(text.clone());
        }
        let key = topic_key(name)?;
        self.fallback(key)
    }

    /// What a topic or group key is where it is not set: the broker's value, or its own default.
    pub(crate) fn fallback(&self, key: &Key) -> Option<String> {
        let Some(broker_key) = key.broker_key else {
            return key.default.map(str::to_owned);
        };
        let text = self.resolved(broker_key)?;
        // Any negative retention of the broker means that there is no limit.
        let unlimited = key.name == "retention.ms"
            && text
                .trim()
                .parse::<i64>()
                .is_ok_and(|retention_ms| retention_ms < 0);
        Some(if unlimited { "-1".to_owned() } else { text })
    }
}

#[cfg(test)]
mod tests;
