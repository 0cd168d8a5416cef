//! The value of a classic group, versions 0 to 4; 3 is written.
//!
//! ```text
//! protocol type string | generation i32 | protocol string? | leader string?
//! v2+ state timestamp i64
//! members [ member id | v3+ instance id? | client id | client host | v1+ rebalance timeout i32
//!           session timeout i32 | subscription bytes | assignment bytes ]
//! v4  compact, with tagged fields after each member and at the end
//! ```

use std::sync::Arc;

use bytes::Bytes;

use super::RecordError;
use super::bytes_reader::Reader;
use super::bytes_writer::Writer;
use crate::names::{InstanceId, MemberId};

const WHAT: &str = "group metadata value";
const WHAT_MEMBER: &str = "member of a group metadata value";
const VERSION: i16 = 3;
const VERSION_MAX: i16 = 4;
/// The smallest member in any version, so that a forged count reserves nothing.
const MEMBER_BYTES_MIN: usize = 10;

/// A classic group as it is stored: at the end of a rebalance, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMetadata {
    /// `consumer`, `connect`, …; empty for a group nobody joined yet.
    pub protocol_type: Arc<str>,
    /// The generation.
    pub generation: i32,
    /// The selected protocol.
    pub protocol: Option<Arc<str>>,
    /// Who assigned.
    pub leader: Option<MemberId>,
    /// When the group entered its state; none in old records.
    pub state_since_ms: Option<i64>,
    /// The members; none means that the group is empty.
    pub members: Vec<MemberMetadata>,
}

/// A member as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberMetadata {
    /// Its id.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address.
    pub client_host: Arc<str>,
    /// How long a rebalance waits for it.
    pub rebalance_timeout_ms: i32,
    /// How long it may be silent.
    pub session_timeout_ms: i32,
    /// Its subscription under the selected protocol.
    pub subscription: Bytes,
    /// Its assignment.
    pub assignment: Bytes,
}

impl GroupMetadata {
    pub(super) fn encode(&self) -> Bytes {
        let mut out = Writer::default();
        out.i16(VERSION);
        out.string(&self.protocol_type);
        out.i32(self.generation);
        out.nullable_string(self.protocol.as_deref());
        out.nullable_string(self.leader.as_ref().map(MemberId::as_str));
        out.i64(self.state_since_ms.unwrap_or(-1));
        out.i32(i32::try_from(self.members.len()).unwrap_or(i32::MAX));
        for member in &self.members {
            out.string(member.member.as_str());
            out.nullable_string(member.instance.as_ref().map(InstanceId::as_str));
            out.string(&member.client_id);
            out.string(&member.client_host);
            out.i32(member.rebalance_timeout_ms);
            out.i32(member.session_timeout_ms);
            out.bytes(&member.subscription);
            out.bytes(&member.assignment);
        }
        out.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut value = Reader::new(bytes);
        let version = value.i16(WHAT)?;
        if version < 0 {
            return Err(RecordError::Malformed(WHAT));
        }
        if version > VERSION_MAX {
            return Err(RecordError::NewerVersion {
                what: WHAT,
                version,
            });
        }
        let protocol_type = text(&mut value, version, WHAT)?.into();
        let generation = value.i32(WHAT)?;
        let protocol = nullable_text(&mut value, version, WHAT)?.map(Into::into);
        let leader = nullable_text(&mut value, version, WHAT)?.map(MemberId::new);
        let since = if version >= 2 { value.i64(WHAT)? } else { -1 };
        let count = member_count(&mut value, version)?;
        let mut members = Vec::with_capacity(count.min(value.remaining() / MEMBER_BYTES_MIN));
        for _ in 0..count {
            members.push(MemberMetadata::decode(&mut value, version)?);
        }
        if version >= 4 {
            value.tagged(|_, _| Ok(()))?;
        }
        Ok(Self {
            protocol_type,
            generation,
            protocol,
            leader,
            state_since_ms: (since != -1).then_some(since),
            members,
        })
    }
}

impl MemberMetadata {
    fn decode(value: &mut Reader<'_>, version: i16) -> Result<Self, RecordError> {
        let member = MemberId::new(text(value, version, WHAT_MEMBER)?);
        let instance = match version >= 3 {
            true => nullable_text(value, version, WHAT_MEMBER)?.map(InstanceId::new),
            false => None,
        };
        let client_id = text(value, version, WHAT_MEMBER)?.into();
        let client_host = text(value, version, WHAT_MEMBER)?.into();
        let rebalance = if version >= 1 {
            value.i32(WHAT_MEMBER)?
        } else {
            -1
        };
        let session_timeout_ms = value.i32(WHAT_MEMBER)?;
        let subscription = Bytes::copy_from_slice(blob(value, version)?);
        let assignment = Bytes::copy_from_slice(blob(value, version)?);
        if version >= 4 {
            value.tagged(|_, _| Ok(()))?;
        }
        Ok(Self {
            member,
            instance,
            client_id,
            client_host,
            // Before version 1 the session timeout was the only one.
            rebalance_timeout_ms: if rebalance == -1 {
                session_timeout_ms
            } else {
                rebalance
            },
            session_timeout_ms,
            subscription,
            assignment,
        })
    }
}

fn text<'a>(
    value: &mut Reader<'a>,
    version: i16,
    what: &'static str,
) -> Result<&'a str, RecordError> {
    if version >= 4 {
        value.compact_string(what)
    } else {
        value.string(what)
    }
}

fn nullable_text<'a>(
    value: &mut Reader<'a>,
    version: i16,
    what: &'static str,
) -> Result<Option<&'a str>, RecordError> {
    if version >= 4 {
        value.compact_nullable_string(what)
    } else {
        value.nullable_string(what)
    }
}

fn blob<'a>(value: &mut Reader<'a>, version: i16) -> Result<&'a [u8], RecordError> {
    if version >= 4 {
        value.compact_bytes(WHAT_MEMBER)
    } else {
        value.bytes(WHAT_MEMBER)
    }
}

fn member_count(value: &mut Reader<'_>, version: i16) -> Result<usize, RecordError> {
    let count = match version >= 4 {
        true => i64::from(value.uvarint(WHAT)?) - 1,
        false => i64::from(value.i32(WHAT)?),
    };
    usize::try_from(count).map_err(|_| RecordError::Malformed(WHAT))
}
