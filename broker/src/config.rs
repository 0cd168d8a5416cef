//! The broker's configuration as one value: read once from `server.properties` and the command
//! line, every problem told at once, passed down explicitly.
//!
//! Which keys exist and what a single value may be is `crates/config`'s business; what they mean
//! together, and what this node cannot give, is decided here. Reads no file and no environment.

mod alteration;
mod dynamic;
mod groups;
mod in_force;
mod listeners;
mod loggers;
mod logs;
mod network;
mod report;
mod resource;
mod security;
#[cfg(test)]
mod tests;
mod topics;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::{BrokerLayers, ConfigErrors, Origin, Preset, Problem, Properties, Reader};
use model::BrokerId;

pub use alteration::{Extent, Step, check_steps, plan, stored};
pub use dynamic::DynamicConfig;
pub use groups::{GroupsConfig, OffsetsConfig};
pub use listeners::{Advertised, Listener};
pub use loggers::{LOGGERS, alter as alter_loggers};
pub use logs::LogsConfig;
pub use network::{ConnectionConfig, NetworkConfig};
pub use report::{check_report, default_properties};
pub use resource::{ConfigRefusal, ConfigResource, Forbidden, kinds};
pub use security::{AclConfig, HandoffConfig, SecurityConfig};
pub use topics::{InvalidTopicConfig, REPLICAS_MAX, TopicsConfig};

/// Everything that was configured, typed.
#[derive(Clone, Debug)]
pub struct BrokerConfig {
    /// `node.id`.
    pub node_id: BrokerId,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `outrigger.preset`.
    pub preset: Preset,
    /// `listeners` and `advertised.listeners`, those of controllers left out. None where authn alone lets
    /// clients in (`outrigger.handoff.only`).
    pub listeners: Vec<Listener>,
    /// The one directory of `log.dirs`, else `log.dir`.
    pub data_dir: PathBuf,
    /// What one connection may hold.
    pub connection: ConnectionConfig,
    /// Sockets and limits over all connections.
    pub network: NetworkConfig,
    /// `socket.request.max.bytes`: the largest frame.
    pub socket_request_bytes_max: usize,
    /// `connections.max.idle.ms`; [`Duration::MAX`] where it is negative.
    pub connections_idle_max: Duration,
    /// `fetch.max.bytes`.
    pub fetch_bytes_max: usize,
    /// `max.request.partition.size.limit`.
    pub described_partitions_max: usize,
    /// What new topics get.
    pub topics: TopicsConfig,
    /// How logs are looked after.
    pub logs: LogsConfig,
    /// Classic groups.
    pub groups: GroupsConfig,
    /// Committed offsets.
    pub offsets: OffsetsConfig,
    /// Who decides about requests, and how authn comes in.
    pub security: SecurityConfig,
    /// `outrigger.admin.listener`, as host:port.
    pub admin_listener: Option<String>,
    /// `outrigger.endpoints.file`.
    pub endpoints_file: Option<PathBuf>,
    /// `outrigger.log.dir`; `None` is standard error.
    pub log_dir: Option<PathBuf>,
    /// `outrigger.log.undelivered.file`.
    pub undelivered_file: Option<PathBuf>,
    /// The push of metrics and traces; `None` pushes nothing.
    pub otlp: Option<otlp::Settings>,
    /// The values beneath, by who set them: what DescribeConfigs shows.
    pub layers: Arc<BrokerLayers>,
}

/// What a person should know about a configuration that is usable: one sentence each.
pub type Warnings = Vec<String>;

impl BrokerConfig {
    /// Reads the text of a `server.properties` and lays `overrides` over it.
    ///
    /// # Errors
    /// Everything that is wrong: unknown keys, values that are none, rules between keys.
    pub fn from_properties(
        text: &str,
        overrides: &[(String, String)],
    ) -> Result<(Self, Warnings), ConfigErrors> {
        let file = config::load(text, overrides);
        let mut problems = file.problems;
        let layers = BrokerLayers {
            fixed: file.values,
            ..BrokerLayers::default()
        };
        let read = Self::from_layers(layers);
        // A rule over several keys is told with the line of a key it names, if one was given.
        let placed = read
            .as_ref()
            .err()
            .into_iter()
            .flat_map(ConfigErrors::problems);
        problems.extend(placed.map(|problem| place(problem, &file.origins)));
        problems.sort();
        ConfigErrors::check(problems)?;
        let config = read?;
        let warnings = config.warnings(&file.without_effect);
        Ok((config, warnings))
    }

    /// The same broker with other values set while it runs.
    ///
    /// # Errors
    /// Everything that these values make wrong.
    pub fn with_dynamic(
        &self,
        per_broker: Properties,
        cluster: Properties,
    ) -> Result<Self, ConfigErrors> {
        let fixed = self.layers.fixed.clone();
        Self::from_layers(BrokerLayers {
            per_broker,
            cluster,
            fixed,
        })
    }

    fn from_layers(layers: BrokerLayers) -> Result<Self, ConfigErrors> {
        let layers = Arc::new(layers);
        let mut reader = Reader::broker(&layers);
        let read = &mut reader;
        let network = NetworkConfig::read(read);
        let config = Self {
            node_id: BrokerId(node_id(read)),
            rack: read.text("broker.rack"),
            preset: preset(read),
            listeners: listeners::read(read),
            data_dir: data_dir(read),
            connection: ConnectionConfig::read(read),
            socket_request_bytes_max: read.count("socket.request.max.bytes"),
            connections_idle_max: idle_max(read),
            fetch_bytes_max: read.count("fetch.max.bytes"),
            described_partitions_max: read.count("max.request.partition.size.limit"),
            topics: TopicsConfig::read(read),
            logs: LogsConfig::read(read),
            groups: GroupsConfig::read(read),
            offsets: OffsetsConfig::read(read),
            security: SecurityConfig::read(read),
            admin_listener: read.text("outrigger.admin.listener"),
            endpoints_file: read.text("outrigger.endpoints.file").map(PathBuf::from),
            log_dir: read.text("outrigger.log.dir").map(PathBuf::from),
            undelivered_file: read
                .text("outrigger.log.undelivered.file")
                .map(PathBuf::from),
            otlp: otlp(read, &layers),
            network,
            layers: Arc::clone(&layers),
        };
        config.check_memory(read);
        ConfigErrors::check(reader.problems())?;
        Ok(config)
    }

    /// A largest frame must fit the memory that all requests share.
    fn check_memory(&self, read: &mut Reader<'_>) {
        let frame = self.socket_request_bytes_max;
        let budget = self.network.requests_memory_bytes;
        if budget < frame {
            read.problem(format!(
                "outrigger.requests.memory.bytes ({budget}) is below socket.request.max.bytes \
                 ({frame}); raise the first or lower the second"
            ));
        }
    }

    fn warnings(&self, without_effect: &[String]) -> Warnings {
        let mut warnings = self.topics.warnings();
        let replicas = self.offsets.topic_replication_factor;
        // Kafka's default is 3; only somebody who asked for it is told.
        if replicas > REPLICAS_MAX && self.layers.fixed.contains_key(groups::OFFSETS_REPLICATION) {
            let name = groups::OFFSETS_REPLICATION;
            warnings.push(format!(
                "{name} is {replicas}, but one node gives {REPLICAS_MAX}: clamped"
            ));
        }
        warnings.extend(self.security.warnings(&self.layers.fixed));
        if !without_effect.is_empty() {
            let names = without_effect.join(", ");
            warnings.push(format!("known properties without effect here: {names}"));
        }
        warnings
    }
}

/// What was set is read by `otlp` itself, which knows the standard variables.
fn otlp(read: &mut Reader<'_>, layers: &BrokerLayers) -> Option<otlp::Settings> {
    let settings = otlp::Settings::read(|name| layers.fixed.get(name).cloned());
    settings.unwrap_or_else(|problems| {
        problems
            .into_iter()
            .for_each(|problem| read.problem(problem));
        None
    })
}

fn place(problem: &Problem, origins: &std::collections::BTreeMap<String, Origin>) -> Problem {
    let named = problem
        .message
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .find_map(|word| origins.get(word.trim_end_matches('.')));
    Problem {
        origin: named.copied().unwrap_or(problem.origin),
        message: problem.message.clone(),
    }
}

fn node_id(read: &mut Reader<'_>) -> i32 {
    let node_id = read.int("node.id");
    let broker_id = read.int("broker.id");
    if read.set("broker.id") && broker_id != node_id {
        read.problem(format!(
            "node.id ({node_id}) and broker.id ({broker_id}) are one number; remove broker.id"
        ));
    }
    node_id
}

fn preset(read: &mut Reader<'_>) -> Preset {
    let name = read.text("outrigger.preset").unwrap_or_default();
    Preset::named(&name).unwrap_or(Preset::Kafka)
}

fn data_dir(read: &mut Reader<'_>) -> PathBuf {
    let key = if read.set("log.dirs") {
        "log.dirs"
    } else {
        "log.dir"
    };
    let mut directories = read.list(key);
    if directories.len() != 1 {
        read.problem(format!(
            "{key} names {} directories; this broker keeps its data in one, name one",
            directories.len()
        ));
    }
    directories.pop().unwrap_or_default().into()
}

fn idle_max(read: &mut Reader<'_>) -> Duration {
    let idle_ms = read.integer("connections.max.idle.ms");
    u64::try_from(idle_ms).map_or(Duration::MAX, Duration::from_millis)
}

/// A key in milliseconds that cannot be negative.
fn milliseconds(read: &mut Reader<'_>, name: &str) -> Duration {
    let value = read.integer(name);
    Duration::from_millis(u64::try_from(value).unwrap_or_default())
}
