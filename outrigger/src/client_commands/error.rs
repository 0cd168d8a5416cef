//! Why a client command failed, and the status it ends with.

use std::error::Error;
use std::io;

use client::ClientError;
use service::exit::Exit;

/// A failed command. Its text names the thing; [`CommandError::report`] adds the causes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The cluster refused, or could not be reached.
    #[error(transparent)]
    Cluster(#[from] ClientError),
    /// Some of the work was done, some was not.
    #[error("{0}")]
    Incomplete(String),
    /// Input that cannot be read.
    #[error("cannot read {what}")]
    Input {
        /// The file, or standard input.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// Output that cannot be written.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
    /// Arguments that are each fine and do not go together, or a value without a meaning.
    #[error("{0}")]
    Usage(String),
}

impl CommandError {
    /// One line: what failed, and because of what.
    pub(crate) fn report(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }

    /// The status that the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            // Who reads our output went away, as `head` does: that is how they stop us.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
            _ => Exit::Failure,
        }
    }
}
