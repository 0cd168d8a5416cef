//! The texts of `--check-config` and `--print-default-config`.
//!
//! Texts only: whoever called prints them and chooses the exit status.

use std::fmt::Write as _;

use config::{Effect, Listing, broker_keys};

use super::{BrokerConfig, ConfigErrors, Warnings};

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
            let _ = writeln!(
                text,
                "configuration is valid: node {} on {}",
                config.node_id,
                listeners.join(", ")
            );
            text
        }
        Err(errors) => {
            let mut text = String::new();
            for problem in errors.problems() {
                let _ = writeln!(text, "error: {problem}");
            }
            text
        }
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
        // What has no default, and what must agree with another key, is shown but not set.
        match key.default {
            Some(default) if key.name != "broker.id" => {
                let _ = writeln!(text, "{}={default}\n", key.name);
            }
            _ => {
                let _ = writeln!(text, "#{}=\n", key.name);
            }
        }
    }
    text
}
