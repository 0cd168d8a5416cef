//! `partition.metadata`: which incarnation of a topic a directory belongs to, in Kafka's format.

use model::TopicId;

pub(crate) const PARTITION_METADATA_FILE: &str = "partition.metadata";
const VERSION_LINE: &str = "version: 0";
const TOPIC_ID: &str = "topic_id: ";

pub(crate) fn text(topic_id: TopicId) -> String {
    format!("{VERSION_LINE}\n{TOPIC_ID}{topic_id}")
}

/// `None`: another version, or no such file at all.
pub(crate) fn parse(text: &str) -> Option<TopicId> {
    let mut lines = text.lines();
    if lines.next()? != VERSION_LINE {
        return None;
    }
    lines.next()?.strip_prefix(TOPIC_ID)?.parse().ok()
}
