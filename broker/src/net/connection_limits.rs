//! `max.connections`, `max.connections.per.ip` and its overrides.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::warn;

use crate::config::NetworkConfig;

/// Counts open connections, in all and per address.
#[derive(Debug)]
pub struct ConnectionLimits {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    connections_max: usize,
    per_ip_max: usize,
    per_ip_overrides: HashMap<IpAddr, usize>,
    total: usize,
    per_ip: HashMap<IpAddr, usize>,
}

/// The place of one open connection; gives itself back when dropped.
#[derive(Debug)]
pub struct Place {
    limits: Arc<ConnectionLimits>,
    ip: IpAddr,
}

/// Which limit a connection would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooManyConnections {
    /// `max.connections`.
    #[error("max.connections ({0}) is reached")]
    InAll(usize),
    /// `max.connections.per.ip` or an override of it.
    #[error("max.connections.per.ip ({0}) is reached for this address")]
    PerIp(usize),
}

impl ConnectionLimits {
    /// Limits with nothing open.
    pub fn new(network: &NetworkConfig) -> Arc<Self> {
        let limits = Self {
            open: Mutex::default(),
        };
        limits.change(network);
        Arc::new(limits)
    }

    /// Puts other limits in force. Connections that are open stay, even beyond them. Resolves host
    /// names among the overrides, which blocks.
    pub fn change(&self, network: &NetworkConfig) {
        let mut overrides = network.connections_per_ip_overrides.clone();
        for (host, limit) in &network.connections_per_host_overrides {
            match (host.as_str(), 0).to_socket_addrs() {
                Ok(addresses) => {
                    overrides.extend(addresses.map(|a| (a.ip().to_canonical(), *limit)));
                }
                Err(error) => warn!(
                    host = %host,
                    %error,
                    "cannot resolve a name in max.connections.per.ip.overrides; it has no effect"
                ),
            }
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.connections_max = network.connections_max;
        open.per_ip_max = network.connections_per_ip_max;
        open.per_ip_overrides = overrides;
    }

    /// Takes a place for a connection from `ip`.
    pub fn enter(self: &Arc<Self>, ip: IpAddr) -> Result<Place, TooManyConnections> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= open.connections_max {
            return Err(TooManyConnections::InAll(open.connections_max));
        }
        let per_ip_max = open
            .per_ip_overrides
            .get(&ip)
            .copied()
            .unwrap_or(open.per_ip_max);
        let from_ip = open.per_ip.get(&ip).copied().unwrap_or(0);
        if from_ip >= per_ip_max {
            return Err(TooManyConnections::PerIp(per_ip_max));
        }
        open.total += 1;
        open.per_ip.insert(ip, from_ip + 1);
        Ok(Place {
            limits: Arc::clone(self),
            ip,
        })
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self
            .limits
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.total -= 1;
        if let Some(count) = open.per_ip.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                open.per_ip.remove(&self.ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{ConnectionLimits, TooManyConnections};
    use crate::config::{BrokerConfig, NetworkConfig};

    fn network(text: &str) -> NetworkConfig {
        BrokerConfig::from_properties(text, &[]).unwrap().0.network
    }

    #[test]
    fn places_are_counted_in_all_and_per_address() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let limits = ConnectionLimits::new(&network(
            "max.connections=3\n\
             max.connections.per.ip=1\n\
             max.connections.per.ip.overrides=10.0.0.9:2,localhost:7",
        ));
        let first = limits.enter(ip("10.0.0.1")).unwrap();
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooManyConnections::PerIp(1));
        let _second = limits.enter(ip("10.0.0.9")).unwrap();
        let _third = limits.enter(ip("10.0.0.9")).unwrap();
        let refused = limits.enter(ip("10.0.0.2")).unwrap_err();
        assert_eq!(refused, TooManyConnections::InAll(3));
        drop(first);
        limits.change(&network("max.connections=2\nmax.connections.per.ip=1"));
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooManyConnections::InAll(2));
        limits.change(&network("max.connections=3\nmax.connections.per.ip=1"));
        assert_eq!(limits.open(), 2);
        assert!(limits.enter(ip("10.0.0.1")).is_ok());
        let named = ConnectionLimits::new(&network(
            "max.connections.per.ip=0\nmax.connections.per.ip.overrides=localhost:1",
        ));
        assert!(named.enter(ip("10.0.0.1")).is_err());
        assert!(named.enter(ip("127.0.0.1")).is_ok());
    }
}
