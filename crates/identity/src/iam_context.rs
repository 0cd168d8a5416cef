//! What IAM knows about a caller beyond its principal: what policies of the identity store hang on,
//! and what their conditions may ask.
//!
//! Policies are named by reference, never carried.

use serde::{Deserialize, Serialize};

/// The IAM context of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamContext {
    /// Twelve digits.
    pub account_id: String,
    /// Who calls.
    pub caller: IamCaller,
    /// ARN of the user, or of the role and not of its session: `aws:PrincipalArn`.
    pub identity_arn: String,
    /// `aws:userid`: the user's id, or `ROLEID:session-name`.
    pub user_id: String,
    /// The access key that signed.
    pub access_key_id: String,
    /// `aws:SourceIdentity`, set when a session was made.
    pub source_identity: Option<String>,
    /// `aws:TokenIssueTime`, seconds since the epoch; only sessions have it.
    pub token_issued_at: Option<i64>,
    /// When the credentials end, milliseconds since the epoch; only sessions have it.
    pub expires_at_ms: Option<i64>,
}

/// A user with long-lived keys, or a session of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum IamCaller {
    /// An IAM user.
    User {
        /// `aws:username`.
        name: String,
    },
    /// A session of a role.
    AssumedRole {
        /// The role's name.
        role: String,
        /// What the session was called.
        session_name: String,
        /// The session's record in the identity store, which holds its policies and tags.
        session_id: String,
    },
}
