//! Log lines that strangers can cause: the first is written, then one per minute with a count.

use std::fmt::Display;
use std::net::IpAddr;

use service::flood::Flood;
use tracing::warn;

/// One guard per cause.
#[derive(Debug)]
pub struct Floods {
    accept_failed: Flood,
    hostile: Flood,
    preface_refused: Flood,
    refused: Flood,
}

impl Floods {
    /// Guards that have seen nothing.
    pub const fn new() -> Self {
        Self {
            accept_failed: Flood::minutely(),
            hostile: Flood::minutely(),
            preface_refused: Flood::minutely(),
            refused: Flood::minutely(),
        }
    }

    /// A connection could not be accepted, mostly for want of descriptors.
    pub fn accept_failed(&self, now_ms: i64, error: &dyn Display) {
        if let Some(others) = self.accept_failed.admit(now_ms) {
            warn!(%error, others, "cannot accept connections; raise the limit of open files");
        }
    }

    /// A connection was closed for what it sent.
    pub fn hostile(&self, now_ms: i64, client: IpAddr, reason: &dyn Display) {
        if let Some(others) = self.hostile.admit(now_ms) {
            warn!(%client, others, "closed a connection: {reason}");
        }
    }

    /// A connection on a socket of the hand-off was closed before it was believed.
    pub fn preface_refused(&self, now_ms: i64, reason: &dyn Display) {
        if let Some(others) = self.preface_refused.admit(now_ms) {
            warn!(others, "closed a connection of the hand-off: {reason}");
        }
    }

    /// A connection was refused at a limit.
    pub fn refused(&self, now_ms: i64, client: IpAddr, reason: &dyn Display) {
        if let Some(others) = self.refused.admit(now_ms) {
            warn!(%client, others, "refused a connection: {reason}");
        }
    }
}
