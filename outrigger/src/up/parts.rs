//! THE TABLE of the processes that `up` runs: one row each, in the order of their start.
//!
//! A row says what is particular about a process; how it is started, watched, started again and
//! stopped is the same for all and stands in `process` and `keeper`.

use super::args::{ClientBroker, Ports};
use crate::certs;
use crate::data_dir::{AUTHN, DataDir};
use authn::config::{AuthnConfig, Listener, SecurityProtocol};
use authn::tls::ClientAuth;
use broker::config::{AclConfig, BrokerConfig};
use config::Problem;
use exporter_jmx::config::JmxConfig;
use exporter_node::config::NodeConfig;
use logshipper::config::ShipperConfig;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Admin servers bind any port of the loopback interface.
const ADMIN_LISTENER: &str = "127.0.0.1:0";
/// Where a process writes its log.
pub(super) const LOG_DIR: &str = "outrigger.log.dir";
/// What log delivery has of it, so that rotated files wait for the rest.
const UNDELIVERED_FILE: &str = "outrigger.log.undelivered.file";
/// Where a process says what it has bound; `up` sets it itself, because it reads the file.
pub(super) const ENDPOINTS_FILE: &str = "outrigger.endpoints.file";

/// Where log lines are delivered: kinds and targets.
pub(super) const LOG_SINK: &str = "sink";
/// Behind the name of the cluster in the names of what is delivered; the broker knows it when it runs.
pub(super) const CLUSTER_UUID: &str = "cluster-uuid";
/// Where an exporter answers scrapes.
pub(super) const WEB_LISTEN_ADDRESS: &str = "web.listen-address";
/// Whose MBeans are shown, in the order of precedence.
const SOURCES: [&str; 2] = ["broker", AUTHN];

/// The directory in which the two meet; they must agree on it.
const HANDOFF: &str = "outrigger.handoff.directory";
/// Whether the broker lets in nobody but by it.
const HANDOFF_ONLY: &str = "outrigger.handoff.only";
/// The identity store, to which `up` adds its user; the two must agree on it.
const IAM_STORE: &str = "outrigger.iam.store";
/// What nobody else may set.
pub(super) const KEYS_OF_UP: [&str; 5] = [
    ENDPOINTS_FILE,
    HANDOFF,
    HANDOFF_ONLY,
    IAM_STORE,
    "undelivered-file",
];
/// Where the broker itself is reached, which is nowhere while authn alone lets clients in.
pub(super) const LISTENERS_OF_BROKER: [&str; 2] = ["listeners", "advertised.listeners"];
/// In the names of what is delivered.
const CLUSTER_NAME: &str = "outrigger";
const AUTHORIZER: &str = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
/// Those that `up` makes: the client certificate's and the SCRAM user. Who comes by plaintext is
/// not among them.
const SUPER_USERS: [&str; 2] = ["User:CN=outrigger", "User:outrigger"];

/// A row.
#[derive(Debug)]
pub(super) struct Part {
    /// In `endpoints.json`, `--set NAME.KEY=VALUE` and `[NAME]`; also the command that runs it.
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// Its configuration below the data directory.
    pub(super) properties: &'static str,
    /// Its main log below the directory of logs.
    pub(super) log: &'static str,
    /// Its audit log beside that, where it decides about others.
    pub(super) audit_log: Option<&'static str>,
    /// What `up` says where nobody else did.
    pub(super) defaults: fn(&Place<'_>) -> Vec<(&'static str, String)>,
    /// Has the process read its configuration before anything is started.
    pub(super) read: fn(&str) -> Result<Facts, Vec<Problem>>,
}

/// What others want to know of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether the broker creates a topic when a client first names it.
    pub(super) auto_create: bool,
    /// What they may do who come without credentials.
    pub(super) everybody: Everybody,
    /// Names and addresses by which clients come to ports with TLS.
    pub(super) tls_hosts: BTreeSet<String>,
    /// Whether a port with TLS lets in who shows no certificate and makes no login.
    pub(super) anonymous_tls: bool,
}

/// What an authorizer lets everybody do, who logged in or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Everybody {
    /// What ACLs allow.
    #[default]
    AsAclsSay,
    /// Everything with what no ACL names, the cluster itself among it.
    AllWithoutAcl,
    /// Everything: there is no authorizer.
    All,
}

impl Everybody {
    fn of(acls: Option<&AclConfig>) -> Self {
        match acls {
            None => Self::All,
            Some(acls) if acls.allow_everyone_if_no_acl_found => Self::AllWithoutAcl,
            Some(_) => Self::AsAclsSay,
        }
    }
}

/// What a process is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Keeps the records: it is asked by the Kafka protocol, too, and without it nothing works.
    Engine,
    /// Lets clients in who come by TLS; where none may, it is not run.
    Door,
    /// Stands beside: its end is no one else's.
    Sidecar,
    /// A sidecar that reads what all others write: it is stopped when they have written their last line.
    Follower,
}

impl Role {
    /// Whether there is something to do for it.
    pub(super) fn is_run(self, client_broker: ClientBroker) -> bool {
        self != Self::Door || client_broker.has_tls()
    }
}

/// Where the suite is put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) data_dir: &'a DataDir,
    /// Where authn hands connections to the broker.
    pub(super) handoff: &'a Path,
    pub(super) ports: Ports,
    pub(super) client_broker: ClientBroker,
    pub(super) defaults: Defaults,
    /// The broker's.
    pub(super) node_id: &'a str,
}

/// Whose defaults hold where `up` has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defaults {
    /// Those of a cluster as Amazon MSK makes it.
    Msk,
    /// Apache Kafka's, because they were asked for.
    Kafka,
}

/// THE TABLE. They are stopped in the opposite order, followers when no other is left.
pub(super) const PARTS: &[Part] = &[
    Part {
        name: "broker",
        role: Role::Engine,
        properties: "server.properties",
        log: "server.log",
        audit_log: Some("audit.log"),
        defaults: broker_defaults,
        read: |text| match BrokerConfig::from_properties(text, &[]) {
            Ok((config, _)) => Ok(Facts {
                auto_create: config.topics.auto_create,
                everybody: Everybody::of(config.security.acls.as_ref()),
                ..Facts::default()
            }),
            Err(errors) => Err(errors.problems().to_vec()),
        },
    },
    Part {
        name: AUTHN,
        role: Role::Door,
        properties: "authn.properties",
        log: "authn.log",
        audit_log: Some("audit-authn.log"),
        defaults: authn_defaults,
        read: |text| match AuthnConfig::from_properties(text, &[]) {
            Ok((config, _)) => Ok(Facts {
                tls_hosts: config.listeners.iter().flat_map(hosts).collect(),
                anonymous_tls: config.listeners.iter().any(is_anonymous),
                ..Facts::default()
            }),
            Err(errors) => Err(errors.problems().to_vec()),
        },
    },
    Part {
        name: "exporter-jmx",
        role: Role::Sidecar,
        properties: "exporter-jmx.properties",
        log: "exporter-jmx.log",
        audit_log: None,
        defaults: exporter_jmx_defaults,
        read: |text| match JmxConfig::read(text, &[], &Vec::new()) {
            Ok(_) => Ok(Facts::default()),
            Err(errors) => Err(errors.problems().to_vec()),
        },
    },
    Part {
        name: "exporter-node",
        role: Role::Sidecar,
        properties: "exporter-node.properties",
        log: "exporter-node.log",
        audit_log: None,
        defaults: exporter_node_defaults,
        read: |text| match NodeConfig::read(text, &[], &Vec::new()) {
            Ok(_) => Ok(Facts::default()),
            Err(errors) => Err(errors.problems().to_vec()),
        },
    },
    Part {
        name: "logshipper",
        role: Role::Follower,
        properties: "logshipper.properties",
        log: "logshipper.log",
        audit_log: None,
        defaults: logshipper_defaults,
        read: |text| match ShipperConfig::read(text, &[], &Vec::new()) {
            Ok(_) => Ok(Facts::default()),
            Err(errors) => Err(errors.problems().to_vec()),
        },
    },
];

fn broker_defaults(place: &Place<'_>) -> Vec<(&'static str, String)> {
    let data_dir = place.data_dir;
    let mut defaults = match place.client_broker {
        ClientBroker::Tls => vec![(HANDOFF_ONLY, "true".to_owned())],
        // On the loopback interface alone, since nobody logs in.
        ClientBroker::TlsPlaintext | ClientBroker::Plaintext => {
            let listeners = listeners(place.ports, &[("PLAINTEXT", 9092)]);
            vec![("listeners", listeners)]
        }
    };
    defaults.push(("log.dirs", text(data_dir.broker_data())));
    defaults.extend(shared(place, "broker"));
    defaults.extend(security(place));
    if place.defaults == Defaults::Msk {
        // An ACL protects what it names; what none names is everybody's, as on MSK.
        let open = "allow.everyone.if.no.acl.found";
        defaults.push(("authorizer.class.name", AUTHORIZER.to_owned()));
        defaults.push((open, "true".to_owned()));
        // So that no ACL can lock the owner out.
        defaults.push(("super.users", SUPER_USERS.join(";")));
    }
    defaults
}

fn authn_defaults(place: &Place<'_>) -> Vec<(&'static str, String)> {
    let of_msk = [
        ("CLIENT_SECURE", 9094),
        ("CLIENT_SASL_SCRAM", 9096),
        ("CLIENT_IAM", 9098),
    ];
    let pki = place.data_dir.pki();
    let secret = place.data_dir.authn_data().join("scram-secret");
    let mut defaults = vec![
        ("listeners", listeners(place.ports, &of_msk)),
        ("ssl.keystore.location", text(pki.join(certs::SERVER))),
        ("ssl.truststore.location", text(pki.join(certs::CA))),
        ("outrigger.ssl.crl.location", text(pki.join(certs::CRL))),
        // Who shows a certificate is whom it names; who shows none is anonymous.
        ("ssl.client.auth", "requested".to_owned()),
        ("outrigger.scram.secret.file", text(secret)),
    ];
    defaults.extend(shared(place, "authn"));
    defaults.extend(security(place));
    defaults
}

fn exporter_jmx_defaults(place: &Place<'_>) -> Vec<(&'static str, String)> {
    let sources = SOURCES.iter().copied();
    let sources = sources.filter(|name| *name != AUTHN || place.client_broker.has_tls());
    let sources = sources.map(|name| format!("native:{}", text(place.data_dir.bound_by(name))));
    let mut defaults = exporter_defaults(place, "exporter-jmx", 11001);
    defaults.push(("source", sources.collect::<Vec<_>>().join(",")));
    defaults
}

/// Where the broker is, for the metrics of its disks and of its process that CloudWatch may be given.
fn exporter_node_defaults(place: &Place<'_>) -> Vec<(&'static str, String)> {
    let data_dir = place.data_dir;
    let mut defaults = exporter_defaults(place, "exporter-node", 11002);
    defaults.extend([
        ("cloudwatch.data-directory", text(data_dir.broker_data())),
        ("cloudwatch.log-directory", text(data_dir.logs())),
        (
            "cloudwatch.broker-endpoints-file",
            text(data_dir.bound_by("broker")),
        ),
    ]);
    defaults
}

/// It delivers the logs of all, its own among them, beside the data where nobody named a better place.
fn logshipper_defaults(place: &Place<'_>) -> Vec<(&'static str, String)> {
    let data_dir = place.data_dir;
    let folders = [data_dir.logs(), data_dir.logs_of(AUTHN)].map(text);
    let in_all = |files: &str| {
        folders
            .each_ref()
            .map(|dir| format!("{dir}/{files}"))
            .join(",")
    };
    let delivered = text(data_dir.delivered_logs());
    let mut defaults = vec![
        ("input", in_all("*.log*")),
        // What a log is about to be rotated to.
        ("exclude", in_all(".*")),
        ("state-dir", text(data_dir.logshipper_data())),
        ("undelivered-file", text(data_dir.undelivered())),
        (LOG_SINK, format!("directory:{delivered}")),
        ("cluster-name", CLUSTER_NAME.to_owned()),
        (CLUSTER_UUID, String::new()),
        ("broker-id", place.node_id.to_owned()),
    ];
    let told = shared(place, "logshipper").into_iter();
    defaults.extend(told.filter(|(key, _)| *key != UNDELIVERED_FILE));
    defaults
}

/// What every exporter is told.
fn exporter_defaults(
    place: &Place<'_>,
    name: &str,
    port_of_msk: u16,
) -> Vec<(&'static str, String)> {
    let address = address(place.ports, port_of_msk);
    let mut defaults = vec![(WEB_LISTEN_ADDRESS, address)];
    defaults.extend(shared(place, name));
    defaults
}

/// Where the certificate of a listener must be good for.
fn hosts(listener: &Listener) -> Vec<String> {
    let bound = match listener.bind_host.as_str() {
        // Clients are told the name of this machine.
        "" | "0.0.0.0" | "::" => rustix::system::uname().nodename().to_string_lossy().into(),
        host => host.to_owned(),
    };
    let advertised = listener.advertised.iter().map(|(host, _)| host.clone());
    let hosts = advertised.chain([bound]);
    hosts
        .map(|host| host.split('%').next().unwrap_or_default().to_owned())
        .collect()
}

/// Whether it lets in who says nothing of himself.
fn is_anonymous(listener: &Listener) -> bool {
    listener.protocol == SecurityProtocol::Ssl && listener.tls.client_auth != ClientAuth::Required
}

/// What every process is told.
fn shared(place: &Place<'_>, name: &str) -> [(&'static str, String); 4] {
    let data_dir = place.data_dir;
    [
        ("outrigger.admin.listener", ADMIN_LISTENER.to_owned()),
        (ENDPOINTS_FILE, text(data_dir.bound_by(name))),
        (LOG_DIR, text(data_dir.logs_of(name))),
        (UNDELIVERED_FILE, text(data_dir.undelivered())),
    ]
}

/// What those are told who let clients in.
fn security(place: &Place<'_>) -> [(&'static str, String); 2] {
    [
        (HANDOFF, place.handoff.display().to_string()),
        (IAM_STORE, text(place.data_dir.iam())),
    ]
}

/// MSK's ports, or any that are free.
fn listeners(ports: Ports, of_msk: &[(&str, u16)]) -> String {
    let listener = |(name, port): &(&str, u16)| format!("{name}://{}", address(ports, *port));
    of_msk.iter().map(listener).collect::<Vec<_>>().join(",")
}

pub(super) fn address(ports: Ports, of_msk: u16) -> String {
    let port = match ports {
        Ports::Msk => of_msk,
        Ports::Auto => 0,
    };
    format!("127.0.0.1:{port}")
}

fn text(path: PathBuf) -> String {
    path.display().to_string()
}
