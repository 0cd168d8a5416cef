//! What `listeners`, `advertised.listeners` and `listener.security.protocol.map` look like.
//!
//! Which listeners and protocols a process can serve is its own business. Resolves nothing.

use std::net::Ipv6Addr;

/// One `NAME://host:port`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The listener's name, in capitals as Kafka keeps it.
    pub listener: String,
    /// Host name or address, without brackets; empty is every interface.
    pub host: String,
    /// 0 is any free one.
    pub port: u16,
}

/// One `NAME:PROTOCOL` of `listener.security.protocol.map`, in capitals.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProtocolEntry<'a> {
    /// As it is written.
    pub text: &'a str,
    /// The listener's name.
    pub listener: String,
    /// Its security protocol, whatever stands there; empty where nothing does.
    pub protocol: String,
}

impl Endpoint {
    /// The endpoints that the items of `key` are, and a sentence for each that is none.
    pub fn parse_all(key: &str, items: &[String]) -> (Vec<Self>, Vec<String>) {
        let mut endpoints = Vec::new();
        let mut problems = Vec::new();
        for text in items {
            match Self::parse(text) {
                Some(endpoint) => endpoints.push(endpoint),
                None => problems.push(format!(
                    "{key}: \"{text}\" is not of the form NAME://host:port; an IPv6 address stands \
                     in brackets"
                )),
            }
        }
        (endpoints, problems)
    }

    fn parse(text: &str) -> Option<Self> {
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
                address.parse::<Ipv6Addr>().ok().map(|_| host)?
            }
            None => Some(host).filter(|_| plain)?,
        };
        let name = Some(name.trim().to_uppercase()).filter(|name| !name.is_empty())?;
        Some(Self {
            listener: name,
            host: host.to_owned(),
            port: port.parse().ok()?,
        })
    }

    /// A sentence for each two of `listeners` that cannot both be bound.
    pub fn conflicts(bound: &[Self]) -> Vec<String> {
        let mut problems = Vec::new();
        for (index, endpoint) in bound.iter().enumerate() {
            let (name, port) = (&endpoint.listener, endpoint.port);
            for other in bound.iter().take(index) {
                if other.listener == *name {
                    problems.push(format!(
                        "listeners: {name} stands twice; each needs its own name"
                    ));
                } else if port != 0 && other.port == port && other.overlaps(endpoint) {
                    let other = &other.listener;
                    problems.push(format!(
                        "listeners: {name} and {other} both want port {port}"
                    ));
                }
            }
        }
        problems
    }

    /// Whether two hosts may be the same interface.
    fn overlaps(&self, other: &Self) -> bool {
        let every = |host: &str| matches!(host, "" | "0.0.0.0" | "::");
        self.host == other.host || every(&self.host) || every(&other.host)
    }
}

/// The entries of `listener.security.protocol.map`.
pub fn protocol_map(text: &str) -> impl Iterator<Item = ProtocolEntry<'_>> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(|text| {
            let (listener, protocol) = text.split_once(':').unwrap_or((text, ""));
            ProtocolEntry {
                text,
                listener: listener.trim().to_uppercase(),
                protocol: protocol.trim().to_uppercase(),
            }
        })
}

#[cfg(test)]
mod tests;
