//! A client's configuration in Kafka's words: what `--command-config` files hold, turned into
//! [`Settings`]. Whoever read the file hands the pairs in; stores and AWS profiles are read here, by
//! the functions in [`Surroundings`].
//!
//! Keys of producers, consumers and of the JVM have no meaning here and are passed over. What would
//! change how the connection is secured is either done or refused.

mod jaas;
mod login;
mod pem;
mod stores;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::{SecurityProtocol, Settings, StoreError, Surroundings, Transport};

/// Keys of TLS and SASL that are read.
const READ: [&str; 16] = [
    "security.protocol",
    "sasl.mechanism",
    "sasl.jaas.config",
    "sasl.client.callback.handler.class",
    "sasl.login.callback.handler.class",
    "ssl.truststore.type",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.certificates",
    "ssl.keystore.type",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.key",
    "ssl.keystore.certificate.chain",
    "ssl.endpoint.identification.algorithm",
    "ssl.enabled.protocols",
];
/// Keys that only a JVM needs, or that change nothing where the rest is as it is here.
const NEEDLESS: [&str; 7] = [
    "sasl.login.class",
    "ssl.key.password",
    "ssl.keymanager.algorithm",
    "ssl.protocol",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
];
/// How keys begin that decide on security: an unknown one is told.
const FAMILIES: [&str; 3] = ["security.", "sasl.", "ssl."];
/// The times of Kafka's own logins (KIP-255 and others), which have no counterpart here.
const TUNING: [&str; 3] = ["sasl.login.refresh.", "sasl.login.retry.", "sasl.kerberos."];

/// One key that cannot be used, and why.
#[derive(Debug, thiserror::Error)]
pub enum PropertyError {
    /// A value that the key does not have, or that is not supported.
    #[error("{key}: {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong, and the remedy. Never a secret.
        problem: String,
    },
    /// A file that cannot be read.
    #[error("{key}: cannot read {}", path.display())]
    File {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A store that gives nothing.
    #[error("{key}")]
    Store {
        /// The key that names it.
        key: &'static str,
        /// Why.
        source: StoreError,
    },
}

impl PropertyError {
    fn value(key: &'static str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self::Value { key, problem }
    }
}

/// What the pairs come to.
#[derive(Debug)]
pub struct FromProperties {
    /// With no bootstrap servers where the pairs name none.
    pub settings: Settings,
    /// Keys about security that have no effect here.
    pub without_effect: Vec<String>,
}

impl Settings {
    /// The settings of a client configuration.
    ///
    /// # Errors
    /// Every key that cannot be used, at once.
    pub fn from_properties(
        properties: &BTreeMap<String, String>,
        surroundings: Surroundings,
    ) -> Result<FromProperties, Vec<PropertyError>> {
        let pairs = Pairs {
            properties,
            surroundings,
        };
        let servers = pairs.text("bootstrap.servers").unwrap_or_default();
        let mut settings = Self::new(servers);
        if let Some(client_id) = pairs.text("client.id") {
            settings.client_id = client_id.to_owned();
        }
        settings.transport = pairs.transport()?;
        Ok(FromProperties {
            settings,
            without_effect: without_effect(properties),
        })
    }
}

/// The pairs and what is needed to read them.
#[derive(Clone, Copy)]
struct Pairs<'a> {
    properties: &'a BTreeMap<String, String>,
    surroundings: Surroundings,
}

impl<'a> Pairs<'a> {
    /// A value that is there and not empty.
    fn text(&self, key: &str) -> Option<&'a str> {
        let value = self.properties.get(key)?.trim();
        (!value.is_empty()).then_some(value)
    }

    fn transport(&self) -> Result<Transport, Vec<PropertyError>> {
        let protocol = self.protocol().map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut keep = |found: Result<_, PropertyError>| match found {
            Ok(found) => Some(found),
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let sasl = protocol.has_sasl().then(|| self.sasl());
        let sasl = sasl.and_then(&mut keep);
        let tls = protocol.has_tls().then(|| self.tls());
        let tls = tls.and_then(|tls| tls.map_err(|mut more| errors.append(&mut more)).ok());
        if errors.is_empty() {
            Ok(Transport { tls, sasl })
        } else {
            Err(errors)
        }
    }

    fn protocol(&self) -> Result<SecurityProtocol, PropertyError> {
        let key = "security.protocol";
        let Some(name) = self.text(key) else {
            return Ok(SecurityProtocol::Plaintext);
        };
        SecurityProtocol::named(name).ok_or_else(|| {
            let problem =
                format!("{name} is none; take PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
            PropertyError::value(key, problem)
        })
    }
}

/// Keys about security that nobody reads: misspelt ones among them.
fn without_effect(properties: &BTreeMap<String, String>) -> Vec<String> {
    let starts = |key: &str, of: &[&str]| of.iter().any(|start| key.starts_with(start));
    properties
        .keys()
        .filter(|key| starts(key, &FAMILIES) && !starts(key, &TUNING))
        .filter(|key| !READ.contains(&key.as_str()) && !NEEDLESS.contains(&key.as_str()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
