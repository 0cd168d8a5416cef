//! `listeners`, `advertised.listeners` and `listener.security.protocol.map`: where clients come in
//! and what they are told.
//!
//! Binds nothing and resolves nothing. This process speaks plaintext only: TLS and SASL end in
//! authn, which hands over what it has authenticated.

use std::net::SocketAddr;
use std::sync::Arc;

use config::{Endpoint, Reader, protocol_map};

/// One listener of clients.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listener {
    /// Its name, in capitals as Kafka keeps it.
    pub name: Arc<str>,
    /// Host name or address to bind, without brackets; empty is every interface.
    pub bind_host: String,
    /// Port to bind; 0 is any free one.
    pub bind_port: u16,
    /// What clients are told.
    pub advertised: Advertised,
}

/// What clients of a listener are told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Advertised {
    /// Where it is bound.
    AsBound,
    /// This host and port; port 0 is the bound one.
    At { host: String, port: u16 },
    /// Nothing: `advertised.listeners` leaves it out.
    Nowhere,
}

impl Listener {
    /// Host and port that clients are told, once the socket is bound; `machine` is this machine's
    /// host name, which stands for a listener on every interface, as in Kafka.
    pub fn endpoint(&self, bound: SocketAddr, machine: &str) -> Option<(String, u16)> {
        match &self.advertised {
            Advertised::AsBound if self.bind_host.is_empty() => {
                Some((machine.to_owned(), bound.port()))
            }
            Advertised::AsBound => Some((self.bind_host.clone(), bound.port())),
            Advertised::At { host, port: 0 } => Some((host.clone(), bound.port())),
            Advertised::At { host, port } => Some((host.clone(), *port)),
            Advertised::Nowhere => None,
        }
    }
}

/// Kafka's four security protocols.
const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

/// What gives the broker no listener of its own.
const HANDOFF_ONLY: &str = "outrigger.handoff.only";
/// What is of no use then.
const OF_LISTENERS: [&str; 2] = ["listeners", "advertised.listeners"];

pub(super) fn read(read: &mut Reader<'_>) -> Vec<Listener> {
    if read.flag(HANDOFF_ONLY) {
        check_none(read);
        return Vec::new();
    }
    let controllers: Vec<String> = read
        .list("controller.listener.names")
        .iter()
        .map(|name| name.to_uppercase())
        .collect();
    let of_clients = |endpoint: &Endpoint| !controllers.contains(&endpoint.listener);
    let bound: Vec<_> = endpoints(read, "listeners")
        .into_iter()
        .filter(of_clients)
        .collect();
    let advertised: Vec<_> = endpoints(read, "advertised.listeners")
        .into_iter()
        .filter(of_clients)
        .collect();
    let any_advertised = read.set("advertised.listeners");
    check_bound(read, &bound);
    check_advertised(
        read,
        &bound,
        if any_advertised { &advertised } else { &bound },
    );
    check_protocols(read, &bound);
    bound
        .into_iter()
        .map(|endpoint| {
            let told = advertised
                .iter()
                .find(|told| told.listener == endpoint.listener);
            let advertised = match told {
                Some(told) => Advertised::At {
                    host: told.host.clone(),
                    port: told.port,
                },
                None if any_advertised => Advertised::Nowhere,
                None => Advertised::AsBound,
            };
            Listener {
                name: Arc::from(endpoint.listener),
                bind_host: endpoint.host,
                bind_port: endpoint.port,
                advertised,
            }
        })
        .collect()
}

/// Whoever names a listener that is not bound would wait for clients in vain.
fn check_none(read: &mut Reader<'_>) {
    if read.text("outrigger.handoff.directory").is_none() {
        read.problem(format!(
            "{HANDOFF_ONLY} is true, but outrigger.handoff.directory is not set: nobody could come in"
        ));
    }
    for key in OF_LISTENERS {
        if read.set(key) {
            read.problem(format!(
                "{key} has no effect where {HANDOFF_ONLY} is true: leave one of them out"
            ));
        }
    }
}

fn endpoints(read: &mut Reader<'_>, key: &str) -> Vec<Endpoint> {
    let (endpoints, problems) = Endpoint::parse_all(key, &read.list(key));
    for problem in problems {
        read.problem(problem);
    }
    endpoints
}

fn check_bound(read: &mut Reader<'_>, bound: &[Endpoint]) {
    if bound.is_empty() {
        read.problem(
            "listeners has none for clients; give one, such as PLAINTEXT://127.0.0.1:9092",
        );
    }
    for problem in Endpoint::conflicts(bound) {
        read.problem(problem);
    }
}

fn check_advertised(read: &mut Reader<'_>, bound: &[Endpoint], advertised: &[Endpoint]) {
    for endpoint in advertised {
        let (name, host) = (&endpoint.listener, &endpoint.host);
        if matches!(host.as_str(), "0.0.0.0" | "::") {
            read.problem(format!(
                "advertised.listeners cannot use the nonroutable meta-address {host} ({name}). Use \
                 a routable IP address."
            ));
        }
        if !bound.iter().any(|bound| bound.listener == *name) {
            read.problem(format!(
                "advertised.listeners: {name} is not one of listeners"
            ));
        }
    }
}

fn check_protocols(read: &mut Reader<'_>, bound: &[Endpoint]) {
    let key = "listener.security.protocol.map";
    let text = read.text(key).unwrap_or_default();
    let (protocols, unknown): (Vec<_>, Vec<_>) =
        protocol_map(&text).partition(|entry| PROTOCOLS.contains(&entry.protocol.as_str()));
    for entry in unknown {
        let (text, known) = (entry.text, PROTOCOLS.join(", "));
        read.problem(format!(
            "{key}: \"{text}\" names no security protocol; they are {known}"
        ));
    }
    for Endpoint { listener: name, .. } in bound {
        let entry = protocols.iter().find(|entry| entry.listener == *name);
        match entry.map(|entry| entry.protocol.as_str()) {
            Some("PLAINTEXT") => {}
            Some(protocol) => read.problem(format!(
                "listeners: {name} asks for {protocol}, but the broker speaks PLAINTEXT only; \
                 `outrigger authn` serves TLS and SASL: give it this listener, and both of them \
                 one outrigger.handoff.directory"
            )),
            None => read.problem(format!(
                "listeners: no security protocol is known for {name}; add {name}:PLAINTEXT to {key}"
            )),
        }
    }
}
