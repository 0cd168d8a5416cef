//! What a login asks of the identity store.
//!
//! A trait, so that the checks are tested without files. It is asked on the connection's own
//! task and must not block.

use std::net::IpAddr;

use identity::{IamContext, Principal};

use crate::mechanism::Reason;
use crate::sigv4::SecretAccessKey;

/// Keys, callers and the one policy decision of a login.
pub trait IdentityStore: std::fmt::Debug + Send + Sync {
    /// Another number after each change of keys.
    fn generation(&self) -> u64;

    /// Who calls with an access key, and what must have signed. `session_token` is what the
    /// client sent: a key of a session needs the session's own, a key of a user none.
    fn caller(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now_ms: i64,
    ) -> Result<Caller, Reason>;

    /// Whether its policies allow `kafka-cluster:Connect`.
    fn may_connect(
        &self,
        principal: &Principal,
        context: &IamContext,
        client: IpAddr,
        now_ms: i64,
    ) -> bool;
}

/// Who calls, if the signature is right.
#[derive(Clone, Debug)]
pub struct Caller {
    /// ARN of the user, or of the role's session: the principal's name.
    pub arn: String,
    /// What policies ask for.
    pub context: IamContext,
    /// What signing keys are derived from.
    pub secret: SecretAccessKey,
}
