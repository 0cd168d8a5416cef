//! Kafka's text checkpoints: a version line, a count line, then one entry a line, fields between
//! spaces. Topic partitions with offsets at the top of the data directory, epochs with offsets in
//! each log. Only text here; who reads and writes the files stands elsewhere.

use std::fmt::Write as _;

use model::{PartitionIndex, TopicName, TopicPartition};

const VERSION: &str = "0";

/// Text that is no checkpoint: the number of the first bad line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is not what a checkpoint holds there")]
pub(crate) struct InvalidCheckpoint(pub(crate) usize);

/// Entries as text.
pub(crate) fn format<E>(
    entries: impl ExactSizeIterator<Item = E>,
    mut put: impl FnMut(&mut String, E),
) -> String {
    let mut text = format!("{VERSION}\n{}\n", entries.len());
    for entry in entries {
        put(&mut text, entry);
        text.push('\n');
    }
    text
}

/// Text as entries; all of it must make sense.
pub(crate) fn parse<E>(
    text: &str,
    entry: impl Fn(&str) -> Option<E>,
) -> Result<Vec<E>, InvalidCheckpoint> {
    let mut lines = text.lines();
    if lines.next() != Some(VERSION) {
        return Err(InvalidCheckpoint(1));
    }
    let count: usize = lines
        .next()
        .and_then(|line| line.parse().ok())
        .ok_or(InvalidCheckpoint(2))?;
    let mut entries = Vec::new();
    for (number, line) in (3..).zip(lines) {
        entries.push(entry(line).ok_or(InvalidCheckpoint(number))?);
    }
    if entries.len() == count {
        Ok(entries)
    } else {
        Err(InvalidCheckpoint(2))
    }
}

/// `TOPIC PARTITION OFFSET`.
pub(crate) fn parse_partition_offset(line: &str) -> Option<(TopicPartition, i64)> {
    let mut fields = line.split(' ');
    let topic = TopicName::new(fields.next()?).ok()?;
    let partition = PartitionIndex(fields.next()?.parse().ok()?);
    let offset = fields.next()?.parse().ok()?;
    fields
        .next()
        .is_none()
        .then_some((TopicPartition { topic, partition }, offset))
}

/// `TOPIC PARTITION OFFSET`.
pub(crate) fn put_partition_offset(text: &mut String, entry: (&TopicPartition, &i64)) {
    let (partition, offset) = entry;
    let _ = write!(text, "{} {} {offset}", partition.topic, partition.partition);
}

/// `EPOCH OFFSET`.
pub(crate) fn parse_epoch_offset(line: &str) -> Option<(i32, i64)> {
    let (epoch, offset) = line.split_once(' ')?;
    Some((epoch.parse().ok()?, offset.parse().ok()?))
}

#[cfg(test)]
mod tests;
