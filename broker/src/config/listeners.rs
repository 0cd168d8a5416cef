//! `listeners`, `advertised.listeners` and `listener.security.protocol.map`: where clients come in
//! and what they are told.
//!
//! Binds nothing and resolves nothing. This process speaks plaintext only: TLS and SASL end in
//! authn, which hands over what it has authenticated.

use std::net::SocketAddr;
use std::sync::Arc;

use config::Reader;

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

/// One `NAME://host:port`.
struct Address {
    name: String,
    host: String,
    port: u16,
}

pub(super) fn read(read: &mut Reader<'_>) -> Vec<Listener> {
    let controllers: Vec<String> = read
        .list("controller.listener.names")
        .iter()
        .map(|name| name.to_uppercase())
        .collect();
    let of_clients = |address: &Address| !controllers.contains(&address.name);
    let bound: Vec<Address> = addresses(read, "listeners")
        .into_iter()
        .filter(of_clients)
        .collect();
    let advertised: Vec<Address> = addresses(read, "advertised.listeners")
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
        .map(|address| {
            let told = advertised.iter().find(|told| told.name == address.name);
            let advertised = match told {
                Some(told) => Advertised::At {
                    host: told.host.clone(),
                    port: told.port,
                },
                None if any_advertised => Advertised::Nowhere,
                None => Advertised::AsBound,
            };
            Listener {
                name: Arc::from(address.name),
                bind_host: address.host,
                bind_port: address.port,
                advertised,
            }
        })
        .collect()
}

fn addresses(read: &mut Reader<'_>, key: &str) -> Vec<Address> {
    let mut parsed = Vec::new();
    for text in read.list(key) {
        match address(&text) {
            Some(address) => parsed.push(address),
            None => read.problem(format!(
                "{key}: \"{text}\" is not of the form NAME://host:port; an IPv6 address stands in \
                 brackets"
            )),
        }
    }
    parsed
}

fn address(text: &str) -> Option<Address> {
    let (name, place) = text.split_once("://")?;
    let (host, port) = place.rsplit_once(':')?;
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let plain = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let host = match bracketed {
        // A zone may follow the address.
        Some(host) => {
            let address = host.split('%').next().unwrap_or_default();
            address.parse::<std::net::Ipv6Addr>().ok().map(|_| host)?
        }
        None => Some(host).filter(|_| plain)?,
    };
    let name = Some(name.trim().to_uppercase()).filter(|name| !name.is_empty())?;
    Some(Address {
        name,
        host: host.to_owned(),
        port: port.parse().ok()?,
    })
}

fn check_bound(read: &mut Reader<'_>, bound: &[Address]) {
    if bound.is_empty() {
        read.problem(
            "listeners has none for clients; give one, such as PLAINTEXT://127.0.0.1:9092",
        );
    }
    for (index, address) in bound.iter().enumerate() {
        let earlier = bound.iter().take(index);
        for other in earlier {
            if other.name == address.name {
                let name = &address.name;
                read.problem(format!(
                    "listeners: {name} stands twice; each needs its own name"
                ));
            } else if address.port != 0 && other.port == address.port && overlap(other, address) {
                let (name, other, port) = (&address.name, &other.name, address.port);
                read.problem(format!(
                    "listeners: {name} and {other} both want port {port}"
                ));
            }
        }
    }
}

/// Whether two hosts may be the same interface.
fn overlap(left: &Address, right: &Address) -> bool {
    let every = |host: &str| matches!(host, "" | "0.0.0.0" | "::");
    left.host == right.host || every(&left.host) || every(&right.host)
}

fn check_advertised(read: &mut Reader<'_>, bound: &[Address], advertised: &[Address]) {
    for address in advertised {
        let name = &address.name;
        if matches!(address.host.as_str(), "0.0.0.0" | "::") {
            let host = &address.host;
            read.problem(format!(
                "advertised.listeners cannot use the nonroutable meta-address {host} ({name}). Use \
                 a routable IP address."
            ));
        }
        if !bound.iter().any(|bound| bound.name == *name) {
            read.problem(format!(
                "advertised.listeners: {name} is not one of listeners"
            ));
        }
    }
}

fn check_protocols(read: &mut Reader<'_>, bound: &[Address]) {
    let key = "listener.security.protocol.map";
    let text = read.text(key).unwrap_or_default();
    let mut protocols: Vec<(String, String)> = Vec::new();
    for pair in text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        let (name, protocol) = pair.split_once(':').unwrap_or((pair, ""));
        let protocol = protocol.trim().to_uppercase();
        if PROTOCOLS.contains(&protocol.as_str()) {
            protocols.push((name.trim().to_uppercase(), protocol));
        } else {
            let known = PROTOCOLS.join(", ");
            read.problem(format!(
                "{key}: \"{pair}\" names no security protocol; they are {known}"
            ));
        }
    }
    for address in bound {
        let name = &address.name;
        match protocols.iter().find(|(listener, _)| listener == name) {
            Some((_, protocol)) if protocol == "PLAINTEXT" => {}
            Some((_, protocol)) => read.problem(format!(
                "listeners: {name} asks for {protocol}, but the broker speaks PLAINTEXT only; TLS \
                 and SASL listeners are not there yet"
            )),
            None => read.problem(format!(
                "listeners: no security protocol is known for {name}; add {name}:PLAINTEXT to {key}"
            )),
        }
    }
}
