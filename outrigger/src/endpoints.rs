//! `endpoints.json`: what a running instance offers and where, for scripts, tests and people.
//!
//! The shape is part of the command line's contract: it only grows, and a key is there when the
//! thing it names is.

use crate::data_dir::DataDir;
use serde::{Deserialize, Serialize};
use service::files::{read_text, remove_if_exists, write_atomic};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

const VERSION: u32 = 1;
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The content of the file. Paths are absolute, addresses are `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    /// Of this shape.
    pub(crate) version: u32,
    /// As Kafka clients see it.
    pub(crate) cluster_id: String,
    /// The data directory.
    pub(crate) data_dir: PathBuf,
    /// Bootstrap addresses by way in: `plaintext`, later `tls`, `scram`, `iam`.
    pub(crate) bootstrap: BTreeMap<String, String>,
    /// Base URLs: `broker_admin` and, later, exporters and dashboard.
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
    /// `broker`, later `authn` and so on.
    pub(crate) name: String,
    /// Its process id now; a restart changes it.
    pub(crate) pid: u32,
    /// Its main log file.
    pub(crate) log: PathBuf,
}

/// What the broker writes once its listeners are bound.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct BrokerEndpoints {
    /// Of the broker that wrote it: the file of an earlier one does not count.
    pub(crate) pid: u32,
    /// `host:port` by listener name.
    pub(crate) listeners: BTreeMap<String, String>,
    /// `host:port` of its admin server, when it has one.
    #[serde(default)]
    pub(crate) admin: Option<String>,
}

impl Endpoints {
    /// What is known of an instance whose only process is a broker.
    pub(crate) fn of_broker(
        data_dir: &DataDir,
        log: PathBuf,
        cluster_id: String,
        broker: &BrokerEndpoints,
    ) -> Self {
        let listeners = broker.listeners.iter();
        let admin = broker.admin.as_deref().map(reachable);
        Self {
            version: VERSION,
            cluster_id,
            data_dir: data_dir.path().to_owned(),
            bootstrap: listeners
                .map(|(name, address)| (way_in(name), reachable(address)))
                .collect(),
            http: admin
                .map(|address| ("broker_admin".to_owned(), format!("http://{address}")))
                .into_iter()
                .collect(),
            credentials: BTreeMap::new(),
            processes: vec![ProcessEntry {
                name: "broker".to_owned(),
                pid: broker.pid,
                log,
            }],
        }
    }

    /// Writes the file, for its owner alone and never half.
    pub(crate) fn write(&self, data_dir: &DataDir) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        write_atomic(&data_dir.endpoints(), text.as_bytes())
    }

    /// Reads the file; `None` when there is none.
    pub(crate) fn read(data_dir: &DataDir) -> io::Result<Option<Self>> {
        match read_text(&data_dir.endpoints(), FILE_BYTES_MAX) {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the file.
    pub(crate) fn remove(data_dir: &DataDir) -> io::Result<()> {
        remove_if_exists(&data_dir.endpoints())
    }

    /// The address a client without credentials uses, else the first there is.
    pub(crate) fn first_bootstrap(&self) -> Option<&str> {
        let plaintext = self.bootstrap.get("plaintext");
        plaintext
            .or_else(|| self.bootstrap.values().next())
            .map(String::as_str)
    }
}

impl BrokerEndpoints {
    /// Reads the broker's file; `None` while it is not there or not this `pid`'s.
    pub(crate) fn read(data_dir: &DataDir, pid: u32) -> Option<Self> {
        let text = read_text(&data_dir.broker_endpoints(), FILE_BYTES_MAX).ok()?;
        let endpoints: Self = serde_json::from_str(&text).ok()?;
        (endpoints.pid == pid).then_some(endpoints)
    }
}

/// The key of a listener: what clients call the way in, which for MSK's names differs from Kafka's.
fn way_in(listener: &str) -> String {
    match listener {
        "CLIENT_SECURE" | "SSL" => "tls".to_owned(),
        "CLIENT_SASL_SCRAM" => "scram".to_owned(),
        "CLIENT_IAM" => "iam".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// An address that is bound to every interface, as a client on this machine reaches it.
fn reachable(address: &str) -> String {
    match address.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
