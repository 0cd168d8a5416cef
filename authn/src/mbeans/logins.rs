//! Logins by mechanism, which Kafka does not tell apart: Amazon MSK's `IAMNumberOfConnectionRequests`
//! comes of them. The domain is ours, so that nobody takes them for Kafka's.

use std::sync::Arc;

use mbean::{Counter, ObjectName, Registry, Section};

use crate::listener::Listener;
use crate::mechanism::Mechanism;

const DOMAIN: &str = "outrigger.authn";
const TYPE: &str = "Logins";

/// Over all listeners: meters of attempts, `outrigger.authn:type=Logins,name=RequestsPerSec,mechanism=…`,
/// and Kafka's number of sessions that were not renewed in time.
pub struct LoginBeans {
    _section: Section,
    requests: Vec<(Mechanism, Counter)>,
}

impl LoginBeans {
    /// A meter for each mechanism that one of these listeners offers.
    pub fn new(registry: &Registry, listeners: &[Arc<Listener>]) -> Self {
        let section = registry.section();
        let mut requests: Vec<(Mechanism, Counter)> = Vec::new();
        let offered = listeners
            .iter()
            .filter_map(|listener| listener.sasl.as_ref());
        for mechanism in offered.flat_map(|sasl| sasl.mechanisms.iter().copied()) {
            if requests.iter().any(|(known, _)| *known == mechanism) {
                continue;
            }
            let name = ObjectName::new(DOMAIN, TYPE).with("name", "RequestsPerSec");
            let name = name.with("mechanism", mechanism.name());
            requests.push((mechanism, section.meter(name)));
        }
        let name = ObjectName::new("kafka.network", "SocketServer");
        let expired = listeners
            .iter()
            .map(|listener| listener.beans.expired_counter());
        let expired: Vec<Counter> = expired.collect();
        section.gauge(
            name.with("name", "ExpiredConnectionsKilledCount"),
            move || expired.iter().map(Counter::count).sum::<u64>() as f64,
        );
        Self {
            _section: section,
            requests,
        }
    }

    /// Somebody tried to log in by this mechanism, or to renew a login.
    pub fn requested(&self, mechanism: Mechanism) {
        let known = self.requests.iter().find(|(known, _)| *known == mechanism);
        if let Some((_, counter)) = known {
            counter.inc();
        }
    }
}

impl std::fmt::Debug for LoginBeans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginBeans").finish_non_exhaustive()
    }
}

/// `outrigger.authn:type=Logins,name=ThrottledPerSec,listener=…`.
pub(super) fn throttled(listener: &str) -> ObjectName {
    let name = ObjectName::new(DOMAIN, TYPE).with("name", "ThrottledPerSec");
    name.with("listener", listener)
}

/// `outrigger.authn:type=Listener,name=…,listener=…`.
pub(super) fn of_listener(name: &'static str, listener: &str) -> ObjectName {
    let of = ObjectName::new(DOMAIN, "Listener").with("name", name);
    of.with("listener", listener)
}
