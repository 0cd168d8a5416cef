//! Topic names and partitions of topics.

use std::fmt;
use std::sync::Arc;

use crate::PartitionIndex;

/// The longest topic name (Kafka's `Topic.MAX_NAME_LENGTH`): it must fit a directory name
/// together with a partition number.
pub const TOPIC_NAME_BYTES_MAX: usize = 249;

/// A legal topic name: 1 to 249 characters of `[a-zA-Z0-9._-]`, neither `.` nor `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(Arc<str>);

/// Why a text is no topic name; the sentences are Kafka's meaning in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTopicName {
    /// No characters at all.
    Empty,
    /// `.` or `..`, which a file system cannot hold.
    DotOnly,
    /// More than [`TOPIC_NAME_BYTES_MAX`] characters.
    TooLong(usize),
    /// A character outside `[a-zA-Z0-9._-]`.
    IllegalCharacter(char),
}

impl TopicName {
    /// Checks and takes a name.
    pub fn new(name: &str) -> Result<Self, InvalidTopicName> {
        if name.is_empty() {
            return Err(InvalidTopicName::Empty);
        }
        if name == "." || name == ".." {
            return Err(InvalidTopicName::DotOnly);
        }
        if name.len() > TOPIC_NAME_BYTES_MAX {
            return Err(InvalidTopicName::TooLong(name.len()));
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match name.chars().find(|&c| !legal(c)) {
            Some(c) => Err(InvalidTopicName::IllegalCharacter(c)),
            None => Ok(Self(name.into())),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as metric names see it: Kafka refuses two topics that differ only in `.` and `_`.
    pub fn collision_key(&self) -> String {
        self.0.replace('.', "_")
    }
}

impl std::borrow::Borrow<str> for TopicName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidTopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("topic name is empty"),
            Self::DotOnly => f.write_str("topic name cannot be \".\" or \"..\""),
            Self::TooLong(n) => {
                write!(
                    f,
                    "topic name has {n} characters, at most {TOPIC_NAME_BYTES_MAX} are allowed"
                )
            }
            Self::IllegalCharacter(c) => write!(
                f,
                "topic name contains {c:?}; use letters, digits, '.', '_' and '-' only"
            ),
        }
    }
}

impl std::error::Error for InvalidTopicName {}

/// One partition of one topic; shown as Kafka shows it, `name-3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: TopicName,
    /// Which of its partitions.
    pub partition: PartitionIndex,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

#[cfg(test)]
mod tests;
