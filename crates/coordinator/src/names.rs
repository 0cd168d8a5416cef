//! Names inside a group: the id that the coordinator gives a member and the one that a static
//! member brings along. No rule about their text lives here, Kafka has none.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// A dash and a UUID of 36 characters must fit behind it, 32,767 bytes are all there is.
const PREFIX_BYTES_MAX: usize = i16::MAX as usize - 37;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes any text.
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The id of a member; the empty one means "none yet".
    MemberId
);
name!(
    /// `group.instance.id` of a static member (KIP-345).
    InstanceId
);

impl MemberId {
    /// What a member sends before it has an id.
    pub fn none() -> Self {
        Self::new("")
    }

    /// Whether this stands for no id.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// A new id as Kafka forms it: a prefix (client id or instance id) and a random UUID. A prefix
    /// that leaves no room for the UUID in a Kafka string is cut.
    pub(crate) fn fresh(prefix: &str, random: u128) -> Self {
        let prefix = &prefix[..prefix.floor_char_boundary(PREFIX_BYTES_MAX)];
        // RFC 9562 section 5.4: version 4, variant 10.
        let bits = (random & !(0xF000 << 64) & !(0xC000 << 48)) | (0x4000 << 64) | (0x8000 << 48);
        Self::new(&format!(
            "{prefix}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            (bits >> 96) as u32,
            (bits >> 80) as u16,
            (bits >> 64) as u16,
            (bits >> 48) as u16,
            bits & 0xFFFF_FFFF_FFFF,
        ))
    }
}

#[cfg(test)]
mod tests;
