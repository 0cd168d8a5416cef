//! `partition.metadata`: which incarnation of a topic a directory belongs to, in Kafka's format.

use model::TopicId;

pub(crate) const PARTITION_METADATA_FILE: &str = "partition.metadata";
const VERSION: &str = "version: ";
const TOPIC_ID: &str = "topic_id: ";

pub(crate) fn text(topic_id: TopicId) -> String {
    format!("{VERSION}0\n{TOPIC_ID}{topic_id}")
}

/// What a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// The id of the topic.
    Id(TopicId),
    /// A format that is not known here.
    Newer,
    /// Nothing: it is not synced, so a power cut may leave it empty or torn. Directories of deleted
    /// topics have another name, so what bears the name of a partition belongs to it.
    Nothing,
}

pub(crate) fn parse(text: &str) -> Stored {
    let mut lines = text.lines();
    let version = lines.next().and_then(|line| line.strip_prefix(VERSION));
    if version.is_some_and(|v| v.parse::<u32>().is_ok_and(|v| v > 0)) {
        return Stored::Newer;
    }
    let id = lines.next().and_then(|line| line.strip_prefix(TOPIC_ID));
    match id.and_then(|id| id.parse().ok()) {
        Some(id) if version == Some("0") => Stored::Id(id),
        _ => Stored::Nothing,
    }
}

#[cfg(test)]
mod tests;
