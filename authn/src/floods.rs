//! Log lines that strangers can cause: the first is written, then one per minute with a count.

use std::fmt::Display;
use std::net::IpAddr;

use service::Flood;
use tracing::warn;

/// One guard per cause.
#[derive(Debug)]
pub struct Floods {
    accept_failed: Flood,
    hostile: Flood,
    login_failed: Flood,
    refused: Flood,
    tls_failed: Flood,
    unreachable: Flood,
}

impl Default for Floods {
    fn default() -> Self {
        Self {
            accept_failed: Flood::minutely(),
            hostile: Flood::minutely(),
            login_failed: Flood::minutely(),
            refused: Flood::minutely(),
            tls_failed: Flood::minutely(),
            unreachable: Flood::minutely(),
        }
    }
}

impl Floods {
    /// A connection could not be accepted, mostly for want of descriptors.
    pub fn accept_failed(&self, now_ms: i64, error: &dyn Display) {
        if let Some(others) = self.accept_failed.admit(now_ms) {
            warn!(%error, others, "cannot accept connections; raise the limit of open files");
        }
    }

    /// A connection was closed for what it sent after its login.
    pub fn hostile(&self, now_ms: i64, client: IpAddr, reason: &dyn Display) {
        if let Some(others) = self.hostile.admit(now_ms) {
            warn!(%client, others, "closed a connection: {reason}");
        }
    }

    /// A login failed.
    pub fn login_failed(&self, now_ms: i64, client: IpAddr, listener: &str, reason: &dyn Display) {
        if let Some(others) = self.login_failed.admit(now_ms) {
            warn!(%client, listener, others, "authentication failed: {reason}");
        }
    }

    /// A connection was refused at a limit or by a rule.
    pub fn refused(&self, now_ms: i64, client: IpAddr, listener: &str, reason: &dyn Display) {
        if let Some(others) = self.refused.admit(now_ms) {
            warn!(%client, listener, others, "refused a connection: {reason}");
        }
    }

    /// A TLS handshake failed.
    pub fn tls_failed(&self, now_ms: i64, client: IpAddr, listener: &str, reason: &dyn Display) {
        if let Some(others) = self.tls_failed.admit(now_ms) {
            warn!(%client, listener, others, "TLS handshake failed: {reason}");
        }
    }

    /// A client that has logged in could not be relayed.
    pub fn unreachable(&self, now_ms: i64, reason: &dyn Display) {
        if let Some(others) = self.unreachable.admit(now_ms) {
            warn!(others, "cannot relay a client: {reason}");
        }
    }
}
