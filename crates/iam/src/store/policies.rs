//! Managed policies, what they are attached to, and policies of one user, role or cluster alone.

use super::{Holder, Store};
use crate::error::{Kind, StoreError};
use crate::folder;
use crate::layout::{Folder, SEPARATOR};
use crate::name::Name;
use authz::iam::{Policy, PolicyKind};
use std::path::Path;

/// Most managed policies of one user or role; AWS's largest limit.
const ATTACHED_MAX: usize = 20;

impl Store {
    /// Makes a managed policy.
    ///
    /// # Errors
    /// The name is taken, or the text is no policy.
    pub fn create_policy(&self, name: &Name, text: &str) -> Result<(), StoreError> {
        check(PolicyKind::Identity, text)?;
        let _locked = self.lock()?;
        self.check_is_free(Folder::Policies, Kind::Policy, name)?;
        self.write(&self.layout.file(Folder::Policies, name), text.as_bytes())
    }

    /// Gives a managed policy another text.
    ///
    /// # Errors
    /// There is none of this name, or the text is no policy.
    pub fn replace_policy(&self, name: &Name, text: &str) -> Result<(), StoreError> {
        check(PolicyKind::Identity, text)?;
        let _locked = self.lock()?;
        self.check_policy_exists(name)?;
        self.write(&self.layout.file(Folder::Policies, name), text.as_bytes())
    }

    /// The text of a managed policy.
    ///
    /// # Errors
    /// There is none of this name, or it cannot be read.
    pub fn policy(&self, name: &Name) -> Result<String, StoreError> {
        self.text(&self.layout.file(Folder::Policies, name), name)
    }

    /// Names of all managed policies.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn policies(&self) -> Result<Vec<String>, StoreError> {
        self.names(Folder::Policies)
    }

    /// Deletes a managed policy that nobody has.
    ///
    /// # Errors
    /// There is none of this name, or somebody has it.
    pub fn delete_policy(&self, name: &Name) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        self.check_policy_exists(name)?;
        if let Some(because) = self.who_has(name.as_str())? {
            return Err(StoreError::InUse {
                kind: Kind::Policy,
                name: name.to_string(),
                because,
            });
        }
        self.remove(&self.layout.file(Folder::Policies, name))
    }

    /// Attaches a managed policy; that it is attached already is no error.
    ///
    /// # Errors
    /// There is no such user, role or policy, or it has too many.
    pub fn attach_policy(&self, holder: &Holder, policy: &Name) -> Result<(), StoreError> {
        self.change(holder, |change| {
            self.check_policy_exists(policy)?;
            if change.attached.iter().any(|other| other == policy.as_str()) {
                return Ok(());
            }
            if change.attached.len() >= ATTACHED_MAX {
                return Err(StoreError::Limit(format!(
                    "at most {ATTACHED_MAX} policies are attached to one user or role"
                )));
            }
            change.attached.push(policy.to_string());
            Ok(())
        })
    }

    /// Detaches a managed policy.
    ///
    /// # Errors
    /// There is no such user or role, or it has no such policy.
    pub fn detach_policy(&self, holder: &Holder, policy: &Name) -> Result<(), StoreError> {
        self.change(holder, |change| {
            let before = change.attached.len();
            change.attached.retain(|other| other != policy.as_str());
            if change.attached.len() == before {
                return Err(StoreError::NoSuch {
                    kind: Kind::Policy,
                    name: policy.to_string(),
                });
            }
            Ok(())
        })
    }

    /// Sets or removes what a user or role may have at most.
    ///
    /// # Errors
    /// There is no such user, role or policy.
    pub fn set_boundary(&self, holder: &Holder, policy: Option<&Name>) -> Result<(), StoreError> {
        self.change(holder, |change| {
            if let Some(policy) = policy {
                self.check_policy_exists(policy)?;
            }
            *change.boundary = policy.map(Name::to_string);
            Ok(())
        })
    }

    /// Gives a user or role a policy of its own, in place of one of the same name.
    ///
    /// # Errors
    /// There is no such user or role, or the text is no policy.
    pub fn put_inline_policy(
        &self,
        holder: &Holder,
        policy: &Name,
        text: &str,
    ) -> Result<(), StoreError> {
        check(PolicyKind::Identity, text)?;
        let path = self
            .layout
            .inline_policy(holder.inline_folder(), holder.name(), policy);
        self.change(holder, |_| self.write(&path, text.as_bytes()))
    }

    /// The text of a policy of one user or role.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn inline_policy(&self, holder: &Holder, policy: &Name) -> Result<String, StoreError> {
        let path = self
            .layout
            .inline_policy(holder.inline_folder(), holder.name(), policy);
        self.text(&path, policy)
    }

    /// Names of the policies of one user or role.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn inline_policies(&self, holder: &Holder) -> Result<Vec<String>, StoreError> {
        let prefix = format!("{}{SEPARATOR}", holder.name());
        let names = self.names(holder.inline_folder())?;
        Ok(names
            .iter()
            .filter_map(|name| name.strip_prefix(&prefix).map(str::to_owned))
            .collect())
    }

    /// Deletes a policy of one user or role.
    ///
    /// # Errors
    /// There is none.
    pub fn delete_inline_policy(&self, holder: &Holder, policy: &Name) -> Result<(), StoreError> {
        let path = self
            .layout
            .inline_policy(holder.inline_folder(), holder.name(), policy);
        let _locked = self.lock()?;
        self.text(&path, policy)?;
        self.remove(&path)
    }

    /// Says who may assume a role.
    ///
    /// # Errors
    /// There is no such role, or the text is no trust policy.
    pub fn put_trust_policy(&self, role: &Name, text: &str) -> Result<(), StoreError> {
        check(PolicyKind::Trust, text)?;
        let path = self.layout.file(Folder::TrustPolicies, role);
        self.change(&Holder::Role(role.clone()), |_| {
            self.write(&path, text.as_bytes())
        })
    }

    /// Who may assume a role, if that was said.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn trust_policy(&self, role: &Name) -> Result<Option<String>, StoreError> {
        optional(self.text(&self.layout.file(Folder::TrustPolicies, role), role))
    }

    /// Puts a policy on the cluster, in place of the one that is there.
    ///
    /// # Errors
    /// The text is no resource policy.
    pub fn put_cluster_policy(&self, text: &str) -> Result<(), StoreError> {
        check(PolicyKind::Resource, text)?;
        let _locked = self.lock()?;
        self.write(&self.layout.cluster_policy(), text.as_bytes())
    }

    /// The policy on the cluster, if there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn cluster_policy(&self) -> Result<Option<String>, StoreError> {
        let path = self.layout.cluster_policy();
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(folder::read(&path, |text| Ok(text.to_owned()))?))
    }

    /// Removes the policy on the cluster; that there is none is no error.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn delete_cluster_policy(&self) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        self.remove(&self.layout.cluster_policy())
    }

    pub(super) fn check_policy_exists(&self, name: &Name) -> Result<(), StoreError> {
        if self.layout.file(Folder::Policies, name).exists() {
            return Ok(());
        }
        Err(no_policy(name))
    }

    fn text(&self, path: &Path, name: &Name) -> Result<String, StoreError> {
        if !path.exists() {
            return Err(no_policy(name));
        }
        Ok(folder::read(path, |text| Ok(text.to_owned()))?)
    }

    fn who_has(&self, policy: &str) -> Result<Option<String>, StoreError> {
        let has = |attached: &[String], boundary: Option<&String>| {
            attached.iter().chain(boundary).any(|other| other == policy)
        };
        for (name, user) in self.users()? {
            if has(&user.attached_policies, user.permissions_boundary.as_ref()) {
                return Ok(Some(format!("user {name} has it; detach it first")));
            }
        }
        for (name, role) in self.roles()? {
            if has(&role.attached_policies, role.permissions_boundary.as_ref()) {
                return Ok(Some(format!("role {name} has it; detach it first")));
            }
        }
        Ok(None)
    }
}

fn check(kind: PolicyKind, text: &str) -> Result<(), StoreError> {
    Policy::parse(kind, "it", text)
        .map(drop)
        .map_err(StoreError::Policy)
}

fn no_policy(name: &Name) -> StoreError {
    StoreError::NoSuch {
        kind: Kind::Policy,
        name: name.to_string(),
    }
}

fn optional(found: Result<String, StoreError>) -> Result<Option<String>, StoreError> {
    match found {
        Err(StoreError::NoSuch { .. }) => Ok(None),
        found => found.map(Some),
    }
}
