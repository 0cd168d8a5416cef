//! Why the authority cannot do what is asked.

use std::io;
use std::path::PathBuf;

/// A failure. The text names the thing and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertsError {
    /// A file cannot be read.
    #[error("cannot read {}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}; check the directory, its permissions and the space left", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no authority in the directory.
    #[error("{} holds no certificate authority; make one with `outrigger certs create`, or name another directory with --dir", dir.display())]
    NoAuthority {
        /// The directory.
        dir: PathBuf,
    },
    /// A file that is not what it should be.
    #[error("{} is damaged: {problem}; restore it from a backup, or remove the directory to begin anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Written by a later version.
    #[error("{} has version {version}, and this program knows {known}; use a newer outrigger", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// What it says.
        version: u32,
        /// What we know.
        known: u32,
    },
    /// Another command is at work.
    #[error("another command changes {} right now; try again", dir.display())]
    Busy {
        /// The directory.
        dir: PathBuf,
    },
    /// The authority is at its end.
    #[error("the authority in {} has expired; remove the directory and give every client new files", dir.display())]
    AuthorityExpired {
        /// The directory.
        dir: PathBuf,
    },
    /// The client has a certificate.
    #[error(
        "client '{name}' already has a certificate; revoke it first, or issue another beside it with --again"
    )]
    Exists {
        /// The client.
        name: String,
    },
    /// Nothing to revoke.
    #[error("no valid certificate belongs to '{name}'; `outrigger certs list` shows all")]
    Unknown {
        /// A name or a serial number.
        name: String,
    },
    /// A name or value that cannot stand in a certificate.
    #[error("'{value}' cannot be used as {what}: {problem}")]
    Value {
        /// What was given.
        value: String,
        /// What for.
        what: &'static str,
        /// The rule it breaks.
        problem: &'static str,
    },
    /// A certificate or list that cannot be made.
    #[error("cannot make {what}: {problem}")]
    Make {
        /// What was being made.
        what: &'static str,
        /// What the library says.
        problem: String,
    },
}

impl CertsError {
    /// For a library's refusal to make something.
    pub(super) fn make(what: &'static str) -> impl Fn(Box<dyn std::error::Error>) -> Self {
        move |error| Self::Make {
            what,
            problem: error.to_string(),
        }
    }
}
