//! The value of an offset commit, versions 0 to 4; 4 is written, or 1 where the commit carries a
//! retention of its own.
//!
//! ```text
//! v0, 2   offset i64 | metadata string | commit timestamp i64
//! v1      … | expire timestamp i64
//! v3      offset i64 | leader epoch i32 | metadata string | commit timestamp i64
//! v4      as v3, compact | tagged: 0 topic id
//! ```

use std::sync::Arc;

use bytes::Bytes;
use model::{LeaderEpoch, TopicId};

use super::RecordError;
use super::bytes_reader::Reader;
use super::bytes_writer::Writer;

const WHAT: &str = "offset commit value";
const VERSION_EXPIRING: i16 = 1;
const VERSION: i16 = 4;
const TAG_TOPIC_ID: u32 = 0;

/// A position as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to consume.
    pub offset: i64,
    /// Epoch of the last consumed record, -1 if unknown.
    pub leader_epoch: LeaderEpoch,
    /// The client's note.
    pub metadata: Arc<str>,
    /// When it was committed.
    pub commit_timestamp_ms: i64,
    /// When it expires, where the commit said so itself.
    pub expire_timestamp_ms: Option<i64>,
    /// The topic's id at commit; zero where the commit named the topic only.
    pub topic_id: TopicId,
}

impl CommittedOffset {
    pub(super) fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        match self.expire_timestamp_ms {
            Some(expire) => {
                out.i16(VERSION_EXPIRING);
                out.i64(self.offset);
                out.string(&self.metadata);
                out.i64(self.commit_timestamp_ms);
                out.i64(expire);
            }
            None => {
                out.i16(VERSION);
                out.i64(self.offset);
                out.i32(self.leader_epoch.0);
                out.compact_string(&self.metadata);
                out.i64(self.commit_timestamp_ms);
                if self.topic_id.is_zero() {
                    out.uvarint(0);
                } else {
                    out.uvarint(1);
                    out.uvarint(TAG_TOPIC_ID);
                    out.uvarint(16);
                    out.raw(&self.topic_id.0);
                }
            }
        }
        out.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut value = Reader::new(bytes);
        let version = value.i16(WHAT)?;
        if version < 0 {
            return Err(RecordError::Malformed(WHAT));
        }
        if version > VERSION {
            return Err(RecordError::NewerVersion {
                what: WHAT,
                version,
            });
        }
        let offset = value.i64(WHAT)?;
        let leader_epoch = LeaderEpoch(if version >= 3 { value.i32(WHAT)? } else { -1 });
        let metadata = if version >= 4 {
            value.compact_string(WHAT)?
        } else {
            value.string(WHAT)?
        }
        .into();
        let commit_timestamp_ms = value.i64(WHAT)?;
        let expire = if version == 1 { value.i64(WHAT)? } else { -1 };
        let mut topic_id = TopicId::ZERO;
        if version >= 4 {
            value.tagged(|tag, bytes| {
                if tag == TAG_TOPIC_ID {
                    topic_id = TopicId(Reader::new(bytes).uuid(WHAT)?);
                }
                Ok(())
            })?;
        }
        Ok(Self {
            offset,
            leader_epoch,
            metadata,
            commit_timestamp_ms,
            expire_timestamp_ms: (expire != -1).then_some(expire),
            topic_id,
        })
    }
}
