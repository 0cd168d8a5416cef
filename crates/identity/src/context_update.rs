//! A changed IAM context of a connection that goes on: a frame that authn puts between two of the
//! client's requests after a re-authentication (KIP-368), legal only on the relay socket.
//!
//! ```text
//! length:i32    of what follows, as of every Kafka frame
//! key:i16       -2, which no Kafka API has
//! version:i16   1
//! sequence:u64  1 for the first update of the connection, then one more each time
//! context       JSON: the principal's name, which may be another session's, and the IAM context
//! code          32 bytes, HMAC-SHA-256 of a label, the connection id and all between length and code
//! ```

use serde::{Deserialize, Serialize};

use crate::handoff_key::MAC_BYTES;
use crate::{HandoffKey, IamContext};

/// The API key of the frame.
pub const CONTEXT_UPDATE_KEY: i16 = -2;
const VERSION: i16 = 1;
/// So that no preface's code is ever one of these.
const LABEL: &[u8] = b"outrigger context update 1";
const HEAD_BYTES: usize = 12;

/// What the context of a connection becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextUpdate {
    /// Name of the principal: the ARN of the caller, whose session may have another name now.
    pub caller_arn: String,
    /// The new context.
    pub iam: IamContext,
}

/// Why a frame is no context update. Each of them ends the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContextUpdateError {
    /// Too short, or of another version.
    #[error("the context update cannot be read")]
    Malformed,
    /// Made by somebody without the key, or for another connection, or replayed.
    #[error("the context update's code is not that of this connection")]
    Forged,
}

impl ContextUpdate {
    /// The whole frame, length first.
    pub fn encode(
        &self,
        key: &HandoffKey,
        connection_id: &[u8; 16],
        sequence: u64,
    ) -> serde_json::Result<Vec<u8>> {
        let mut body = Vec::with_capacity(512);
        body.extend(CONTEXT_UPDATE_KEY.to_be_bytes());
        body.extend(VERSION.to_be_bytes());
        body.extend(sequence.to_be_bytes());
        serde_json::to_writer(&mut body, self)?;
        let code = key.sign(&[LABEL, connection_id, &body]);
        body.extend(code);
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let mut frame = length.to_be_bytes().to_vec();
        frame.append(&mut body);
        Ok(frame)
    }

    /// Whether a frame, without its length, has the key of a context update.
    pub fn is(frame: &[u8]) -> bool {
        frame.starts_with(&CONTEXT_UPDATE_KEY.to_be_bytes())
    }

    /// Reads a frame, without its length, that must be update number `sequence` of the connection.
    pub fn decode(
        frame: &[u8],
        key: &HandoffKey,
        connection_id: &[u8; 16],
        sequence: u64,
    ) -> Result<Self, ContextUpdateError> {
        let malformed = ContextUpdateError::Malformed;
        let (body, code) = frame
            .len()
            .checked_sub(MAC_BYTES)
            .and_then(|at| frame.split_at_checked(at))
            .ok_or(malformed.clone())?;
        if !key.verifies(&[LABEL, connection_id, body], code) {
            return Err(ContextUpdateError::Forged);
        }
        let (head, json) = body.split_at_checked(HEAD_BYTES).ok_or(malformed.clone())?;
        let mut expected = CONTEXT_UPDATE_KEY.to_be_bytes().to_vec();
        expected.extend(VERSION.to_be_bytes());
        if !head.starts_with(&expected) {
            return Err(malformed);
        }
        if !head.ends_with(&sequence.to_be_bytes()) {
            return Err(ContextUpdateError::Forged);
        }
        serde_json::from_slice(json).map_err(|_| malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::{ContextUpdate, ContextUpdateError};
    use crate::{HandoffKey, IamCaller, IamContext};

    fn update() -> ContextUpdate {
        ContextUpdate {
            caller_arn: "arn:aws:sts::000000000000:assumed-role/r/s2".to_owned(),
            iam: IamContext {
                account_id: "000000000000".to_owned(),
                caller: IamCaller::AssumedRole {
                    role: "r".to_owned(),
                    session_name: "s2".to_owned(),
                    session_id: "1".to_owned(),
                },
                identity_arn: "arn:aws:iam::000000000000:role/r".to_owned(),
                user_id: "AROA1:s2".to_owned(),
                access_key_id: "ASIA1".to_owned(),
                source_identity: None,
                token_issued_at: Some(1),
                expires_at_ms: Some(2),
            },
        }
    }

    #[test]
    fn only_the_next_update_of_this_connection_is_taken() {
        let key = HandoffKey::new([7; 32]);
        let frame = update().encode(&key, &[1; 16], 1).unwrap();
        let (length, body) = frame.split_at(4);
        assert_eq!(length, u32::try_from(body.len()).unwrap().to_be_bytes());
        assert!(ContextUpdate::is(body));
        let read = |body: &[u8], key: u8, id: u8, sequence| {
            ContextUpdate::decode(body, &HandoffKey::new([key; 32]), &[id; 16], sequence)
        };
        assert_eq!(read(body, 7, 1, 1), Ok(update()));
        let forged = Err(ContextUpdateError::Forged);
        assert_eq!(read(body, 8, 1, 1), forged);
        assert_eq!(read(body, 7, 2, 1), forged);
        assert_eq!(read(body, 7, 1, 2), forged);
        for at in 0..body.len() {
            let mut changed = body.to_vec();
            changed[at] ^= 1;
            assert_eq!(read(&changed, 7, 1, 1), forged, "byte {at}");
        }
        for length in 0..body.len() {
            assert!(read(&body[..length], 7, 1, 1).is_err(), "{length} bytes");
        }
    }
}
