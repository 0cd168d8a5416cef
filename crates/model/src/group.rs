//! The name of a consumer group.

use std::fmt;
use std::sync::Arc;

/// A group id. Kafka allows any text; the empty id is legal only for offset commits of simple
/// consumers, which is why emptiness is asked, not refused, here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(Arc<str>);

/// A group id that cannot be stored: longer than a Kafka string may be (32,767 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidGroupId;

impl GroupId {
    /// Takes any text that fits a Kafka string.
    pub fn new(id: &str) -> Result<Self, InvalidGroupId> {
        if id.len() > i16::MAX as usize {
            Err(InvalidGroupId)
        } else {
            Ok(Self(id.into()))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for GroupId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("group id is longer than 32767 bytes")
    }
}

impl std::error::Error for InvalidGroupId {}
