//! `max.connections`, `max.connections.per.ip` and its overrides.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

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
    pub fn new(
        connections_max: usize,
        per_ip_max: usize,
        per_ip_overrides: HashMap<IpAddr, usize>,
    ) -> Arc<Self> {
        let limits = Self {
            open: Mutex::default(),
        };
        limits.change(connections_max, per_ip_max, per_ip_overrides);
        Arc::new(limits)
    }

    /// Puts other limits in force. Connections that are open stay, even beyond them.
    pub fn change(
        &self,
        connections_max: usize,
        per_ip_max: usize,
        per_ip_overrides: HashMap<IpAddr, usize>,
    ) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.connections_max = connections_max;
        open.per_ip_max = per_ip_max;
        open.per_ip_overrides = per_ip_overrides;
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
    use std::collections::HashMap;
    use std::net::IpAddr;

    use super::{ConnectionLimits, TooManyConnections};

    #[test]
    fn places_are_counted_in_all_and_per_address() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let limits = ConnectionLimits::new(3, 1, HashMap::from([(ip("10.0.0.9"), 2)]));
        let first = limits.enter(ip("10.0.0.1")).unwrap();
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooManyConnections::PerIp(1));
        let _second = limits.enter(ip("10.0.0.9")).unwrap();
        let _third = limits.enter(ip("10.0.0.9")).unwrap();
        let refused = limits.enter(ip("10.0.0.2")).unwrap_err();
        assert_eq!(refused, TooManyConnections::InAll(3));
        drop(first);
        limits.change(2, 1, HashMap::new());
        let refused = limits.enter(ip("10.0.0.1")).unwrap_err();
        assert_eq!(refused, TooManyConnections::InAll(2));
        limits.change(3, 1, HashMap::new());
        assert_eq!(limits.open(), 2);
        assert!(limits.enter(ip("10.0.0.1")).is_ok());
    }
}
