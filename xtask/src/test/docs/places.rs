//! Which port an address of a page stands for while the suite runs: the product binds free ones, so that suites run side by side.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::command::Failure;

/// THE TABLE: a port of the pages, and where `endpoints.json` says which one it is.
const PORTS: &[(&str, &str, &str)] = &[
    ("9092", "bootstrap", "plaintext"),
    ("9094", "bootstrap", "tls"),
    ("9096", "bootstrap", "scram"),
    ("9098", "bootstrap", "iam"),
    ("11000", "http", "dashboard"),
    ("11001", "http", "exporter_jmx"),
    ("11002", "http", "exporter_node"),
];
/// LocalStack's port of the pages.
pub(super) const LOCALSTACK: &str = "4566";
/// What stands before a port that is replaced.
const HOSTS: [&str; 3] = ["127.0.0.1:", "localhost:", "0.0.0.0:"];

pub(super) struct Places {
    endpoints: PathBuf,
    others: BTreeMap<String, String>,
    /// Held until something of the page binds them.
    held: Vec<TcpListener>,
}

impl Places {
    /// `endpoints` is where the product writes its own, and `others` are known beforehand.
    pub(super) fn new(endpoints: &Path, others: BTreeMap<String, String>) -> Places {
        Places {
            endpoints: endpoints.to_path_buf(),
            others,
            held: Vec::new(),
        }
    }

    /// `text` with the ports that hold now.
    pub(super) fn replace(&mut self, text: &str) -> Result<String, Failure> {
        let endpoints = std::fs::read_to_string(&self.endpoints).unwrap_or_default();
        let endpoints: serde_json::Value = serde_json::from_str(&endpoints).unwrap_or_default();
        let mut out = String::new();
        let mut rest = text;
        while let Some((start, host)) = next(rest) {
            let (before, after) = rest.split_at(start + host.len());
            out.push_str(before);
            let digits = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            let (port, after) = after.split_at(digits);
            if port.len() >= 4 {
                out.push_str(&self.port(&endpoints, port)?);
            } else {
                out.push_str(port);
            }
            rest = after;
        }
        self.held.clear();
        Ok(out + rest)
    }

    fn port(&mut self, endpoints: &serde_json::Value, port: &str) -> Result<String, Failure> {
        let known = PORTS.iter().find(|(known, ..)| *known == port);
        let known = known.and_then(|(_, kind, name)| endpoints[kind][name].as_str());
        if let Some((_, bound)) = known.and_then(|address| address.rsplit_once(':')) {
            return Ok(bound.to_owned());
        }
        if let Some(bound) = self.others.get(port) {
            return Ok(bound.clone());
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let bound = listener.local_addr()?.port().to_string();
        self.held.push(listener);
        self.others.insert(port.to_owned(), bound.clone());
        Ok(bound)
    }
}

/// The first host in `text`, and where it stands.
fn next(text: &str) -> Option<(usize, &'static str)> {
    let places = HOSTS
        .iter()
        .filter_map(|host| Some((text.find(host)?, *host)));
    places.min_by_key(|(start, _)| *start)
}

#[cfg(test)]
mod tests;
