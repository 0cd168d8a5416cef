//! From options, environment and `outrigger.toml` to what is to be run: pure, and everything that
//! is wrong is told at once.
//!
//! What a key of the broker means is not known here: the broker says what it does not like, and it is
//! told where the key was given.

use super::args::{Ports, Preset, SET, UpArgs, no_such_part};
use super::properties::{self, Property};
use super::topic::TopicSpec;
use crate::data_dir::DataDir;
use broker::config::BrokerConfig;
use clap::ValueEnum;
use service::settings::{Origin, Setting};
use std::fmt;
use std::path::PathBuf;

const UP_KEYS: &str = "up.ports, up.preset, up.topics";
const DEFAULT_ORIGIN: &str = "default of `outrigger up`";
/// MSK's plaintext port, and any port; on the loopback interface alone, since nobody logs in.
const LISTENERS_MSK: &str = "PLAINTEXT://127.0.0.1:9092";
const LISTENERS_AUTO: &str = "PLAINTEXT://127.0.0.1:0";
const ENDPOINTS_FILE: &str = "outrigger.endpoints.file";
const LOG_DIR: &str = "outrigger.log.dir";
const ADMIN_LISTENER: &str = "127.0.0.1:0";

/// What `up` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) data_dir: DataDir,
    /// Whether the data directory goes when `up` ends.
    pub(super) ephemeral: bool,
    /// Keys of the broker in the order of `server.properties`.
    pub(super) broker: Vec<Property>,
    pub(super) topics: Vec<TopicSpec>,
    /// Whether the broker creates a topic when a client first names it.
    pub(super) auto_create: bool,
}

/// Everything that is wrong, one sentence each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlanError(pub(super) Vec<String>);

/// Lays the layers over each other: defaults, `files` (the file, then the environment), options,
/// `--set`. The last one counts.
pub(super) fn plan(
    data_dir: DataDir,
    args: &UpArgs,
    files: Vec<Setting>,
) -> Result<Plan, PlanError> {
    let mut problems = Vec::new();
    let mut layers = files;
    layers.extend(options(args));
    layers.extend(args.set.iter().cloned());

    let mut ports = Ports::Msk;
    let mut broker = Vec::new();
    let mut topics = Vec::new();
    for setting in layers {
        let read = match setting.key.split_once('.') {
            Some(("broker", ENDPOINTS_FILE)) => Err("`outrigger up` sets this itself".to_owned()),
            Some(("broker", key)) if !key.is_empty() => {
                put(
                    &mut broker,
                    key,
                    &setting.value,
                    &setting.origin.to_string(),
                );
                Ok(())
            }
            Some(("up", "ports")) => choice::<Ports>(&setting).map(|chosen| ports = chosen),
            Some(("up", "preset")) => choice::<Preset>(&setting).map(|chosen| {
                let origin = setting.origin.to_string();
                put(&mut broker, "outrigger.preset", chosen.name(), &origin);
            }),
            Some(("up", "topics")) => topics_of(&setting).map(|named| {
                topics.clear();
                named
                    .into_iter()
                    .for_each(|topic| ask_for(&mut topics, topic));
            }),
            Some(("up", _)) => Err(format!("unknown key; the keys of up are {UP_KEYS}")),
            _ => Err(no_such_part()),
        };
        if let Err(problem) = read {
            let place = place(&setting.origin.to_string(), &setting.key);
            problems.push(format!("{place}: {problem}"));
        }
    }
    if !problems.is_empty() {
        return Err(PlanError(problems));
    }
    for topic in &args.topic {
        ask_for(&mut topics, topic.clone());
    }
    let broker = with_defaults(&data_dir, ports, broker);
    let auto_create = check(&broker)?.topics.auto_create;
    Ok(Plan {
        broker,
        data_dir,
        ephemeral: args.ephemeral,
        topics,
        auto_create,
    })
}

/// Where a key was given: what a person looks for.
fn place(origin: &str, key: &str) -> String {
    match origin {
        SET => format!("{SET} {key}"),
        _ => format!("{origin}: {key}"),
    }
}

/// Has the broker read its configuration before anything is created or started. It names lines of a
/// file that nobody wrote by hand; here they become the places that they came from. Gives what it read.
fn check(broker: &[Property]) -> Result<BrokerConfig, PlanError> {
    let errors = match BrokerConfig::from_properties(&properties::text(broker), &[]) {
        Ok((config, _)) => return Ok(config),
        Err(errors) => errors,
    };
    let told = errors.problems().iter().map(|problem| {
        let text = problem.to_string();
        let line = text.strip_prefix("line ").and_then(|rest| {
            let (line, _) = rest.split_once(':')?;
            line.parse().ok()
        });
        match line.and_then(|line| properties::at_line(broker, line)) {
            Some(property) => {
                let place = place(&property.origin, &format!("broker.{}", property.key));
                format!("{place}: {}", problem.message)
            }
            None => text,
        }
    });
    Err(PlanError(told.collect()))
}

/// Options as the settings they stand for.
fn options(args: &UpArgs) -> Vec<Setting> {
    let setting = |key: &str, value: &str, option| Setting {
        key: key.to_owned(),
        value: value.to_owned(),
        origin: Origin::Option(option),
    };
    let ports = args
        .ports
        .map(|ports| setting("up.ports", ports.name(), "--ports"));
    let preset = args
        .preset
        .map(|preset| setting("up.preset", preset.name(), "--preset"));
    ports.into_iter().chain(preset).collect()
}

fn choice<T: ValueEnum>(setting: &Setting) -> Result<T, String> {
    T::from_str(&setting.value, false).map_err(|_| {
        let values = T::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        format!("'{}' is none of {}", setting.value, names.join(", "))
    })
}

fn topics_of(setting: &Setting) -> Result<Vec<TopicSpec>, String> {
    let texts = setting
        .value
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty());
    texts
        .map(|text| text.parse().map_err(|error| format!("'{text}': {error}")))
        .collect()
}

/// Adds a topic. Of two with one name the later counts, as with every other setting, in the place
/// of the earlier.
fn ask_for(topics: &mut Vec<TopicSpec>, topic: TopicSpec) {
    match topics.iter_mut().find(|earlier| earlier.name == topic.name) {
        Some(earlier) => *earlier = topic,
        None => topics.push(topic),
    }
}

fn put(properties: &mut Vec<Property>, key: &str, value: &str, origin: &str) {
    properties.retain(|property| property.key != key);
    properties.push(Property {
        key: key.to_owned(),
        value: value.to_owned(),
        origin: origin.to_owned(),
    });
}

/// What `up` says where nobody else did, in front of what others said.
fn with_defaults(data_dir: &DataDir, ports: Ports, given: Vec<Property>) -> Vec<Property> {
    let listeners = match ports {
        Ports::Msk => LISTENERS_MSK,
        Ports::Auto => LISTENERS_AUTO,
    };
    let path = |path: PathBuf| path.display().to_string();
    let defaults = [
        ("listeners", listeners.to_owned()),
        ("log.dirs", path(data_dir.broker_data())),
        ("outrigger.admin.listener", ADMIN_LISTENER.to_owned()),
        (
            "outrigger.endpoints.file",
            path(data_dir.broker_endpoints()),
        ),
        (LOG_DIR, path(data_dir.logs())),
    ];
    let mut properties = Vec::new();
    for (key, value) in defaults {
        if !given.iter().any(|property| property.key == key) {
            put(&mut properties, key, &value, DEFAULT_ORIGIN);
        }
    }
    properties.extend(given);
    properties
}

impl Plan {
    /// The value of a key of the broker, where it is in the file.
    pub(super) fn broker_value(&self, key: &str) -> Option<&str> {
        let found = self.broker.iter().find(|property| property.key == key);
        found.map(|property| property.value.as_str())
    }

    /// The broker's main log, wherever it was asked to write it.
    pub(super) fn broker_log(&self) -> PathBuf {
        let dir = self.broker_value(LOG_DIR).filter(|dir| !dir.is_empty());
        let dir = dir.map_or_else(|| self.data_dir.logs(), PathBuf::from);
        std::path::absolute(&dir).unwrap_or(dir).join("server.log")
    }

    /// Changes the value of a key that is in the file and keeps its place there.
    pub(super) fn replace_broker_value(&mut self, key: &str, value: String) {
        if let Some(property) = self.broker.iter_mut().find(|property| property.key == key) {
            property.value = value;
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

#[cfg(test)]
mod tests;
