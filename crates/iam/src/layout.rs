//! Where everything is below the store's directory.

use crate::name::Name;
use std::path::{Path, PathBuf};

/// The folders that hold one file for each thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    Users,
    Roles,
    Policies,
    UserPolicies,
    RolePolicies,
    TrustPolicies,
    AccessKeys,
    Sessions,
    /// Secrets.
    Keys,
}

pub(crate) const FOLDERS: [Folder; 9] = [
    Folder::Users,
    Folder::Roles,
    Folder::Policies,
    Folder::UserPolicies,
    Folder::RolePolicies,
    Folder::TrustPolicies,
    Folder::AccessKeys,
    Folder::Sessions,
    Folder::Keys,
];

impl Folder {
    /// The one whose files are of a kind.
    pub(crate) fn of_kind(kind: &str) -> Option<Self> {
        FOLDERS.into_iter().find(|folder| folder.kind() == kind)
    }

    /// What each of its files is.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Users => "User",
            Self::Roles => "Role",
            Self::Policies => "Policy",
            Self::UserPolicies => "UserPolicy",
            Self::RolePolicies => "RolePolicy",
            Self::TrustPolicies => "TrustPolicy",
            Self::AccessKeys => "AccessKey",
            Self::Sessions => "Session",
            Self::Keys => "SecretAccessKey",
        }
    }
}

/// Between the name of a user or role and that of its policy; no name has one in it.
pub(crate) const SEPARATOR: char = '~';
/// How every file ends; what ends otherwise is none of ours, such as an editor's copy.
pub(crate) const SUFFIX: &str = ".json";

/// The directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout(PathBuf);

impl Layout {
    pub(crate) fn new(dir: &Path) -> Self {
        Self(dir.to_path_buf())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("store.json")
    }

    pub(crate) fn cluster_policy(&self) -> PathBuf {
        self.0.join("cluster-policy.json")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("changes.jsonl")
    }

    /// The one that was full.
    pub(crate) fn journal_before(&self) -> PathBuf {
        self.0.join("changes.jsonl.1")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join(".lock")
    }

    pub(crate) fn folder(&self, folder: Folder) -> PathBuf {
        self.0.join(match folder {
            Folder::Users => "users",
            Folder::Roles => "roles",
            Folder::Policies => "policies",
            Folder::UserPolicies => "user-policies",
            Folder::RolePolicies => "role-policies",
            Folder::TrustPolicies => "trust-policies",
            Folder::AccessKeys => "access-keys",
            Folder::Sessions => "sessions",
            Folder::Keys => "keys",
        })
    }

    pub(crate) fn file(&self, folder: Folder, name: &Name) -> PathBuf {
        self.folder(folder).join(format!("{name}{SUFFIX}"))
    }

    pub(crate) fn inline_policy(&self, folder: Folder, owner: &Name, policy: &Name) -> PathBuf {
        self.folder(folder)
            .join(format!("{owner}{SEPARATOR}{policy}{SUFFIX}"))
    }
}
