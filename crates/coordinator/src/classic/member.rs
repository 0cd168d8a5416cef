//! One member of a classic group.

use bytes::Bytes;

use crate::command::{Client, Protocol};
use crate::names::{InstanceId, MemberId};
use crate::reply::Token;

/// A member and the requests of it that wait.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) instance: Option<InstanceId>,
    pub(crate) client: Client,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) session_timeout_ms: i32,
    /// In order of preference. A loaded member knows only the selected one.
    pub(crate) protocols: Vec<Protocol>,
    pub(crate) assignment: Bytes,
    /// The JoinGroup that waits; changed only by the group, which counts.
    pub(super) awaiting_join: Option<Token>,
    pub(super) awaiting_sync: Option<Token>,
    /// Has not completed a join yet, so that even a waiting join does not keep it alive.
    pub(super) is_new: bool,
}

impl Member {
    /// Its subscription under `protocol`; empty if it does not support it.
    pub(crate) fn metadata(&self, protocol: &str) -> Bytes {
        let found = self.protocols.iter().find(|p| &*p.name == protocol);
        found.map(|p| p.metadata.clone()).unwrap_or_default()
    }

    /// Whether an expired session is excused: the member waits for us, not we for it.
    pub(super) fn has_satisfied_heartbeat(&self) -> bool {
        !self.is_new && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }
}
