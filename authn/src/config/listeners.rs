//! `listeners`, `advertised.listeners` and `listener.security.protocol.map`: where clients come in,
//! what they are told, and how each of them proves who it is.
//!
//! Binds nothing, resolves nothing, opens no file.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use config::{Endpoint, ProtocolEntry, protocol_map};

use super::values::Values;
use crate::mechanism::Mechanism;
use crate::principal::PrincipalMapping;
use crate::tls::{CipherSuites, ClientAuth, CrlExpiry, Keystore, Protocols, TlsSettings};

const PROTOCOL_MAP: &str = "listener.security.protocol.map";

/// How a listener is secured, with Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityProtocol {
    /// TLS alone: the client's certificate, if any, is its identity.
    Ssl,
    /// SASL inside TLS.
    SaslSsl,
}

/// One listener of clients.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Its name, in capitals as Kafka keeps it.
    pub name: Arc<str>,
    /// Host name or address to bind, without brackets; empty is every interface.
    pub bind_host: String,
    /// Port to bind; 0 is any free one.
    pub bind_port: u16,
    /// What clients are told; `None` is what is bound. Port 0 is the bound one.
    pub advertised: Option<(String, u16)>,
    /// How it is secured.
    pub protocol: SecurityProtocol,
    /// Its TLS.
    pub tls: TlsSettings,
    /// What makes the principal of a client certificate.
    pub principals: PrincipalMapping,
    /// `sasl.enabled.mechanisms`; empty where there is no SASL.
    pub mechanisms: Vec<Mechanism>,
    /// `connections.max.reauth.ms`; `None` where it is 0.
    pub reauth_max: Option<Duration>,
}

impl SecurityProtocol {
    /// As `listener.security.protocol.map` and the preface spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl => "SSL",
            Self::SaslSsl => "SASL_SSL",
        }
    }
}

impl Listener {
    /// Host and port that clients are told, once the socket is bound; `machine` is this machine's
    /// host name, which stands for a listener on every interface, as in Kafka.
    pub fn endpoint(&self, bound: SocketAddr, machine: &str) -> (String, u16) {
        match &self.advertised {
            None if matches!(self.bind_host.as_str(), "" | "0.0.0.0" | "::") => {
                (machine.to_owned(), bound.port())
            }
            None => (self.bind_host.clone(), bound.port()),
            Some((host, 0)) => (host.clone(), bound.port()),
            Some((host, port)) => (host.clone(), *port),
        }
    }

    /// `host:port` to bind, for people.
    pub fn bind_address(&self) -> String {
        let (host, port) = (&self.bind_host, self.bind_port);
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

pub(super) fn read(values: &mut Values) -> Vec<Listener> {
    let bound = endpoints(values, "listeners");
    let advertised = endpoints(values, "advertised.listeners");
    check_endpoints(values, &bound, &advertised);
    let map = values.text(PROTOCOL_MAP).unwrap_or_default();
    let protocols: Vec<_> = protocol_map(&map).collect();
    let names: Vec<String> = bound.iter().map(|e| e.listener.to_lowercase()).collect();
    let mut listeners = Vec::new();
    for endpoint in bound {
        let name = endpoint.listener.as_str();
        let protocol = protocol(values, &protocols, name);
        let told = advertised.iter().find(|told| told.listener == name);
        // Where a part is missing there is a problem, and no configuration comes of it.
        let (Some(tls), Some(principals)) = (tls(values, name, protocol), principals(values, name))
        else {
            continue;
        };
        listeners.push(Listener {
            tls,
            principals,
            mechanisms: mechanisms(values, name, protocol),
            reauth_max: reauth_max(values, name),
            advertised: told.map(|told| (told.host.clone(), told.port)),
            protocol,
            name: Arc::from(endpoint.listener),
            bind_host: endpoint.host,
            bind_port: endpoint.port,
        });
    }
    for (listener, key) in values.named_listeners() {
        if !names.contains(&listener) {
            values.problem(&key, format!("{key}: {listener} is not one of listeners"));
        }
    }
    listeners
}

fn endpoints(values: &mut Values, key: &str) -> Vec<Endpoint> {
    let (endpoints, problems) = Endpoint::parse_all(key, &values.list(key));
    for problem in problems {
        values.problem(key, problem);
    }
    endpoints
}

fn check_endpoints(values: &mut Values, bound: &[Endpoint], advertised: &[Endpoint]) {
    let key = "listeners";
    if bound.is_empty() {
        values.problem(
            key,
            "listeners is empty; give one, such as CLIENT_SECURE://127.0.0.1:9094",
        );
    }
    for problem in Endpoint::conflicts(bound) {
        values.problem(key, problem);
    }
    for endpoint in advertised {
        let (name, host) = (&endpoint.listener, &endpoint.host);
        if matches!(host.as_str(), "" | "0.0.0.0" | "::") {
            values.problem(
                "advertised.listeners",
                format!(
                    "advertised.listeners: clients of {name} cannot connect to \"{host}\"; give \
                     an address that they can reach"
                ),
            );
        }
        if !bound.iter().any(|bound| bound.listener == *name) {
            let message = format!("advertised.listeners: {name} is not one of listeners");
            values.problem("advertised.listeners", message);
        }
    }
}

fn protocol(values: &mut Values, protocols: &[ProtocolEntry<'_>], name: &str) -> SecurityProtocol {
    let key = PROTOCOL_MAP;
    let entry = protocols.iter().find(|entry| entry.listener == name);
    match entry.map(|entry| entry.protocol.as_str()) {
        Some("SSL") => return SecurityProtocol::Ssl,
        Some("SASL_SSL") => {}
        Some(protocol) => values.problem(
            key,
            format!(
                "{key}: {name} asks for {protocol}; authn serves SSL and SASL_SSL, plaintext \
                 listeners are the broker's"
            ),
        ),
        None => values.problem(
            key,
            format!(
                "{key}: no security protocol is known for {name}; add {name}:SSL or {name}:SASL_SSL"
            ),
        ),
    }
    SecurityProtocol::SaslSsl
}

fn mechanisms(values: &mut Values, listener: &str, protocol: SecurityProtocol) -> Vec<Mechanism> {
    if protocol == SecurityProtocol::Ssl {
        return Vec::new();
    }
    let name = values.of_listener(listener, "sasl.enabled.mechanisms");
    let mut enabled = values.list(&name);
    if enabled.is_empty() {
        // As on MSK: SCRAM-SHA-256 only where somebody asks for it.
        let standard: &[&str] = match listener {
            "CLIENT_SASL_SCRAM" => &["SCRAM-SHA-512"],
            "CLIENT_IAM" => &["AWS_MSK_IAM", "OAUTHBEARER"],
            _ => &[],
        };
        enabled.extend(standard.iter().map(|&mechanism| mechanism.to_owned()));
    }
    if enabled.is_empty() {
        let own = listener.to_lowercase();
        let message = format!(
            "{listener} has no SASL mechanism; set \
             listener.name.{own}.sasl.enabled.mechanisms=SCRAM-SHA-512, or others"
        );
        values.problem("listeners", message);
    }
    let mut mechanisms = Vec::new();
    for text in enabled {
        match Mechanism::named(&text) {
            Some(mechanism) => mechanisms.push(mechanism),
            None => {
                let known: Vec<_> = Mechanism::all().map(Mechanism::name).collect();
                let known = known.join(", ");
                let message = format!("{name}: {text} is not served; the mechanisms are {known}");
                values.problem(&name, message);
            }
        }
    }
    mechanisms
}

fn reauth_max(values: &mut Values, listener: &str) -> Option<Duration> {
    let name = values.of_listener(listener, "connections.max.reauth.ms");
    values
        .milliseconds(&name)
        .filter(|duration| !duration.is_zero())
}

fn tls(values: &mut Values, listener: &str, protocol: SecurityProtocol) -> Option<TlsSettings> {
    check_types(values, listener);
    let key = values.of_listener(listener, "ssl.keystore.location");
    let keystore = values.text(&key).map(PathBuf::from);
    if keystore.is_none() {
        let message = format!(
            "{key} is missing for {listener}; name a PEM file with certificate chain and key"
        );
        values.problem(&key, message);
    }
    let key = values.of_listener(listener, "ssl.truststore.location");
    let truststore = values.text(&key).map(PathBuf::from);
    let client_auth = client_auth(values, listener, protocol)?;
    if client_auth != ClientAuth::None && truststore.is_none() {
        let message = format!(
            "{key} is missing for {listener}; name a PEM file with the authorities of clients"
        );
        values.problem(&key, message);
    }
    let crls = values.of_listener(listener, "outrigger.ssl.crl.location");
    let crls = values.list(&crls).into_iter().map(PathBuf::from).collect();
    let crl_expiry: Option<CrlExpiry> = parsed(values, listener, "outrigger.ssl.crl.expiry");
    let protocols: Option<Protocols> = parsed(values, listener, "ssl.enabled.protocols");
    let cipher_suites: Option<CipherSuites> = parsed(values, listener, "ssl.cipher.suites");
    Some(TlsSettings {
        keystore: Keystore::OneFile(keystore?),
        truststore,
        crls,
        crl_expiry: crl_expiry?,
        client_auth,
        protocols: protocols?,
        cipher_suites: cipher_suites?,
    })
}

fn check_types(values: &mut Values, listener: &str) {
    for (kind, location) in [
        ("ssl.keystore.type", "ssl.keystore.location"),
        ("ssl.truststore.type", "ssl.truststore.location"),
    ] {
        let key = values.of_listener(listener, kind);
        let given = values.text(&key).unwrap_or_default();
        if !given.eq_ignore_ascii_case("PEM") {
            let message = format!(
                "{key} is {given}; only PEM files are read here. openssl pkcs12 -in STORE -nodes \
                 makes one of a PKCS#12 store; give it as {location}"
            );
            values.problem(&key, message);
        }
    }
}

/// A value that another module reads; what it does not like is a problem.
fn parsed<T: FromStr<Err: Display>>(
    values: &mut Values,
    listener: &str,
    key: &'static str,
) -> Option<T> {
    let key = values.of_listener(listener, key);
    let text = values.canonical(&key);
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            values.problem(&key, format!("{key}: {error}"));
            None
        }
    }
}

/// Kafka heeds `ssl.client.auth` for SASL listeners only where the listener itself says it.
fn client_auth(
    values: &mut Values,
    listener: &str,
    protocol: SecurityProtocol,
) -> Option<ClientAuth> {
    let key = values.of_listener(listener, "ssl.client.auth");
    if protocol == SecurityProtocol::SaslSsl && key == "ssl.client.auth" {
        return Some(ClientAuth::None);
    }
    parsed(values, listener, "ssl.client.auth")
}

fn principals(values: &mut Values, listener: &str) -> Option<PrincipalMapping> {
    let key = values.of_listener(listener, "outrigger.ssl.principal.source");
    let source = values.text(&key).unwrap_or_default();
    let rules_key = values.of_listener(listener, "ssl.principal.mapping.rules");
    let rules = values.text(&rules_key);
    match PrincipalMapping::parse(&source, rules.as_deref()) {
        Ok(mapping) => Some(mapping),
        Err(error) => {
            values.problem(&rules_key, error.to_string());
            None
        }
    }
}
