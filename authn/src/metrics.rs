//! Counters of this process. No label is ever chosen by a stranger: they are listeners, mechanisms
//! and reasons, of which there are few.

mod exposed;

pub use exposed::Exposed;

use std::sync::Arc;

use prometheus::{IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::limits::TooMany;
use crate::listener::Listener;
use crate::tls::REASONS;

/// A connection that a network rule closes.
pub const NETWORK_RULE: &str = "network_rule";
/// Kinds of files that are read again.
const RELOADED_FILES: [&str; 2] = ["tls", "network_rules"];

/// All counters but those of what is relayed, which the MBeans count.
#[derive(Debug)]
pub struct Metrics {
    /// Connections that are open, by listener.
    pub connections: IntGaugeVec,
    /// Connections that were accepted, by listener.
    pub accepted: IntCounterVec,
    /// Connections that were closed before TLS, by listener and reason.
    pub refused: IntCounterVec,
    /// TLS handshakes that succeeded, by listener, version and whether a session was resumed.
    pub handshakes: IntCounterVec,
    /// TLS handshakes that failed, by listener and reason.
    pub handshake_failures: IntCounterVec,
    /// Logins by listener, mechanism and result: `ok`, or why not.
    pub logins: IntCounterVec,
    /// Renewed sessions (KIP-368), the same way.
    pub renewals: IntCounterVec,
    /// Logins that had to wait for a rate.
    pub delayed: IntCounter,
    /// Connections closed after their login, by reason.
    pub closed: IntCounterVec,
    /// Connections closed because their session was over.
    pub expired: IntCounter,
    reloads: Reloads,
}

/// Files that changed.
#[derive(Debug)]
struct Reloads {
    done: IntCounterVec,
    failed: IntCounterVec,
}

impl Metrics {
    /// All at zero, and known to `registry`.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let expired = IntCounter::new(
            "outrigger_authn_expired_connections_killed_total",
            "Connections closed because their session was over.",
        )?;
        registry.register(Box::new(expired.clone()))?;
        let delayed = IntCounter::new(
            "outrigger_authn_delayed_logins_total",
            "Logins that had to wait for outrigger.login.rate.per.ip.",
        )?;
        registry.register(Box::new(delayed.clone()))?;
        let connections = IntGaugeVec::new(
            Opts::new(
                "outrigger_authn_connections",
                "Open client connections, by listener.",
            ),
            &["listener"],
        )?;
        registry.register(Box::new(connections.clone()))?;
        let vector = |name, help, labels: &[&str]| counters(registry, name, help, labels);
        Ok(Self {
            connections,
            accepted: vector(
                "outrigger_authn_accepted_connections_total",
                "Connections that were accepted, by listener.",
                &["listener"],
            )?,
            refused: vector(
                "outrigger_authn_refused_connections_total",
                "Connections closed at once by a limit or a network rule.",
                &["listener", "reason"],
            )?,
            handshakes: vector(
                "outrigger_authn_tls_handshakes_total",
                "TLS handshakes that succeeded.",
                &["listener", "version", "resumed"],
            )?,
            handshake_failures: vector(
                "outrigger_authn_tls_handshake_failures_total",
                "TLS handshakes that failed.",
                &["listener", "reason"],
            )?,
            logins: vector(
                "outrigger_authn_logins_total",
                "Logins by mechanism and result.",
                &["listener", "mechanism", "result"],
            )?,
            renewals: vector(
                "outrigger_authn_reauthentications_total",
                "Renewed sessions by mechanism and result.",
                &["listener", "mechanism", "result"],
            )?,
            closed: vector(
                "outrigger_authn_closed_connections_total",
                "Connections closed after their login, by reason.",
                &["reason"],
            )?,
            reloads: Reloads::new(registry)?,
            expired,
            delayed,
        })
    }

    /// Shows what is known to come at zero: a counter that is born with its first event has no rate.
    pub fn expect(&self, listeners: &[Arc<Listener>]) {
        for listener in listeners {
            let name = &*listener.name;
            self.connections.with_label_values(&[name]);
            self.accepted.with_label_values(&[name]);
            for reason in TooMany::NAMES.iter().chain(&[NETWORK_RULE]) {
                self.refused.with_label_values(&[name, reason]);
            }
            for reason in REASONS {
                self.handshake_failures.with_label_values(&[name, reason]);
            }
            for mechanism in listener.mechanisms() {
                self.logins.with_label_values(&[name, mechanism, "ok"]);
            }
        }
        for file in RELOADED_FILES {
            self.reloads.done.with_label_values(&[file]);
            self.reloads.failed.with_label_values(&[file]);
        }
    }

    /// A changed file of this kind took effect.
    pub fn reloaded(&self, file: &'static str) {
        self.reloads.done.with_label_values(&[file]).inc();
    }

    /// A changed file of this kind was refused.
    pub fn reload_failed(&self, file: &'static str) {
        self.reloads.failed.with_label_values(&[file]).inc();
    }
}

impl Reloads {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        Ok(Self {
            done: counters(
                registry,
                "outrigger_authn_reloads_total",
                "Changed files that took effect.",
                &["file"],
            )?,
            failed: counters(
                registry,
                "outrigger_authn_reload_failures_total",
                "Changed files that were refused; what they held before stays in force.",
                &["file"],
            )?,
        })
    }
}

fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> prometheus::Result<IntCounterVec> {
    let vector = IntCounterVec::new(Opts::new(name, help), labels)?;
    registry.register(Box::new(vector.clone()))?;
    Ok(vector)
}
