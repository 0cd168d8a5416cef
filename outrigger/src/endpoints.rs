//! `endpoints.json`: what a running instance offers and where, for scripts, tests and people.
//!
//! The shape is part of the command line's contract: it only grows, and a key is there when the
//! thing it names is.

use crate::data_dir::DataDir;
use crate::prometheus_targets;
use serde::{Deserialize, Serialize};
use service::files::{read_text, remove_if_exists, write_atomic};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

const VERSION: u32 = 1;
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The way in without credentials.
pub(crate) const PLAINTEXT: &str = "plaintext";
/// The way in with a client certificate.
pub(crate) const TLS: &str = "tls";
/// The way in with a name and a password.
pub(crate) const SCRAM: &str = "scram";
/// The way in with an access key.
pub(crate) const IAM: &str = "iam";
/// All of MSK's, in the order of its ports.
const WAYS_IN: [&str; 4] = [PLAINTEXT, TLS, SCRAM, IAM];
/// The process whose own listeners are without TLS.
const BROKER: &str = "broker";

/// The content of the file. Paths are absolute, addresses are `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    /// Of this shape.
    pub(crate) version: u32,
    /// As Kafka clients see it.
    pub(crate) cluster_id: String,
    /// The data directory.
    pub(crate) data_dir: PathBuf,
    /// Bootstrap addresses by way in: `plaintext`, `tls`, `scram`, `iam`.
    pub(crate) bootstrap: BTreeMap<String, String>,
    /// Where a client comes in without TLS, if not by `plaintext`: by a listener of the broker's own of another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<String>,
    /// Base URLs: `exporter_jmx`, `broker_admin` and the like.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) http: BTreeMap<String, String>,
    /// Names, and files that hold secrets; never a secret itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) credentials: BTreeMap<String, String>,
    /// Every supervised process.
    pub(crate) processes: Vec<ProcessEntry>,
}

/// One supervised process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessEntry {
    /// `broker`, `authn` and so on.
    pub(crate) name: String,
    /// Its process id now; a restart changes it.
    pub(crate) pid: u32,
    /// Its main log file.
    pub(crate) log: PathBuf,
    /// Where it tells whom it refused what, one JSON object a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) audit_log: Option<PathBuf>,
}

/// A process that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its main log file.
    pub(crate) log: PathBuf,
    /// Its audit log.
    pub(crate) audit_log: Option<PathBuf>,
    /// What it has bound.
    pub(crate) bound: Bound,
}

/// What a process writes once its listeners are bound.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Bound {
    /// Of the process that wrote it: the file of an earlier one does not count.
    pub(crate) pid: u32,
    /// `host:port` by listener name.
    pub(crate) listeners: BTreeMap<String, String>,
    /// `host:port` of its admin server, when it has one.
    #[serde(default)]
    pub(crate) admin: Option<String>,
}

impl Endpoints {
    /// What is known of an instance with these processes.
    pub(crate) fn new(
        data_dir: &DataDir,
        cluster_id: &str,
        credentials: &BTreeMap<String, String>,
        processes: &[Running],
    ) -> Self {
        let listeners = || {
            let bound = processes.iter().map(|process| (process, &process.bound));
            bound.flat_map(|(process, bound)| bound.listeners.iter().map(move |l| (process, l)))
        };
        let mut own = listeners().filter(|(process, _)| process.name == BROKER);
        let open = own.find(|(_, (name, _))| !WAYS_IN.contains(&way_in(name).as_str()));
        let open = open.map(|(_, (_, address))| reachable(address));
        let kafka = listeners().filter(|(_, (name, _))| !is_http(name));
        let exporters = listeners().filter(|(_, (name, _))| is_http(name));
        let exporters = exporters.map(|(process, (scheme, address))| {
            let url = format!("{scheme}://{}", reachable(address));
            (http_key(process.name), url)
        });
        let admin = |process: &Running| {
            let admin = process.bound.admin.as_deref().map(reachable)?;
            Some((admin_key(process.name), format!("http://{admin}")))
        };
        let entry = |process: &Running| ProcessEntry {
            name: process.name.to_owned(),
            pid: process.bound.pid,
            log: process.log.clone(),
            audit_log: process.audit_log.clone(),
        };
        Self {
            version: VERSION,
            cluster_id: cluster_id.to_owned(),
            data_dir: data_dir.path().to_owned(),
            bootstrap: kafka
                .map(|(_, (name, address))| (way_in(name), reachable(address)))
                .collect(),
            open,
            http: exporters
                .chain(processes.iter().filter_map(admin))
                .collect(),
            credentials: credentials.clone(),
            processes: processes.iter().map(entry).collect(),
        }
    }

    /// Those of a broker alone that wrote `bound`.
    #[cfg(test)]
    pub(crate) fn of_broker(data_dir: &DataDir, bound: &str) -> Self {
        let broker = Running {
            name: "broker",
            log: data_dir.logs().join("server.log"),
            audit_log: Some(data_dir.logs().join("audit.log")),
            bound: serde_json::from_str(bound).unwrap_or_else(|e| unreachable!("{bound}: {e}")),
        };
        Self::new(data_dir, "cWlk", &BTreeMap::new(), &[broker])
    }

    /// Writes the file, for its owner alone and never half, and beside it what Prometheus reads.
    pub(crate) fn write(&self, data_dir: &DataDir) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        write_atomic(&data_dir.endpoints(), text.as_bytes())?;
        prometheus_targets::write(self, data_dir)
    }

    /// Reads the file; `None` when there is none.
    pub(crate) fn read(data_dir: &DataDir) -> io::Result<Option<Self>> {
        match read_text(&data_dir.endpoints(), FILE_BYTES_MAX) {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes both files.
    pub(crate) fn remove(data_dir: &DataDir) -> io::Result<()> {
        prometheus_targets::remove(data_dir)?;
        remove_if_exists(&data_dir.endpoints())
    }

    /// Ways in with their addresses, for people: in the order of MSK's ports, and others behind them.
    pub(crate) fn ways_in(&self) -> Vec<(&str, &str)> {
        let mut ways: Vec<_> = self
            .bootstrap
            .iter()
            .map(|(way_in, address)| (way_in.as_str(), address.as_str()))
            .collect();
        ways.sort_by_key(|(way_in, _)| {
            WAYS_IN
                .iter()
                .position(|known| known == way_in)
                .unwrap_or(WAYS_IN.len())
        });
        ways
    }

    /// The address a client without credentials uses.
    pub(crate) fn first_bootstrap(&self) -> Option<&str> {
        let plaintext = self.bootstrap.get(PLAINTEXT);
        plaintext.or(self.open.as_ref()).map(String::as_str)
    }
}

/// The key in `http` of a process's admin server.
pub(crate) fn admin_key(process: &str) -> String {
    format!("{}_admin", http_key(process))
}

/// The key in `http` of what an exporter serves.
fn http_key(process: &str) -> String {
    process.replace('-', "_")
}

/// Whether a listener is one of scrapes: then its name is the scheme.
fn is_http(listener: &str) -> bool {
    listener == "http" || listener == "https"
}

impl Bound {
    /// Reads a process's file; `None` while it is not there or not this `pid`'s.
    pub(crate) fn read(data_dir: &DataDir, process: &str, pid: u32) -> Option<Self> {
        let text = read_text(&data_dir.bound_by(process), FILE_BYTES_MAX).ok()?;
        let endpoints: Self = serde_json::from_str(&text).ok()?;
        (endpoints.pid == pid).then_some(endpoints)
    }
}

/// The key of a listener: what clients call the way in, which for MSK's names differs from Kafka's.
fn way_in(listener: &str) -> String {
    match listener {
        "CLIENT" => PLAINTEXT.to_owned(),
        "CLIENT_SECURE" | "SSL" => TLS.to_owned(),
        "CLIENT_SASL_SCRAM" => SCRAM.to_owned(),
        "CLIENT_IAM" => IAM.to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// An address that is bound to every interface, as a client on this machine reaches it.
pub(crate) fn reachable(address: &str) -> String {
    match address.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
