//! The records of `__consumer_offsets`: Kafka's own keys and values, so that the log of one can be
//! read by the other.
//!
//! ```text
//! key    kind i16 | fields           kind 0, 1: offset commit; 2: group metadata
//! value  version i16 | fields        no value: tombstone
//! ```
//!
//! Every version that Kafka 4.3 reads is read; the ones that it writes are written. Kinds from 3 on
//! belong to the newer group types and are passed over.

mod bytes_reader;
mod bytes_writer;
mod group_metadata;
mod offset_commit;

use bytes::Bytes;
use model::{GroupId, PartitionIndex, TopicName};
use thiserror::Error;

use bytes_reader::Reader;
use bytes_writer::Writer;
pub use group_metadata::{GroupMetadata, MemberMetadata};
pub use offset_commit::CommittedOffset;

const KIND_OFFSET_COMMIT_LEGACY: i16 = 0;
const KIND_OFFSET_COMMIT: i16 = 1;
const KIND_GROUP_METADATA: i16 = 2;

/// One change of durable state; a missing value is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A group of the classic protocol.
    GroupMetadata {
        /// The group.
        group: GroupId,
        /// Its last stored state.
        value: Option<GroupMetadata>,
    },
    /// A position of a group.
    OffsetCommit {
        /// The group.
        group: GroupId,
        /// The topic.
        topic: TopicName,
        /// The partition.
        partition: PartitionIndex,
        /// The position.
        value: Option<CommittedOffset>,
    },
}

/// Why bytes are no record of `__consumer_offsets`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// A field ends after the bytes do, or its length is negative.
    #[error("the {0} is cut off or has an impossible length")]
    Malformed(&'static str),
    /// A name breaks the rules of its kind.
    #[error("the {0} is not legal")]
    IllegalName(&'static str),
    /// A value written by a newer release.
    #[error("a {what} of version {version} was written by a newer release; start that one")]
    NewerVersion {
        /// Which value.
        what: &'static str,
        /// Its version.
        version: i16,
    },
}

impl Record {
    /// The group that the record is about.
    pub fn group(&self) -> &GroupId {
        match self {
            Self::GroupMetadata { group, .. } | Self::OffsetCommit { group, .. } => group,
        }
    }

    /// The key's bytes.
    pub fn key(&self) -> Bytes {
        let mut out = Writer::default();
        match self {
            Self::GroupMetadata { group, .. } => {
                out.i16(KIND_GROUP_METADATA);
                out.string(group.as_str());
            }
            Self::OffsetCommit {
                group,
                topic,
                partition,
                ..
            } => {
                out.i16(KIND_OFFSET_COMMIT);
                out.string(group.as_str());
                out.string(topic.as_str());
                out.i32(partition.0);
            }
        }
        out.finish()
    }

    /// The value's bytes; none for a tombstone.
    pub fn value(&self) -> Option<Bytes> {
        match self {
            Self::GroupMetadata { value, .. } => value.as_ref().map(GroupMetadata::encode),
            Self::OffsetCommit { value, .. } => value.as_ref().map(CommittedOffset::encode),
        }
    }

    /// Reads a record; none where its kind belongs to another group type.
    pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self>, RecordError> {
        let mut key = Reader::new(key);
        let kind = key.i16("record kind")?;
        let record = match kind {
            KIND_OFFSET_COMMIT_LEGACY | KIND_OFFSET_COMMIT => {
                let group = group_id(&mut key)?;
                let topic = TopicName::new(key.string("topic of an offset key")?)
                    .map_err(|_| RecordError::IllegalName("topic of an offset key"))?;
                let partition = PartitionIndex(key.i32("partition of an offset key")?);
                let value = value.map(CommittedOffset::decode).transpose()?;
                Self::OffsetCommit {
                    group,
                    topic,
                    partition,
                    value,
                }
            }
            KIND_GROUP_METADATA => {
                let group = group_id(&mut key)?;
                let value = value.map(GroupMetadata::decode).transpose()?;
                Self::GroupMetadata { group, value }
            }
            _ => return Ok(None),
        };
        Ok(Some(record))
    }
}

fn group_id(key: &mut Reader<'_>) -> Result<GroupId, RecordError> {
    GroupId::new(key.string("group of a key")?).map_err(|_| RecordError::IllegalName("group"))
}

#[cfg(test)]
mod tests;
