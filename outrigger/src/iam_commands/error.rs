//! Why a command failed, and the status that it ends with.

use authz::iam::PolicyError;
use iam::{Problem, StoreError};
use service::Exit;
use std::error::Error;
use std::io;

/// A failed command; the text names the thing and the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IamCommandError {
    /// The store says no, or cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A policy document that is not taken, by where it came from.
    #[error("{document}: {error}")]
    Policy {
        /// A file, or the option.
        document: String,
        /// What is wrong in it.
        error: PolicyError,
    },
    /// The directory that is meant cannot be told.
    #[error("cannot tell the current directory")]
    Directory(#[source] io::Error),
    /// Something that the store does not hold as it should, so that the answer would be wrong.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// Arguments that are each fine and do not go together.
    #[error("{0}")]
    Usage(String),
}

impl IamCommandError {
    /// One line: what failed, and because of what.
    pub(crate) fn report(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// The status that the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Store(StoreError::Name { .. }) => Exit::Usage,
            Self::Store(StoreError::NoStore(_)) => Exit::NotRunning,
            Self::Store(StoreError::Newer { .. } | StoreError::Unreadable(_))
            | Self::Problem(_) => Exit::Data,
            Self::Store(StoreError::Io { .. }) | Self::Directory(_) => Exit::CannotWrite,
            Self::Store(_) | Self::Policy { .. } => Exit::Failure,
        }
    }
}
