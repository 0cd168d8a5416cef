//! The private conversation of authn and our broker on the control socket: authn says which
//! listeners it opened, the broker says what no Kafka API tells, and says it again when it changes.
//!
//! Each message is a 4-byte big-endian length and one JSON object of that many bytes:
//!
//! ```text
//! authn  -> broker   Hello      once, first
//! broker -> authn    Snapshot   at once, and whole again after each change
//! ```
//!
//! The socket stands in a directory that only the two users enter, and both ends check who the
//! other is. A version that is not known ends the conversation with a sentence in the log.

use serde::{Deserialize, Serialize};

use crate::{ScramCredential, ScramMechanism};

/// Of this conversation.
pub const VERSION: u32 = 1;
/// Longest message: 100,000 users fit.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// Longest `Hello`.
pub const HELLO_BYTES_MAX: usize = 64 << 10;

/// File name of the control socket in the hand-off directory.
pub const CONTROL_SOCKET: &str = "control.sock";
/// File name of the socket that connections are relayed to.
pub const RELAY_SOCKET: &str = "relay.sock";

/// What authn says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`].
    pub version: u32,
    /// Every listener that clients come in by; the broker answers Metadata with their addresses.
    pub listeners: Vec<ListenerAddress>,
}

/// One listener of authn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerAddress {
    /// As a preface names it, such as `CLIENT_IAM`.
    pub name: String,
    /// `SSL` or `SASL_SSL`.
    pub security_protocol: String,
    /// What clients are told.
    pub host: String,
    /// What clients are told.
    pub port: u16,
}

/// What the broker says, whole each time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`VERSION`].
    pub version: u32,
    /// Of the cluster.
    pub cluster_id: String,
    /// Key of prefaces and context updates in this life of the broker.
    #[serde(with = "crate::base64_bytes")]
    pub handoff_key: Vec<u8>,
    /// Every SCRAM credential in the metadata.
    pub scram: Vec<ScramUser>,
}

/// Shows neither the key nor anybody's credential.
impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("version", &self.version)
            .field("cluster_id", &self.cluster_id)
            .field("users", &self.scram.len())
            .finish_non_exhaustive()
    }
}

/// One credential of one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramUser {
    /// Of the user.
    pub name: String,
    /// For which mechanism.
    pub mechanism: ScramMechanism,
    /// What a server keeps.
    pub credential: ScramCredential,
}

#[cfg(test)]
mod tests {
    use super::{ScramUser, Snapshot, VERSION};
    use crate::{ScramCredential, ScramMechanism};

    #[test]
    fn nothing_secret_is_shown() {
        let credential = ScramCredential {
            salt: vec![7; 16],
            stored_key: vec![119; 64],
            server_key: vec![119; 64],
            iterations: 4096,
        };
        let snapshot = Snapshot {
            version: VERSION,
            cluster_id: "c".to_owned(),
            handoff_key: vec![119; 32],
            scram: vec![ScramUser {
                name: "alice".to_owned(),
                mechanism: ScramMechanism::Sha512,
                credential,
            }],
        };
        let shown = format!("{snapshot:?} {:?}", snapshot.scram);
        assert!(!shown.contains("119"), "{shown}");
    }
}
