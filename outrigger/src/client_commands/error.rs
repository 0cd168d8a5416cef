//! Why a client command failed, and the status it ends with.

use std::error::Error;
use std::io;

use client::ClientError;
use model::{GroupId, TopicName};
use protocol::ErrorCode;
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
    /// Nothing runs in the data directory that was meant.
    #[error("{0}")]
    NotRunning(String),
    /// Output that cannot be written.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
    /// Arguments that are each fine and do not go together, or a value without a meaning.
    #[error("{0}")]
    Usage(String),
}

impl CommandError {
    /// A failure to do something to a topic: one that does not exist is told as everywhere else.
    pub(crate) fn of_topic(topic: &TopicName, error: ClientError) -> Self {
        match error.code() {
            Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => Self::Incomplete(format!(
                "topic {topic} does not exist; `topics list` shows those that do"
            )),
            _ => Self::Cluster(error),
        }
    }

    /// A failure to do something to a group: one that does not exist is told as everywhere else.
    pub(crate) fn of_group(group: &GroupId, error: ClientError) -> Self {
        match error.code() {
            Some(ErrorCode::GROUP_ID_NOT_FOUND) => Self::Incomplete(format!(
                "group {group} does not exist; `groups list` shows those that do"
            )),
            _ => Self::Cluster(error),
        }
    }

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
            Self::NotRunning(_) => Exit::NotRunning,
            // Who reads our output went away, as `head` does: that is how they stop us.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
            _ => Exit::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: ErrorCode) -> ClientError {
        ClientError::Refused {
            what: "cannot do it".to_owned(),
            code,
            message: None,
        }
    }

    #[test]
    fn what_does_not_exist_is_a_sentence_and_not_a_code() {
        let topic = TopicName::new("orders").unwrap();
        let group = GroupId::new("billing").unwrap();
        let missing =
            CommandError::of_topic(&topic, refused(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
        let expected = "topic orders does not exist; `topics list` shows those that do";
        assert_eq!(missing.report(), expected);
        let missing = CommandError::of_group(&group, refused(ErrorCode::GROUP_ID_NOT_FOUND));
        let expected = "group billing does not exist; `groups list` shows those that do";
        assert_eq!(missing.report(), expected);
        let other = CommandError::of_topic(&topic, refused(ErrorCode::INVALID_CONFIG));
        assert_eq!(other.report(), "cannot do it: INVALID_CONFIG");
    }
}
