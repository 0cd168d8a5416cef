//! authn's configuration as one value: read once from a properties file and the command line, every
//! problem told at once, passed down explicitly.
//!
//! Kafka's keys where Kafka has a word, `outrigger.` keys elsewhere. Reads no file itself.

mod keys;
mod listeners;
mod report;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use config::ConfigErrors;
use identity::ScramMechanism;
use values::Values;

use crate::mechanism::Mechanism;

pub use listeners::{Listener, SecurityProtocol};
pub use report::{check_report, default_properties};

/// Everything that was configured, typed.
#[derive(Clone, Debug)]
pub struct AuthnConfig {
    /// Where clients come in; never empty.
    pub listeners: Vec<Listener>,
    /// The way to the broker.
    pub handoff: HandoffConfig,
    /// IAM.
    pub iam: IamConfig,
    /// SCRAM.
    pub scram: ScramConfig,
    /// What strangers may take.
    pub limits: LimitsConfig,
    /// `outrigger.network.rules.file`.
    pub network_rules_file: Option<PathBuf>,
    /// `outrigger.sandbox`.
    pub sandbox: bool,
    /// `outrigger.sasl.raw.tokens`.
    pub raw_tokens: bool,
    /// `outrigger.admin.listener`, as host:port.
    pub admin_listener: Option<String>,
    /// `outrigger.endpoints.file`.
    pub endpoints_file: Option<PathBuf>,
    /// `outrigger.log.dir`; `None` is standard error.
    pub log_dir: Option<PathBuf>,
    /// `outrigger.log.undelivered.file`.
    pub undelivered_file: Option<PathBuf>,
    /// `outrigger.otlp.*`; `None` pushes nothing.
    pub otlp: Option<otlp::Settings>,
}

/// The way to the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoffConfig {
    /// `outrigger.handoff.directory`.
    pub directory: PathBuf,
    /// `outrigger.handoff.broker.uids`; empty is this process's own user.
    pub broker_uids: BTreeSet<u32>,
}

/// What IAM logins are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamConfig {
    /// `outrigger.iam.store`.
    pub store: Option<PathBuf>,
    /// `outrigger.iam.regions`.
    pub regions: Vec<String>,
    /// `outrigger.iam.hosts`.
    pub hosts: Vec<String>,
    /// `outrigger.iam.reauth.principal` is `role`.
    pub reauth_by_role: bool,
    /// `outrigger.iam.clock.skew.ms`.
    pub clock_skew: Duration,
}

/// Where SCRAM users come from besides the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScramConfig {
    /// `outrigger.scram.secret.file`.
    pub secret_file: Option<PathBuf>,
    /// `outrigger.secrets.manager.poll.ms` where `outrigger.secrets.manager.enabled`.
    pub secrets_manager_poll: Option<Duration>,
}

/// What strangers may take of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// `max.connections`.
    pub connections_max: usize,
    /// `max.connections.per.ip`.
    pub connections_per_ip_max: usize,
    /// `max.connections.per.ip.overrides`.
    pub connections_per_ip_overrides: HashMap<IpAddr, usize>,
    /// `max.connection.creation.rate`, per second.
    pub creation_rate: usize,
    /// `connections.max.idle.ms`; [`Duration::MAX`] where it is negative.
    pub connections_idle_max: Duration,
    /// `connection.failed.authentication.delay.ms`.
    pub failed_delay: Duration,
    /// `outrigger.login.timeout.ms`.
    pub login_timeout: Duration,
    /// `outrigger.login.rate.per.ip`, per second; `None` where it is 0.
    pub login_rate_per_ip: Option<usize>,
    /// `outrigger.preauth.connections`.
    pub preauth_connections: usize,
    /// `outrigger.preauth.connections.per.ip`.
    pub preauth_connections_per_ip: usize,
    /// `outrigger.preauth.memory.bytes`.
    pub preauth_memory_bytes: usize,
    /// `sasl.server.max.receive.size`.
    pub sasl_frame_bytes_max: usize,
    /// `socket.request.max.bytes`.
    pub request_bytes_max: usize,
    /// `socket.listen.backlog.size`.
    pub listen_backlog: u32,
}

/// What a person should know about a configuration that is usable: one sentence each.
pub type Warnings = Vec<String>;

impl AuthnConfig {
    /// Reads the text of a properties file and lays `overrides` over it.
    ///
    /// # Errors
    /// Everything that is wrong: unknown keys, values that are none, rules between keys.
    pub fn from_properties(
        text: &str,
        overrides: &[(String, String)],
    ) -> Result<(Self, Warnings), ConfigErrors> {
        let mut values = Values::load(text, overrides);
        let config = Self {
            listeners: listeners::read(&mut values),
            handoff: HandoffConfig::read(&mut values),
            iam: IamConfig::read(&mut values),
            scram: ScramConfig::read(&mut values),
            limits: LimitsConfig::read(&mut values),
            network_rules_file: path(&mut values, "outrigger.network.rules.file"),
            sandbox: values.flag("outrigger.sandbox"),
            raw_tokens: values.flag("outrigger.sasl.raw.tokens"),
            admin_listener: values.text("outrigger.admin.listener"),
            endpoints_file: path(&mut values, "outrigger.endpoints.file"),
            log_dir: path(&mut values, "outrigger.log.dir"),
            undelivered_file: path(&mut values, "outrigger.log.undelivered.file"),
            otlp: otlp(&mut values),
        };
        let warnings = config.warnings(&values.without_effect());
        ConfigErrors::check(values.into_problems())?;
        Ok((config, warnings))
    }

    /// Whether a listener offers one of IAM's mechanisms.
    pub fn offers_iam(&self) -> bool {
        let mut offered = self.listeners.iter().flat_map(|l| &l.mechanisms);
        offered.any(|mechanism| !matches!(mechanism, Mechanism::Scram(_)))
    }

    /// The kinds of SCRAM that listeners offer.
    pub fn offered_scram(&self) -> Vec<ScramMechanism> {
        let offered = self.listeners.iter().flat_map(|l| &l.mechanisms);
        let mut kinds: Vec<_> = offered
            .filter_map(|mechanism| match mechanism {
                Mechanism::Scram(kind) => Some(*kind),
                Mechanism::AwsMskIam | Mechanism::OauthBearer => None,
            })
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    fn warnings(&self, without_effect: &[String]) -> Warnings {
        let mut warnings = Vec::new();
        if self.offers_iam() && self.iam.store.is_none() {
            warnings.push(
                "a listener offers IAM, but outrigger.iam.store is not set: no access key is known"
                    .to_owned(),
            );
        }
        if !without_effect.is_empty() {
            let names = without_effect.join(", ");
            warnings.push(format!("known properties without effect here: {names}"));
        }
        warnings
    }
}

impl HandoffConfig {
    fn read(values: &mut Values) -> Self {
        let key = "outrigger.handoff.directory";
        let directory = path(values, key);
        if directory.is_none() {
            values.problem(
                key,
                format!("{key} is missing; name the directory that the broker has under that key"),
            );
        }
        let key = "outrigger.handoff.broker.uids";
        let mut broker_uids = BTreeSet::new();
        for text in values.list(key) {
            match text.parse() {
                Ok(uid) => {
                    broker_uids.insert(uid);
                }
                Err(_) => {
                    let message =
                        format!("{key}: \"{text}\" is no user's number; `id -u NAME` tells it");
                    values.problem(key, message);
                }
            }
        }
        Self {
            directory: directory.unwrap_or_default(),
            broker_uids,
        }
    }
}

impl IamConfig {
    fn read(values: &mut Values) -> Self {
        Self {
            store: path(values, "outrigger.iam.store"),
            regions: values.list("outrigger.iam.regions"),
            hosts: values.list("outrigger.iam.hosts"),
            reauth_by_role: values.text("outrigger.iam.reauth.principal").as_deref()
                == Some("role"),
            clock_skew: values
                .milliseconds("outrigger.iam.clock.skew.ms")
                .unwrap_or_default(),
        }
    }
}

impl ScramConfig {
    fn read(values: &mut Values) -> Self {
        let poll = values.milliseconds("outrigger.secrets.manager.poll.ms");
        let enabled = values.flag("outrigger.secrets.manager.enabled");
        Self {
            secret_file: path(values, "outrigger.scram.secret.file"),
            secrets_manager_poll: poll.filter(|_| enabled),
        }
    }
}

impl LimitsConfig {
    fn read(values: &mut Values) -> Self {
        Self {
            connections_max: values.count("max.connections"),
            connections_per_ip_max: values.count("max.connections.per.ip"),
            connections_per_ip_overrides: overrides(values),
            creation_rate: values.count("max.connection.creation.rate"),
            connections_idle_max: values
                .milliseconds("connections.max.idle.ms")
                .unwrap_or(Duration::MAX),
            failed_delay: values
                .milliseconds("connection.failed.authentication.delay.ms")
                .unwrap_or_default(),
            login_timeout: values
                .milliseconds("outrigger.login.timeout.ms")
                .unwrap_or_default(),
            login_rate_per_ip: Some(values.count("outrigger.login.rate.per.ip"))
                .filter(|rate| *rate > 0),
            preauth_connections: values.count("outrigger.preauth.connections"),
            preauth_connections_per_ip: values.count("outrigger.preauth.connections.per.ip"),
            preauth_memory_bytes: values.count("outrigger.preauth.memory.bytes"),
            sasl_frame_bytes_max: values.count("sasl.server.max.receive.size"),
            request_bytes_max: values.count("socket.request.max.bytes"),
            listen_backlog: u32::try_from(values.integer("socket.listen.backlog.size"))
                .unwrap_or(1),
        }
    }
}

fn otlp(values: &mut Values) -> Option<otlp::Settings> {
    let read = otlp::Settings::read(|name| values.given_text(name));
    read.unwrap_or_else(|problems| {
        for problem in problems {
            // Told at the line of its key; what the environment says has none.
            let named = otlp::KEYS.iter().map(|key| key.name);
            let named = named.filter(|name| problem.starts_with(name));
            let name = named.max_by_key(|name| name.len()).unwrap_or_default();
            values.problem(name, problem);
        }
        None
    })
}

fn path(values: &mut Values, name: &str) -> Option<PathBuf> {
    values.text(name).map(PathBuf::from)
}

/// `address:limit` pairs; an IPv6 address may stand in brackets. Host names, which Kafka resolves,
/// are not taken: what a name means must not depend on a resolver here.
fn overrides(values: &mut Values) -> HashMap<IpAddr, usize> {
    let name = "max.connections.per.ip.overrides";
    let text = values.text(name).unwrap_or_default();
    let mut overrides = HashMap::new();
    for pair in text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        let parsed = pair.rsplit_once(':').and_then(|(host, limit)| {
            let host = host.trim().trim_start_matches('[').trim_end_matches(']');
            Some((host.parse::<IpAddr>().ok()?, limit.trim().parse().ok()?))
        });
        match parsed {
            Some((address, limit)) => {
                overrides.insert(address.to_canonical(), limit);
            }
            None => values.problem(
                name,
                format!("{name}: \"{pair}\" is not of the form address:limit"),
            ),
        }
    }
    overrides
}
