//! Who serves the sockets of the hand-off: authn believes only a process of the broker's user, so
//! that nobody who can write to the directory is handed its clients' bytes.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use tokio::net::UnixStream;

/// The users that the broker may run as.
#[derive(Clone, Debug)]
pub struct Peers(Arc<BTreeSet<u32>>);

/// Another user's process serves a socket of the hand-off.
#[derive(Debug, thiserror::Error)]
pub enum NotTheBroker {
    /// It runs as somebody else.
    #[error(
        "user {uid} (pid {pid}) serves the hand-off; add {uid} to outrigger.handoff.broker.uids if \
         the broker runs as that user"
    )]
    Uid {
        /// Its user.
        uid: u32,
        /// Its process, 0 where the system does not say.
        pid: i32,
    },
    /// The system does not say.
    #[error("the system does not tell who serves the hand-off: {0}")]
    Unknown(#[from] io::Error),
}

impl Peers {
    /// Processes of these users; of this process's own where none is given.
    pub fn new(uids: &BTreeSet<u32>) -> Self {
        let mut uids = uids.clone();
        if uids.is_empty() {
            uids.insert(rustix::process::geteuid().as_raw());
        }
        Self(Arc::new(uids))
    }

    /// Whether the process that bound the socket runs as one of them.
    pub fn check(&self, stream: &UnixStream) -> Result<(), NotTheBroker> {
        let peer = stream.peer_cred()?;
        if self.0.contains(&peer.uid()) {
            return Ok(());
        }
        Err(NotTheBroker::Uid {
            uid: peer.uid(),
            pid: peer.pid().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NotTheBroker, Peers};

    #[tokio::test]
    async fn only_the_users_that_are_named_are_believed() {
        let (one, _other) = tokio::net::UnixStream::pair().unwrap();
        let own = rustix::process::geteuid().as_raw();
        assert!(Peers::new(&BTreeSet::new()).check(&one).is_ok());
        assert!(Peers::new(&BTreeSet::from([own])).check(&one).is_ok());
        let refused = Peers::new(&BTreeSet::from([own + 1])).check(&one);
        assert!(matches!(refused, Err(NotTheBroker::Uid { uid, .. }) if uid == own));
    }
}
