//! Why a client command failed, and the status it ends with.

use std::error::Error;
use std::io;

use client::ClientError;
use model::{GroupId, TopicName};
use protocol::ErrorCode;
use service::exit::Exit;

/// What a principal hears that may not do something.
const DENIALS: [ErrorCode; 4] = [
    ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
    ErrorCode::GROUP_AUTHORIZATION_FAILED,
    ErrorCode::TOPIC_AUTHORIZATION_FAILED,
    ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
];

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

    /// A producer that got no id; who may not have one can do without.
    pub(crate) fn of_producer(error: ClientError) -> Self {
        match error.code() {
            Some(ErrorCode::CLUSTER_AUTHORIZATION_FAILED) => Self::Incomplete(format!(
                "{error}: who is logged in lacks kafka-cluster:WriteDataIdempotently (IAM policies), \
                 or Write on a topic or IdempotentWrite on the cluster (ACLs); --no-idempotence \
                 writes without an id"
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
        if self.is_denial() {
            text.push_str("; `outrigger access explain` says which rule denies it, and to whom");
        }
        text
    }

    fn is_denial(&self) -> bool {
        let Self::Cluster(error) = self else {
            return false;
        };
        error.code().is_some_and(|code| DENIALS.contains(&code))
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
    fn a_denial_says_how_to_find_out_why() {
        let denied = CommandError::from(refused(ErrorCode::TOPIC_AUTHORIZATION_FAILED)).report();
        assert!(
            denied.starts_with(
                "cannot do it: TOPIC_AUTHORIZATION_FAILED; `outrigger access explain`"
            ),
            "{denied}"
        );
        let no_id = refused(ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
        let no_id = CommandError::of_producer(no_id).report();
        for word in [
            "WriteDataIdempotently",
            "IdempotentWrite",
            "--no-idempotence",
        ] {
            assert!(no_id.contains(word), "{no_id}");
        }
        let other = CommandError::of_producer(refused(ErrorCode::NOT_CONTROLLER)).report();
        assert_eq!(other, "cannot do it: NOT_CONTROLLER");
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
