//! The files of the store that are not policies, as JSON. A field that is not known is refused: it
//! was misspelt, or a newer program wrote it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Of the whole store; a newer one is refused.
pub(crate) const VERSION: u32 = 1;

/// `store.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreRecord {
    /// 1.
    pub version: u32,
    /// `aws`.
    pub partition: String,
    /// Twelve digits: the account of every user and role.
    pub account_id: String,
    /// Of the cluster.
    pub region: String,
    /// Of the cluster, as ARNs of its resources name it.
    pub cluster_name: String,
    /// The cluster's UUID with a dash and a number, as MSK makes them.
    pub cluster_uuid: String,
    /// Account of the cluster, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_account_id: Option<String>,
    /// `aws:ResourceTag/…` of the cluster.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cluster_tags: BTreeMap<String, String>,
}

/// `users/NAME.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRecord {
    /// `AIDA…`: a new user of the same name has another one.
    pub user_id: String,
    /// RFC 3339.
    pub created: String,
    /// Names of managed policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<String>,
    /// Name of the managed policy that bounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// `aws:PrincipalTag/…`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// `roles/NAME.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRecord {
    /// `AROA…`.
    pub role_id: String,
    /// RFC 3339.
    pub created: String,
    /// Names of managed policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<String>,
    /// Name of the managed policy that bounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// `aws:PrincipalTag/…` of its sessions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Longest session, in seconds.
    pub max_session_duration: u32,
}

/// `sessions/KEYID.json`: no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRecord {
    /// Whose permissions it has.
    pub of: SessionOf,
    /// Milliseconds since the epoch.
    pub issued_at_ms: i64,
    /// Milliseconds since the epoch.
    pub expires_at_ms: i64,
    /// A policy that limits it, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Managed policies that limit it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// `aws:SourceIdentity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// `aws:PrincipalTag/…`, before those of the role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What a session is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SessionOf {
    /// A role that somebody assumed.
    Role {
        /// Its name.
        name: String,
        /// Its id: a new role of the same name is not meant.
        id: String,
        /// What the session is called.
        session_name: String,
    },
    /// A user, as `GetSessionToken` gives it.
    User {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
    },
}

/// `access-keys/KEYID.json`: a key of a user, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKeyRecord {
    /// Whose it is.
    pub user: String,
    /// RFC 3339.
    pub created: String,
    /// Whether it works.
    pub status: KeyStatus,
}

/// `keys/KEYID.json`: what only logins need of the key of a user or a session.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretRecord {
    pub(crate) secret_access_key: Zeroizing<String>,
    /// Hex, of the session token; only sessions have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session_token_sha256: Option<String>,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It does not until it is made active again.
    Inactive,
}

impl SecretRecord {
    /// Reads a key's file. What is wrong with it is told by its place alone: the text holds a secret.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("line {line}, column {column}: this is no secret of an access key")
        })
    }
}

impl std::fmt::Debug for SecretRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretRecord")
    }
}
