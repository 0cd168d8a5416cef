//! Access keys of users.

use super::Store;
use super::identities::{random_failed, time_text};
use crate::error::{Kind, StoreError};
use crate::layout::Folder;
use crate::name::Name;
use crate::random;
use crate::records::{AccessKeyRecord, KeyStatus, SecretRecord};
use service::Secret;
use zeroize::Zeroizing;

/// Most keys of one user, so that one can be replaced by another; AWS's limit.
const KEYS_MAX: usize = 2;

/// A key that was just made: the only time that its secret is shown.
#[derive(Clone, Debug)]
pub struct NewAccessKey {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Signs.
    pub secret_access_key: Secret<Zeroizing<String>>,
    /// RFC 3339.
    pub created: String,
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKeyMetadata {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Whether it works.
    pub status: KeyStatus,
    /// RFC 3339.
    pub created: String,
}

impl Store {
    /// Makes a key.
    ///
    /// # Errors
    /// There is no such user, it has two keys, or a file cannot be written.
    pub fn create_access_key(&self, user: &Name, now_ms: i64) -> Result<NewAccessKey, StoreError> {
        let _locked = self.lock()?;
        self.user(user)?;
        if self.keys_of(user)?.len() >= KEYS_MAX {
            return Err(StoreError::Limit(format!(
                "user {user} has {KEYS_MAX} access keys already; delete one first \
                 (delete-access-key)"
            )));
        }
        let id = random::access_key_id("AKIA").map_err(random_failed)?;
        let record = AccessKeyRecord {
            user: user.to_string(),
            created: time_text(now_ms),
            status: KeyStatus::Active,
        };
        let secret = SecretRecord {
            secret_access_key: random::secret_access_key().map_err(random_failed)?,
            session_token_sha256: None,
        };
        let name = Name::parse(Kind::AccessKey, &id)?;
        // A secret without a record opens nothing, so the record comes first and goes first.
        self.write_json(&self.layout.file(Folder::AccessKeys, &name), &record)?;
        self.write_json(&self.layout.file(Folder::Keys, &name), &secret)?;
        Ok(NewAccessKey {
            access_key_id: id,
            secret_access_key: Secret::new(secret.secret_access_key),
            created: record.created,
        })
    }

    /// Makes a key if the user has none.
    ///
    /// # Errors
    /// Those of [`Store::create_access_key`].
    pub fn ensure_access_key(
        &self,
        user: &Name,
        now_ms: i64,
    ) -> Result<Option<NewAccessKey>, StoreError> {
        if self.keys_of(user)?.is_empty() {
            self.create_access_key(user, now_ms).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The keys of a user.
    ///
    /// # Errors
    /// There is no such user, or a file cannot be read.
    pub fn access_keys(&self, user: &Name) -> Result<Vec<AccessKeyMetadata>, StoreError> {
        self.user(user)?;
        self.keys_of(user)
    }

    /// Makes a key work or not.
    ///
    /// # Errors
    /// The user has no such key.
    pub fn set_access_key_status(
        &self,
        user: &Name,
        id: &Name,
        status: KeyStatus,
    ) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        let mut record = self.key_of(user, id)?;
        record.status = status;
        self.write_json(&self.layout.file(Folder::AccessKeys, id), &record)
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// The user has no such key.
    pub fn delete_access_key(&self, user: &Name, id: &Name) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        self.key_of(user, id)?;
        self.remove(&self.layout.file(Folder::AccessKeys, id))?;
        self.remove(&self.layout.file(Folder::Keys, id))
    }

    pub(super) fn keys_of(&self, user: &Name) -> Result<Vec<AccessKeyMetadata>, StoreError> {
        let mut keys = Vec::new();
        for id in self.names(Folder::AccessKeys)? {
            let id = Name::parse(Kind::AccessKey, &id)?;
            let record: AccessKeyRecord =
                self.read_json(Folder::AccessKeys, Kind::AccessKey, &id)?;
            if record.user == user.as_str() {
                keys.push(AccessKeyMetadata {
                    access_key_id: id.to_string(),
                    status: record.status,
                    created: record.created,
                });
            }
        }
        Ok(keys)
    }

    fn key_of(&self, user: &Name, id: &Name) -> Result<AccessKeyRecord, StoreError> {
        let record: AccessKeyRecord = self.read_json(Folder::AccessKeys, Kind::AccessKey, id)?;
        if record.user == user.as_str() {
            return Ok(record);
        }
        Err(StoreError::NoSuch {
            kind: Kind::AccessKey,
            name: id.to_string(),
        })
    }
}
