//! The way in for authn: a directory with two Unix sockets, and who may use them.
//!
//! On `relay.sock` authn opens one connection per client that it has identified
//! (`net/relayed.rs`); on `control.sock` it says which listeners it serves and is told what no
//! Kafka API tells (`identity::control`). Neither socket is reached over a network.

mod control;
mod directory;

pub use control::serve as serve_control;
pub use directory::{HandoffError, SocketFiles, Sockets};

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use identity::HandoffKey;
use tokio::net::UnixStream;

/// What both sockets share.
#[derive(Debug)]
pub struct Handoff {
    key: HandoffKey,
    uids: BTreeSet<u32>,
    /// Listeners that an authn has announced in this life of the broker.
    announced: Mutex<BTreeSet<String>>,
}

/// The process at the other end is not one that may use the hand-off.
#[derive(Debug, thiserror::Error)]
pub enum NotOurPeer {
    /// It runs as somebody else.
    #[error(
        "a process of user {uid} (pid {pid}) has opened a socket of the hand-off; add {uid} to \
         outrigger.handoff.uids if it is authn"
    )]
    Uid {
        /// Its user.
        uid: u32,
        /// Its process, 0 where the system does not say.
        pid: i32,
    },
    /// The system does not say.
    #[error("the system does not tell whose process opened a socket of the hand-off: {0}")]
    Unknown(#[from] std::io::Error),
}

impl Handoff {
    /// For processes of `uids`, under a key of this life of the broker.
    pub fn new(key: HandoffKey, uids: impl IntoIterator<Item = u32>) -> Self {
        Self {
            key,
            uids: uids.into_iter().collect(),
            announced: Mutex::default(),
        }
    }

    /// The key of prefaces and context updates.
    pub fn key(&self) -> &HandoffKey {
        &self.key
    }

    /// Whether the process at the other end runs as a user that may use the hand-off.
    pub fn check_peer(&self, stream: &UnixStream) -> Result<(), NotOurPeer> {
        let peer = stream.peer_cred()?;
        if self.uids.contains(&peer.uid()) {
            return Ok(());
        }
        Err(NotOurPeer::Uid {
            uid: peer.uid(),
            pid: peer.pid().unwrap_or_default(),
        })
    }

    /// Whether authn has said that it serves a listener of this name.
    pub fn is_announced(&self, listener: &str) -> bool {
        self.lock().contains(listener)
    }

    fn announce(&self, listeners: impl IntoIterator<Item = String>) {
        self.lock().extend(listeners);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
