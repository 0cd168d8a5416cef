//! From options, environment and `outrigger.toml` to what is to be run: pure, and everything that
//! is wrong is told at once.
//!
//! What a key of a process means is not known here: the process says what it does not like, and it is
//! told where the key was given.

use super::args::{ClientBroker, Ports, Preset, SET, UpArgs, no_such_part};
use super::parts::{
    self, Defaults, Facts, KEYS_OF_UP, LISTENERS_OF_BROKER, PARTS, Part, Place, Role,
};
use super::properties::{self, Property};
use super::topic::TopicSpec;
use crate::data_dir::DataDir;
use clap::ValueEnum;
use config::Origin as Source;
use service::settings::{Origin, Setting};
use std::fmt;
use std::path::{Path, PathBuf};

const UP_KEYS: &str = "up.client-broker, up.dashboard, up.ports, up.preset, up.topics";
/// Of the page: beside those of the exporters.
const DASHBOARD_PORT: u16 = 11000;
/// What turns the page off.
const OFF: &str = "off";
const DEFAULT_ORIGIN: &str = "default of `outrigger up`";
/// The broker's default.
const NODE_ID: &str = "1";
const PRESET: &str = "outrigger.preset";

/// What `up` is to do.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) data_dir: DataDir,
    /// Whether the data directory goes when `up` ends.
    pub(super) ephemeral: bool,
    /// In the order of their start.
    pub(super) processes: Vec<ProcessPlan>,
    pub(super) topics: Vec<TopicSpec>,
    /// Where the page is served, `HOST:PORT`; nowhere where it was turned off.
    pub(super) dashboard: Option<String>,
    /// What clients may speak.
    pub(super) client_broker: ClientBroker,
    /// What the processes' configurations say together.
    pub(super) facts: Facts,
}

/// One process and its configuration.
#[derive(Clone, Debug)]
pub(super) struct ProcessPlan {
    pub(super) part: &'static Part,
    /// In the order of its file.
    pub(super) properties: Vec<Property>,
}

/// Everything that is wrong, one sentence each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlanError(pub(super) Vec<String>);

/// What was asked for, before defaults are laid below it.
struct Asked {
    ports: Ports,
    client_broker: ClientBroker,
    /// `HOST:PORT` or `off`.
    dashboard: Option<String>,
    /// By process, in the order of the table.
    given: Vec<Vec<Property>>,
    topics: Vec<TopicSpec>,
}

/// Lays the layers over each other: defaults, `files` (the file, then the environment), options,
/// `--set`. The last one counts.
pub(super) fn plan(
    data_dir: DataDir,
    handoff: &Path,
    args: &UpArgs,
    files: Vec<Setting>,
) -> Result<Plan, PlanError> {
    let mut layers = files;
    layers.extend(options(args));
    layers.extend(args.set.iter().cloned());
    let Asked {
        ports,
        client_broker,
        dashboard,
        given,
        mut topics,
    } = read(&layers)?;
    for topic in &args.topic {
        ask_for(&mut topics, topic.clone());
    }
    let place = Place {
        data_dir: &data_dir,
        handoff,
        ports,
        client_broker,
        defaults: defaults_of(&given),
        node_id: &node_id_of(&given),
    };
    let processes: Vec<_> = std::iter::zip(PARTS, given)
        .filter(|(part, _)| part.role.is_run(client_broker))
        .map(|(part, given)| ProcessPlan {
            part,
            properties: with_defaults((part.defaults)(&place), given),
        })
        .collect();
    let facts = facts(&processes)?;
    Ok(Plan {
        processes,
        data_dir,
        ephemeral: args.ephemeral,
        topics,
        dashboard: dashboard
            .or_else(|| Some(parts::address(ports, DASHBOARD_PORT)))
            .filter(|address| address != OFF),
        client_broker,
        facts,
    })
}

impl Plan {
    /// Where log lines are delivered, one text each.
    pub(super) fn log_sinks(&self) -> Vec<&str> {
        let mut processes = self.processes.iter();
        let follower = processes.find(|process| process.part.role == Role::Follower);
        let sinks = follower.and_then(|process| process.value(parts::LOG_SINK));
        let sinks = sinks.unwrap_or_default().split(',').map(str::trim);
        sinks.filter(|sink| !sink.is_empty()).collect()
    }
}

/// Has every process read its configuration, and tells everything that is wrong at once.
fn facts(processes: &[ProcessPlan]) -> Result<Facts, PlanError> {
    let mut all = Facts::default();
    let mut problems = Vec::new();
    for process in processes {
        match process.read() {
            Ok(facts) => {
                all.auto_create |= facts.auto_create;
                all.everybody = all.everybody.max(facts.everybody);
                all.tls_hosts.extend(facts.tls_hosts);
                all.anonymous_tls |= facts.anonymous_tls;
            }
            Err(told) => problems.extend(told),
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(PlanError(problems))
    }
}

/// Reads every layer, and tells everything that is wrong at once.
fn read(layers: &[Setting]) -> Result<Asked, PlanError> {
    let mut problems = Vec::new();
    let mut asked = Asked {
        ports: Ports::Msk,
        client_broker: ClientBroker::default(),
        dashboard: None,
        given: vec![Vec::new(); PARTS.len()],
        topics: Vec::new(),
    };
    for setting in layers {
        if let Err(problem) = asked.take(setting) {
            let place = place(&setting.origin.to_string(), &setting.key);
            problems.push(format!("{place}: {problem}"));
        }
    }
    problems.extend(asked.contradictions());
    if problems.is_empty() {
        Ok(asked)
    } else {
        Err(PlanError(problems))
    }
}

impl Asked {
    fn take(&mut self, setting: &Setting) -> Result<(), String> {
        let Some((part, key)) = setting.key.split_once('.') else {
            return Err(no_such_part());
        };
        match (part, key) {
            ("up", "client-broker") => self.client_broker = choice::<ClientBroker>(setting)?,
            ("up", "dashboard") => self.dashboard = Some(dashboard_of(setting)?),
            ("up", "ports") => self.ports = choice::<Ports>(setting)?,
            ("up", "preset") => {
                let chosen = choice::<Preset>(setting)?;
                self.put("broker", PRESET, chosen.name(), setting)?;
            }
            ("up", "topics") => {
                let named = topics_of(setting)?;
                self.topics.clear();
                named
                    .into_iter()
                    .for_each(|topic| ask_for(&mut self.topics, topic));
            }
            ("up", _) => return Err(format!("unknown key; the keys of up are {UP_KEYS}")),
            (_, "") => return Err(no_such_part()),
            (_, key) if KEYS_OF_UP.contains(&key) => {
                return Err("`outrigger up` sets this itself".to_owned());
            }
            (part, key) => self.put(part, key, &setting.value, setting)?,
        }
        Ok(())
    }

    /// Addresses for clients that may not come.
    fn contradictions(&self) -> Vec<String> {
        if self.client_broker != ClientBroker::Tls {
            return Vec::new();
        }
        let named = std::iter::zip(PARTS, &self.given)
            .filter(|(part, _)| part.role == Role::Engine)
            .flat_map(|(part, given)| given.iter().map(move |property| (part.name, property)))
            .filter(|(_, property)| LISTENERS_OF_BROKER.contains(&property.key.as_str()));
        let told = named.map(|(part, Property { key, origin, .. })| {
            let place = place(origin, &format!("{part}.{key}"));
            format!(
                "{place}: with --client-broker tls nothing listens in plaintext; leave it out, set \
                 authn.{key}, or choose tls-plaintext"
            )
        });
        told.collect()
    }

    fn put(&mut self, part: &str, key: &str, value: &str, by: &Setting) -> Result<(), String> {
        let mut rows = std::iter::zip(PARTS, &mut self.given);
        let row = rows.find(|(row, _)| row.name == part);
        let (_, properties) = row.ok_or_else(no_such_part)?;
        put(properties, key, value, &by.origin.to_string());
        Ok(())
    }
}

/// Apache Kafka's defaults hold where somebody asked for them, MSK's front door otherwise.
fn defaults_of(given: &[Vec<Property>]) -> Defaults {
    let mut given = given.iter().flatten();
    let kafka =
        |property: &Property| property.key == PRESET && property.value == Preset::Kafka.name();
    if given.any(kafka) {
        Defaults::Kafka
    } else {
        Defaults::Msk
    }
}

/// The number of the one node, under its newer or older name.
fn node_id_of(given: &[Vec<Property>]) -> String {
    let of = |key: &str| {
        let mut given = std::iter::zip(PARTS, given).filter(|(part, _)| part.role == Role::Engine);
        given.find_map(|(_, properties)| properties.iter().find(|property| property.key == key))
    };
    let given = of("node.id").or_else(|| of("broker.id"));
    given.map_or_else(|| NODE_ID.to_owned(), |property| property.value.clone())
}

/// Where a key was given: what a person looks for.
fn place(origin: &str, key: &str) -> String {
    match origin {
        SET => format!("{SET} {key}"),
        _ => format!("{origin}: {key}"),
    }
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
    let client_broker = args
        .client_broker
        .map(|chosen| setting("up.client-broker", chosen.name(), "--client-broker"));
    let preset = args
        .preset
        .map(|preset| setting("up.preset", preset.name(), "--preset"));
    let dashboard = args
        .dashboard
        .as_deref()
        .map(|address| setting("up.dashboard", address, "--dashboard"));
    let options = [ports, client_broker, preset, dashboard];
    options.into_iter().flatten().collect()
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

fn dashboard_of(setting: &Setting) -> Result<String, String> {
    let value = &setting.value;
    let is_address = value
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if is_address || value == OFF {
        return Ok(value.clone());
    }
    Err(format!("'{value}' is neither HOST:PORT nor {OFF}"))
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
fn with_defaults(defaults: Vec<(&str, String)>, given: Vec<Property>) -> Vec<Property> {
    let mut properties = Vec::new();
    for (key, value) in defaults {
        if !given.iter().any(|property| property.key == key) {
            put(&mut properties, key, &value, DEFAULT_ORIGIN);
        }
    }
    properties.extend(given);
    properties
}

impl ProcessPlan {
    /// The value of a key, where it is in the file.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let found = self.properties.iter().find(|property| property.key == key);
        found.map(|property| property.value.as_str())
    }

    /// Its main log, wherever it was asked to write it.
    pub(super) fn log(&self, data_dir: &DataDir) -> PathBuf {
        self.log_dir(data_dir).join(self.part.log)
    }

    /// Its audit log beside it.
    pub(super) fn audit_log(&self, data_dir: &DataDir) -> Option<PathBuf> {
        let name = self.part.audit_log?;
        Some(self.log_dir(data_dir).join(name))
    }

    fn log_dir(&self, data_dir: &DataDir) -> PathBuf {
        let dir = self.value(parts::LOG_DIR).filter(|dir| !dir.is_empty());
        let dir = dir.map_or_else(|| data_dir.logs_of(self.part.name), PathBuf::from);
        std::path::absolute(&dir).unwrap_or(dir)
    }

    /// Where the broker keeps its data.
    pub(super) fn broker_data(&self) -> Option<PathBuf> {
        let dirs = self.value("log.dirs").or_else(|| self.value("log.dir"))?;
        dirs.split(',').next().map(|dir| PathBuf::from(dir.trim()))
    }

    /// Changes the value of a key that is in the file and keeps its place there.
    pub(super) fn replace(&mut self, key: &str, value: String) {
        let mut properties = self.properties.iter_mut();
        if let Some(property) = properties.find(|property| property.key == key) {
            property.value = value;
        }
    }

    /// Sets a key that is in the file without a value.
    pub(super) fn fill(&mut self, key: &str, value: impl FnOnce() -> String) {
        if self.value(key) == Some("") {
            self.replace(key, value());
        }
    }

    /// Has the process read its configuration. What it says is wrong names lines of a file that
    /// nobody wrote by hand; here they become the places that they came from.
    fn read(&self) -> Result<Facts, Vec<String>> {
        let Part { name, read, .. } = self.part;
        read(&properties::text(name, &self.properties)).map_err(|problems| {
            let told = problems.into_iter().map(|problem| {
                let line = match problem.origin {
                    Source::Line(line) => properties::at_line(&self.properties, line),
                    Source::Override | Source::Default => None,
                };
                match line {
                    Some(property) => {
                        let key = format!("{name}.{}", property.key);
                        format!("{}: {}", place(&property.origin, &key), problem.message)
                    }
                    None => format!("{name}: {}", problem.message),
                }
            });
            told.collect()
        })
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

#[cfg(test)]
mod tests;
