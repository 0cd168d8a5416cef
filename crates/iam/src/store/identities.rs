//! Users and roles.

use super::{Store, io_error};
use crate::error::{Kind, StoreError};
use crate::layout::Folder;
use crate::name::Name;
use crate::random;
use crate::records::{RoleRecord, UserRecord};
use authz::iam::{Policy, PolicyKind};
use std::collections::BTreeMap;

/// How long a session of a role may last where nothing is said; AWS's default.
const SESSION_SECONDS_DEFAULT: u32 = 3600;
/// Longest that a role's sessions may last; AWS's limit.
pub(crate) const SESSION_SECONDS_MAX: u32 = 43_200;
/// Most tags of one thing; AWS's limit.
const TAGS_MAX: usize = 50;
const TAG_NAME_MAX: usize = 128;
const TAG_VALUE_MAX: usize = 256;

/// What policies hang on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A user.
    User(Name),
    /// A role.
    Role(Name),
}

impl Holder {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::User(_) => Kind::User,
            Self::Role(_) => Kind::Role,
        }
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        match self {
            Self::User(name) | Self::Role(name) => name,
        }
    }

    /// Where its inline policies are.
    pub(super) fn inline_folder(&self) -> Folder {
        match self {
            Self::User(_) => Folder::UserPolicies,
            Self::Role(_) => Folder::RolePolicies,
        }
    }
}

impl Store {
    /// Makes a user.
    ///
    /// # Errors
    /// The name is taken, the boundary is no policy, or a file cannot be written.
    pub fn create_user(
        &self,
        name: &Name,
        boundary: Option<&Name>,
        tags: BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<UserRecord, StoreError> {
        check_tags(&tags)?;
        let _locked = self.lock()?;
        self.check_is_free(Folder::Users, Kind::User, name)?;
        if let Some(policy) = boundary {
            self.check_policy_exists(policy)?;
        }
        let record = UserRecord {
            user_id: random::unique_id("AIDA").map_err(random_failed)?,
            created: time_text(now_ms),
            attached_policies: Vec::new(),
            permissions_boundary: boundary.map(Name::to_string),
            tags,
        };
        self.write_json(&self.layout.file(Folder::Users, name), &record)?;
        Ok(record)
    }

    /// The user of this name.
    ///
    /// # Errors
    /// There is none, or its file cannot be read.
    pub fn user(&self, name: &Name) -> Result<UserRecord, StoreError> {
        self.read_json(Folder::Users, Kind::User, name)
    }

    /// Every user, by name.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn users(&self) -> Result<Vec<(Name, UserRecord)>, StoreError> {
        self.all(Folder::Users, Kind::User)
    }

    /// Deletes a user that has no keys and no policies, as IAM wants it.
    ///
    /// # Errors
    /// There is none, something still hangs on it, or a file cannot be written.
    pub fn delete_user(&self, name: &Name) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        let record = self.user(name)?;
        let keys = self.keys_of(name)?;
        let holder = Holder::User(name.clone());
        let because = if let Some(key) = keys.first() {
            Some(format!("delete its access key {} first", key.access_key_id))
        } else {
            self.what_hangs_on(&holder, &record.attached_policies)?
        };
        in_use(Kind::User, name, because)?;
        self.remove(&self.layout.file(Folder::Users, name))
    }

    /// Makes a role; without a trust policy the account's users may assume it whom their own
    /// policies let.
    ///
    /// # Errors
    /// The name is taken, the trust policy or the duration is not taken, the boundary is no policy,
    /// or a file cannot be written.
    pub fn create_role(
        &self,
        name: &Name,
        trust: Option<&str>,
        max_session_duration: Option<u32>,
        boundary: Option<&Name>,
        tags: BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<RoleRecord, StoreError> {
        check_tags(&tags)?;
        let seconds = max_session_duration.unwrap_or(SESSION_SECONDS_DEFAULT);
        if !(1..=SESSION_SECONDS_MAX).contains(&seconds) {
            return Err(StoreError::Limit(format!(
                "a session lasts 1 to {SESSION_SECONDS_MAX} seconds, not {seconds}"
            )));
        }
        let _locked = self.lock()?;
        self.check_is_free(Folder::Roles, Kind::Role, name)?;
        if let Some(policy) = boundary {
            self.check_policy_exists(policy)?;
        }
        let path = self.layout.file(Folder::TrustPolicies, name);
        match trust {
            Some(text) => {
                Policy::parse(PolicyKind::Trust, name.as_str(), text)
                    .map_err(StoreError::Policy)?;
                self.write(&path, text.as_bytes())?;
            }
            // Of a role that was deleted halfway.
            None => self.remove(&path)?,
        }
        let record = RoleRecord {
            role_id: random::unique_id("AROA").map_err(random_failed)?,
            created: time_text(now_ms),
            attached_policies: Vec::new(),
            permissions_boundary: boundary.map(Name::to_string),
            tags,
            max_session_duration: seconds,
        };
        self.write_json(&self.layout.file(Folder::Roles, name), &record)?;
        Ok(record)
    }

    /// The role of this name.
    ///
    /// # Errors
    /// There is none, or its file cannot be read.
    pub fn role(&self, name: &Name) -> Result<RoleRecord, StoreError> {
        self.read_json(Folder::Roles, Kind::Role, name)
    }

    /// Every role, by name.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn roles(&self) -> Result<Vec<(Name, RoleRecord)>, StoreError> {
        self.all(Folder::Roles, Kind::Role)
    }

    /// Deletes a role that has no policies; its sessions end with it.
    ///
    /// # Errors
    /// There is none, something still hangs on it, or a file cannot be written.
    pub fn delete_role(&self, name: &Name) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        let record = self.role(name)?;
        let holder = Holder::Role(name.clone());
        let because = self.what_hangs_on(&holder, &record.attached_policies)?;
        in_use(Kind::Role, name, because)?;
        self.remove(&self.layout.file(Folder::Roles, name))?;
        self.remove(&self.layout.file(Folder::TrustPolicies, name))
    }

    /// Adds tags, or gives those that it has another value.
    ///
    /// # Errors
    /// There is no such user or role, or there are too many tags.
    pub fn tag(&self, holder: &Holder, tags: BTreeMap<String, String>) -> Result<(), StoreError> {
        self.change(holder, |change| {
            change.tags.extend(tags);
            check_tags(change.tags)
        })
    }

    /// Removes tags.
    ///
    /// # Errors
    /// There is no such user or role.
    pub fn untag(&self, holder: &Holder, names: &[String]) -> Result<(), StoreError> {
        self.change(holder, |change| {
            change.tags.retain(|name, _| !names.contains(name));
            Ok(())
        })
    }

    /// The user's record if there is one, else a new user's.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn ensure_user(&self, name: &Name, now_ms: i64) -> Result<UserRecord, StoreError> {
        match self.user(name) {
            Err(StoreError::NoSuch { .. }) => self.create_user(name, None, BTreeMap::new(), now_ms),
            found => found,
        }
    }

    /// Changes what users and roles have in common.
    pub(super) fn change(
        &self,
        holder: &Holder,
        change: impl FnOnce(Changed<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        match holder {
            Holder::User(name) => {
                let mut user = self.user(name)?;
                change(Changed {
                    attached: &mut user.attached_policies,
                    boundary: &mut user.permissions_boundary,
                    tags: &mut user.tags,
                })?;
                self.write_json(&self.layout.file(Folder::Users, name), &user)
            }
            Holder::Role(name) => {
                let mut role = self.role(name)?;
                change(Changed {
                    attached: &mut role.attached_policies,
                    boundary: &mut role.permissions_boundary,
                    tags: &mut role.tags,
                })?;
                self.write_json(&self.layout.file(Folder::Roles, name), &role)
            }
        }
    }

    fn all<T: serde::de::DeserializeOwned>(
        &self,
        folder: Folder,
        kind: Kind,
    ) -> Result<Vec<(Name, T)>, StoreError> {
        let mut found = Vec::new();
        for name in self.names(folder)? {
            let name = Name::parse(kind, &name)?;
            match self.read_json(folder, kind, &name) {
                Ok(record) => found.push((name, record)),
                // Deleted while we looked.
                Err(StoreError::NoSuch { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    fn what_hangs_on(
        &self,
        holder: &Holder,
        attached: &[String],
    ) -> Result<Option<String>, StoreError> {
        let kind = holder.kind();
        if let Some(policy) = attached.first() {
            return Ok(Some(format!(
                "detach its policy {policy} first (detach-{kind}-policy)"
            )));
        }
        let inline = self.inline_policies(holder)?;
        Ok(inline
            .first()
            .map(|policy| format!("delete its policy {policy} first (delete-{kind}-policy)")))
    }
}

/// What users and roles have in common.
pub(super) struct Changed<'a> {
    pub(super) attached: &'a mut Vec<String>,
    pub(super) boundary: &'a mut Option<String>,
    pub(super) tags: &'a mut BTreeMap<String, String>,
}

fn in_use(kind: Kind, name: &Name, because: Option<String>) -> Result<(), StoreError> {
    match because {
        Some(because) => Err(StoreError::InUse {
            kind,
            name: name.to_string(),
            because,
        }),
        None => Ok(()),
    }
}

pub(super) fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), StoreError> {
    if tags.len() > TAGS_MAX {
        return Err(StoreError::Limit(format!(
            "there are at most {TAGS_MAX} tags"
        )));
    }
    let names: Vec<String> = tags.keys().map(|name| name.to_ascii_lowercase()).collect();
    for (at, (name, value)) in tags.iter().enumerate() {
        let names_before = names.get(..at).unwrap_or_default();
        if name.is_empty() || name.len() > TAG_NAME_MAX || value.len() > TAG_VALUE_MAX {
            return Err(StoreError::Limit(format!(
                "the name of a tag has 1 to {TAG_NAME_MAX} bytes and its value at most \
                 {TAG_VALUE_MAX}; '{name}' does not fit"
            )));
        }
        if names_before.contains(&name.to_ascii_lowercase()) {
            return Err(StoreError::Limit(format!(
                "the tag '{name}' is there twice; the case of a tag's name does not matter"
            )));
        }
    }
    Ok(())
}

pub(super) fn random_failed(error: std::io::Error) -> StoreError {
    io_error("read", "/dev/urandom", error)
}

/// RFC 3339, in seconds.
pub(super) fn time_text(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1000))
        .map_or_else(|_| String::new(), |time| time.to_string())
}
