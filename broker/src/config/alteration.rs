//! What a request to change a configuration comes to: the whole new configuration of its owner, or
//! the reason why not. Pure: decided by one image, stored and put in force elsewhere.
//!
//! Checks come in Kafka's order, with Kafka's sentences; differences are said where they are made.

use std::collections::BTreeSet;

use config::{Alteration, BrokenRule, Key, Properties, Update};

use super::BrokerConfig;
use super::resource::{ConfigRefusal, ConfigResource};
use crate::metadata::{ConfigOwner, Image, MetadataRecord};

/// One key of a request and what is to become of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The key, or the logger.
    pub name: String,
    /// The number of the operation, as it came.
    pub operation: i8,
    /// What was given with it.
    pub operand: Option<String>,
}

/// Whether what is not named stays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// The steps make the whole configuration (AlterConfigs).
    Whole,
    /// Everything else stays (IncrementalAlterConfigs).
    Steps,
}

/// Keys that need a new socket. Kafka opens one while it runs; here that takes a restart.
const BOUND_AT_START: [&str; 2] = ["listener.security.protocol.map", "listeners"];

impl Step {
    /// What it does.
    ///
    /// # Errors
    /// A number that is no operation.
    pub fn alteration(&self) -> Result<Alteration, ConfigRefusal> {
        Alteration::from_wire(self.operation).ok_or_else(|| {
            request(format!(
                "Unknown operation {} for {}",
                self.operation, self.name
            ))
        })
    }
}

/// Checks what concerns the steps alone, whatever they are for.
///
/// # Errors
/// A value that is missing, or a key that is there twice.
pub fn check_steps(steps: &[Step]) -> Result<(), ConfigRefusal> {
    let delete = |step: &Step| Alteration::from_wire(step.operation) == Some(Alteration::Delete);
    let null: Vec<&str> = steps
        .iter()
        .filter(|step| step.operand.is_none() && !delete(step))
        .map(|step| step.name.as_str())
        .collect();
    if !null.is_empty() {
        return Err(request(format!(
            "Null value not supported for : {}",
            null.join(",")
        )));
    }
    let names: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    if names.len() < steps.len() {
        return Err(request("Error due to duplicate config keys"));
    }
    Ok(())
}

/// The record that makes the steps come true; none where they change nothing.
///
/// # Errors
/// What is wrong with the resource, a step, or the configuration that they would make.
pub fn plan(
    config: &BrokerConfig,
    image: &Image,
    resource: &ConfigResource,
    extent: Extent,
    steps: &[Step],
) -> Result<Option<MetadataRecord>, ConfigRefusal> {
    let (owner, current) = owned(image, resource)?;
    let mut next = match extent {
        Extent::Whole => Properties::new(),
        Extent::Steps => current.clone(),
    };
    for step in steps {
        let key = key_of(resource, &step.name);
        let before = next.get(&step.name).map(String::as_str);
        let operand = step.operand.as_deref().unwrap_or_default();
        let after = config::alter(&step.name, key, before, step.alteration()?, operand)
            .map_err(|refused| ConfigRefusal::InvalidConfig(refused.to_string()))?;
        match after {
            Some(text) => next.insert(step.name.clone(), text),
            None => next.remove(&step.name),
        };
    }
    check(config, image, resource, &current, &next)?;
    Ok((next != current).then_some(MetadataRecord::Configs {
        owner,
        configs: next,
    }))
}

/// Who keeps the configuration of a resource, and what it is now.
fn owned(
    image: &Image,
    resource: &ConfigResource,
) -> Result<(ConfigOwner, Properties), ConfigRefusal> {
    let owner = match resource {
        ConfigResource::Topic(name) => {
            let topic = image.topic(name.as_str()).ok_or_else(|| {
                ConfigRefusal::UnknownTopic(format!("The topic '{name}' does not exist."))
            })?;
            return Ok((
                ConfigOwner::Topic(topic.id.to_string()),
                (*topic.configs).clone(),
            ));
        }
        ConfigResource::Broker => ConfigOwner::Broker(image.broker.id.0),
        ConfigResource::Brokers => ConfigOwner::Brokers,
        ConfigResource::ClientMetrics(name) => ConfigOwner::ClientMetrics(name.clone()),
        ConfigResource::Group(name) => ConfigOwner::Group(name.clone()),
        ConfigResource::Loggers => return Err(request("Unknown resource type 8")),
    };
    let current = stored(image, &owner);
    Ok((owner, current))
}

/// What an owner other than a topic has set.
pub fn stored(image: &Image, owner: &ConfigOwner) -> Properties {
    image
        .configs(owner)
        .map(|configs| (**configs).clone())
        .unwrap_or_default()
}

fn key_of(resource: &ConfigResource, name: &str) -> Option<&'static Key> {
    match resource {
        ConfigResource::Topic(_) => config::topic_key(name),
        ConfigResource::Broker | ConfigResource::Brokers => config::broker_key(name),
        ConfigResource::Group(_) => config::group_key(name),
        ConfigResource::ClientMetrics(_) => config::client_metrics_key(name),
        ConfigResource::Loggers => None,
    }
}

fn check(
    config: &BrokerConfig,
    image: &Image,
    resource: &ConfigResource,
    current: &Properties,
    next: &Properties,
) -> Result<(), ConfigRefusal> {
    let rule = |broken: BrokenRule| match broken {
        BrokenRule::Config(sentence) => ConfigRefusal::InvalidConfig(sentence),
        BrokenRule::Request(sentence) => ConfigRefusal::InvalidRequest(sentence),
    };
    match resource {
        ConfigResource::Topic(_) => {
            // The broker's own topics have what nobody may ask for; it may stay.
            let mut changed = next.clone();
            changed.retain(|name, text| current.get(name) != Some(text));
            config
                .check_topic(&changed)
                .map_err(|invalid| ConfigRefusal::InvalidConfig(invalid.to_string()))?;
            config::check_topic_pairs(next).map_err(rule)
        }
        ConfigResource::Broker => {
            check_dynamic(config, next, false)?;
            let cluster = stored(image, &ConfigOwner::Brokers);
            try_out(config, next.clone(), cluster)
        }
        ConfigResource::Brokers => {
            check_dynamic(config, next, true)?;
            let per_broker = stored(image, &ConfigOwner::Broker(image.broker.id.0));
            try_out(config, per_broker, next.clone())
        }
        ConfigResource::ClientMetrics(_) => config::check_client_metrics(next).map_err(rule),
        ConfigResource::Group(_) => config::check_group(&config.layers, next).map_err(rule),
        ConfigResource::Loggers => Ok(()),
    }
}

/// Which keys may be set while the broker runs. A name that is no key is kept, as in Kafka.
fn check_dynamic(
    config: &BrokerConfig,
    next: &Properties,
    for_all: bool,
) -> Result<(), ConfigRefusal> {
    let names = |wanted: &dyn Fn(&str, &Key) -> bool| {
        let found = next
            .keys()
            .filter(|name| config::broker_key(name).is_some_and(|key| wanted(name, key)));
        found.cloned().collect::<Vec<_>>().join(", ")
    };
    let fixed = names(&|name, key| key.name == name && key.update == Update::ReadOnly);
    if !fixed.is_empty() {
        return Err(request(format!(
            "Cannot update these configs dynamically: [{fixed}]"
        )));
    }
    let single = names(&|_, key| for_all && key.update == Update::PerBroker);
    if !single.is_empty() {
        return Err(request(format!(
            "Cannot update these configs at default cluster level, broker id must be specified: \
             [{single}]"
        )));
    }
    for (name, text) in next {
        if let Some(key) = config::broker_key(name) {
            key.parse(text)
                .map_err(|invalid| request(invalid.to_string()))?;
        }
    }
    let rebinds = |name: &&str| {
        next.get(*name)
            .is_some_and(|text| config.layers.fixed.get(*name) != Some(text))
    };
    match BOUND_AT_START.iter().copied().find(rebinds) {
        Some(name) => Err(request(format!(
            "{name} is bound when the broker starts: change it in the file and restart"
        ))),
        None => Ok(()),
    }
}

/// Whether the broker could run with these.
fn try_out(
    config: &BrokerConfig,
    per_broker: Properties,
    cluster: Properties,
) -> Result<(), ConfigRefusal> {
    match config.with_dynamic(per_broker, cluster) {
        Ok(_) => Ok(()),
        Err(errors) => Err(request(errors.to_string())),
    }
}

fn request(sentence: impl Into<String>) -> ConfigRefusal {
    ConfigRefusal::InvalidRequest(sentence.into())
}

#[cfg(test)]
mod tests;
