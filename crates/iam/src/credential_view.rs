//! What logins need of the store: keys, and whom they belong to.
//!
//! It holds the only secrets in memory that the store has; whoever verifies a signature asks for
//! one key at a time.

use crate::changes::Reloaded;
use crate::error::{Problem, StoreError};
use crate::folder::{self, Cached};
use crate::layout::{Folder, Layout};
use crate::owner::{self, Known, Owner};
use crate::records::{
    AccessKeyRecord, KeyStatus, RoleRecord, SecretRecord, SessionOf, SessionRecord, StoreRecord,
    UserRecord,
};
use crate::store;
use aws_lc_rs::{constant_time, digest};
use identity::IamContext;
use service::Secret;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Keys, sessions, users and roles of a store.
#[derive(Debug)]
pub struct CredentialView {
    layout: Layout,
    record: StoreRecord,
    users: Cached<UserRecord>,
    roles: Cached<RoleRecord>,
    sessions: Cached<SessionRecord>,
    access_keys: Cached<AccessKeyRecord>,
    secrets: Cached<SecretRecord>,
}

/// All keys at one moment, for any number of readers.
#[derive(Debug)]
pub struct Credentials {
    keys: HashMap<String, Key>,
    record: StoreRecord,
}

#[derive(Debug)]
struct Key {
    secret: Secret<Zeroizing<String>>,
    token_sha256: Option<Vec<u8>>,
    owner: Result<Owner, LookupError>,
}

/// Whom an access key belongs to, and the secret that its signatures are made with.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Of the user, or of the session of a role: the name of the principal.
    pub arn: String,
    /// What policies ask about.
    pub context: IamContext,
    /// Signing keys are derived from it.
    pub secret: Secret<Zeroizing<String>>,
}

/// Why a key opens nothing. For the audit alone: a client is told the same of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// There is no such key.
    #[error("there is no such access key")]
    UnknownKey,
    /// The key was made inactive.
    #[error("the access key is inactive")]
    Inactive,
    /// A session's key came without its token.
    #[error("the session token is missing")]
    TokenMissing,
    /// The token is of another session.
    #[error("the session token is not that of the access key")]
    TokenWrong,
    /// A token came with a key that has none.
    #[error("the access key has no session token")]
    TokenUnexpected,
    /// The session is over.
    #[error("the session has expired")]
    Expired,
    /// The session was revoked, or only the secret is left of the key.
    #[error("the session or access key was revoked")]
    Revoked,
    /// The user or role does not exist any more.
    #[error("the user or role of the access key does not exist any more")]
    OwnerGone,
}

impl CredentialView {
    /// What to watch: give it to `service::Watch` before the view is loaded.
    pub fn watched(dir: &Path) -> Vec<PathBuf> {
        let layout = Layout::new(dir);
        let folders = [
            Folder::Keys,
            Folder::AccessKeys,
            Folder::Sessions,
            Folder::Users,
            Folder::Roles,
        ];
        let mut paths = vec![layout.store()];
        paths.extend(folders.map(|folder| layout.folder(folder)));
        paths
    }

    /// Reads everything. The problems are those of single files.
    ///
    /// # Errors
    /// There is no store in the directory, a newer one, one that cannot be read, or one whose keys
    /// others can read.
    pub fn load(dir: &Path) -> Result<(Self, Vec<Problem>), StoreError> {
        let layout = Layout::new(dir);
        let record = store::read_record(&layout)?;
        store::check_keys_are_private(&layout)?;
        let mut view = Self {
            layout,
            record,
            users: Cached::default(),
            roles: Cached::default(),
            sessions: Cached::default(),
            access_keys: Cached::default(),
            secrets: Cached::default(),
        };
        let problems = view.read().problems;
        Ok((view, problems))
    }

    /// Reads what changed; what cannot be read stays as it was.
    pub fn reload(&mut self) -> Reloaded {
        let mut found = self.read();
        found.changes.attribute(&self.layout);
        found
    }

    fn read(&mut self) -> Reloaded {
        let mut found = Reloaded::default();
        match store::read_record(&self.layout) {
            Ok(record) => self.record = record,
            Err(error) => found
                .problems
                .push(store::problem(self.layout.store(), &error)),
        }
        // A secret is written after what it belongs to, and so read before.
        let layout = &self.layout;
        self.secrets
            .refresh(layout, Folder::Keys, &mut found, |_, text| {
                SecretRecord::parse(text)
            });
        self.access_keys
            .refresh(layout, Folder::AccessKeys, &mut found, |_, text| {
                folder::parse_json(text)
            });
        self.sessions
            .refresh(layout, Folder::Sessions, &mut found, |_, text| {
                folder::parse_json(text)
            });
        self.users
            .refresh(layout, Folder::Users, &mut found, |_, text| {
                folder::parse_json(text)
            });
        self.roles
            .refresh(layout, Folder::Roles, &mut found, |_, text| {
                folder::parse_json(text)
            });
        found
    }

    /// All keys as they are now.
    pub fn credentials(&self) -> Credentials {
        let keys = self.secrets.iter().map(|(id, record)| {
            let key = Key {
                secret: Secret::new(record.secret_access_key.clone()),
                token_sha256: record.session_token_sha256.as_deref().map(bytes_of_hex),
                owner: self.owner(id),
            };
            (id.to_owned(), key)
        });
        Credentials {
            keys: keys.collect(),
            record: self.record.clone(),
        }
    }

    fn owner(&self, key_id: &str) -> Result<Owner, LookupError> {
        if let Some(AccessKeyRecord { user, status, .. }) = self.access_keys.of(key_id) {
            if *status == KeyStatus::Inactive {
                return Err(LookupError::Inactive);
            }
            let record = self.users.of(user).ok_or(LookupError::OwnerGone)?;
            let known = Known {
                name: user,
                id: &record.user_id,
            };
            return Ok(owner::user(&self.record, known, key_id, None));
        }
        let session = self.sessions.of(key_id).ok_or(LookupError::Revoked)?;
        match &session.of {
            SessionOf::User { name, id } => {
                let user = self.users.of(name).filter(|user| user.user_id == *id);
                user.ok_or(LookupError::OwnerGone)?;
                let known = Known { name, id };
                Ok(owner::user(&self.record, known, key_id, Some(session)))
            }
            SessionOf::Role {
                name,
                id,
                session_name,
            } => {
                let role = self.roles.of(name).filter(|role| role.role_id == *id);
                role.ok_or(LookupError::OwnerGone)?;
                let known = Known { name, id };
                let record = &self.record;
                Ok(owner::session_of_role(
                    record,
                    known,
                    session_name,
                    key_id,
                    session,
                ))
            }
        }
    }
}

impl Credentials {
    /// The owner of a key that may be used now, with this token or without one.
    ///
    /// # Errors
    /// [`LookupError`], for the audit. Whoever verifies goes on with a key of no use, so that it
    /// takes as long.
    pub fn lookup(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now_ms: i64,
    ) -> Result<Caller, LookupError> {
        let key = self
            .keys
            .get(access_key_id)
            .ok_or(LookupError::UnknownKey)?;
        match (&key.token_sha256, session_token) {
            (None, None) => {}
            (None, Some(_)) => return Err(LookupError::TokenUnexpected),
            (Some(_), None) => return Err(LookupError::TokenMissing),
            (Some(expected), Some(token)) => {
                let found = digest::digest(&digest::SHA256, token.as_bytes());
                constant_time::verify_slices_are_equal(expected, found.as_ref())
                    .map_err(|_| LookupError::TokenWrong)?;
            }
        }
        let owner = key.owner.clone()?;
        if owner.context.expires_at_ms.is_some_and(|end| end <= now_ms) {
            return Err(LookupError::Expired);
        }
        Ok(Caller {
            arn: owner.arn,
            context: owner.context,
            secret: key.secret.clone(),
        })
    }

    /// Account, region and cluster.
    pub fn record(&self) -> &StoreRecord {
        &self.record
    }
}

/// Something that no hash is, where it is no hex.
fn bytes_of_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    bytes.collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests;
