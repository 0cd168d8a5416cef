//! What can be wrong with a store, and with one thing in it.

use authz::iam::PolicyError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A policy.
    Policy,
    /// A session.
    Session,
    /// An access key.
    AccessKey,
}

/// Why something could not be done to the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory holds none.
    #[error(
        "there is no identity store in {}; `outrigger up` makes one at its first start, \
         `outrigger iam create-store` makes one alone",
        .0.display()
    )]
    NoStore(PathBuf),
    /// A newer program wrote it.
    #[error(
        "the identity store in {dir} is of version {found}, and this program knows version {known}; \
         use a newer program",
        dir = .dir.display()
    )]
    Newer {
        /// Of the store.
        dir: PathBuf,
        /// What it says.
        found: u32,
        /// What is known here.
        known: u32,
    },
    /// Others could read the secrets.
    #[error("{path} can be entered by others than its owner (mode {mode:o}); run: chmod 700 {path}", path = .path.display())]
    Exposed {
        /// The directory of the keys.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A file or directory.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that does not hold what it should.
    #[error(transparent)]
    Unreadable(#[from] Problem),
    /// A policy that is not taken.
    #[error("the policy is not taken")]
    Policy(#[source] PolicyError),
    /// A name that cannot be one.
    #[error("'{text}' is no name of a {kind}: {rule}")]
    Name {
        /// What it was to name.
        kind: Kind,
        /// As it was given.
        text: String,
        /// What a name is.
        rule: &'static str,
    },
    /// Nothing of that name.
    #[error("there is no {kind} '{name}'; `outrigger iam {list}` shows those that exist", list = .kind.list())]
    NoSuch {
        /// What was looked for.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// The name is taken.
    #[error("there is a {kind} '{name}' already")]
    Exists {
        /// What was to be made.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// Something else hangs on it.
    #[error("the {kind} '{name}' cannot be deleted: {because}")]
    InUse {
        /// What was to be deleted.
        kind: Kind,
        /// Its name.
        name: String,
        /// What to remove first.
        because: String,
    },
    /// More than there may be.
    #[error("{0}")]
    Limit(String),
    /// The role's trust policy, or what the caller has, says no.
    #[error("{0}")]
    Denied(String),
}

/// A file of the store that does not hold what it should. Its last good content stays in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong, with line and column where they are known.
    pub problem: String,
}

impl Kind {
    fn list(self) -> &'static str {
        match self {
            Self::User => "list-users",
            Self::Role => "list-roles",
            Self::Policy => "list-policies",
            Self::Session => "list-sessions",
            Self::AccessKey => "list-access-keys",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::Session => "session",
            Self::AccessKey => "access key",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.problem)
    }
}

impl std::error::Error for Problem {}
