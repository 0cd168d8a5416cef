//! The texts of `--check-config` and `--print-default-config`.
//!
//! Texts only: whoever called prints them and chooses the exit status.

use std::fmt::Write as _;

use config::{ConfigErrors, Effect, Listing, broker_keys};

use super::groups::OFFSETS_REPLICATION;
use super::{BrokerConfig, Warnings};

/// What `--check-config` says about the outcome of [`BrokerConfig::from_properties`].
pub fn check_report(read: &Result<(BrokerConfig, Warnings), ConfigErrors>) -> String {
    match read {
        Ok((config, warnings)) => {
            let mut text = String::new();
            for warning in warnings {
                let _ = writeln!(text, "warning: {warning}");
            }
            let listeners: Vec<String> = config
                .listeners
                .iter()
                .map(|listener| format!("{}://{}", listener.name, host_port(listener)))
                .collect();
            let places = match listeners.is_empty() {
                true => "the hand-off of authn alone".to_owned(),
                false => listeners.join(", "),
            };
            let node = config.node_id;
            let _ = writeln!(text, "configuration is valid: node {node} on {places}");
            text
        }
        Err(errors) => errors.report(),
    }
}

fn host_port(listener: &super::Listener) -> String {
    let (host, port) = (&listener.bind_host, listener.bind_port);
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// `broker.id` must agree with `node.id`; three replicas of offsets are more than one node has.
const UNSAID: [&str; 2] = ["broker.id", OFFSETS_REPLICATION];

/// A `server.properties` with every effective key at its default, each with its line of
/// documentation; reading it back changes nothing.
pub fn default_properties() -> String {
    let mut keys: Vec<_> = broker_keys()
        .filter(|key| key.effect == Effect::Effective && key.listing == Listing::Always)
        .collect();
    keys.sort_unstable_by_key(|key| key.name);
    let mut text = String::new();
    for key in keys {
        let _ = writeln!(text, "# {}", key.doc);
        // Shown but not set: what has no default, and what says something only once it is set.
        match key.default {
            Some(default) if !UNSAID.contains(&key.name) => {
                let _ = writeln!(text, "{}={default}\n", key.name);
            }
            _ => {
                let _ = writeln!(text, "#{}=\n", key.name);
            }
        }
    }
    text
}
