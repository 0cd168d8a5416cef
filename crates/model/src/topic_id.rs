//! Topic ids (KIP-516): 16 bytes, shown as Kafka shows them, in URL-safe base64 without padding.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TEXT_CHARS: usize = 22;

/// The id of one incarnation of a topic; a re-created topic has another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(pub [u8; 16]);

/// A text that is not 22 characters of URL-safe base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTopicId;

impl TopicId {
    /// "No id": what requests by name carry.
    pub const ZERO: Self = Self([0; 16]);

    /// Whether this is the id that stands for none.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        // 22 groups of six bits hold 132 bits: the last group carries two bits and four zeros.
        let mut text = [0_u8; TEXT_CHARS];
        for (i, c) in text.iter_mut().enumerate() {
            let bits = if i < TEXT_CHARS - 1 {
                value >> (122 - 6 * i)
            } else {
                value << 4
            };
            *c = ALPHABET[(bits & 63) as usize];
        }
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl FromStr for TopicId {
    type Err = InvalidTopicId;

    fn from_str(text: &str) -> Result<Self, InvalidTopicId> {
        if text.len() != TEXT_CHARS {
            return Err(InvalidTopicId);
        }
        let mut value = 0_u128;
        for (i, byte) in text.bytes().enumerate() {
            let digit = ALPHABET
                .iter()
                .position(|&c| c == byte)
                .ok_or(InvalidTopicId)? as u128;
            if i < TEXT_CHARS - 1 {
                value = (value << 6) | digit;
            } else if digit & 15 == 0 {
                value = (value << 2) | (digit >> 4);
            } else {
                return Err(InvalidTopicId);
            }
        }
        Ok(Self(value.to_be_bytes()))
    }
}

impl fmt::Display for InvalidTopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a topic id: 22 characters of URL-safe base64 are needed")
    }
}

impl std::error::Error for InvalidTopicId {}

#[cfg(test)]
mod tests;
