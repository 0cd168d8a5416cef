//! What makes a file the same file: where it is on the device, how it begins, and what stands before the
//! place up to which it was delivered.
//!
//! None of them alone will do. An inode number is given again after a deletion; two processes write the same
//! banner; a copy has another inode. Which of them decide is in `resolution`.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// How much of a file's beginning is compared.
pub(super) const HEAD_BYTES_MAX: usize = 1024;
/// How much is compared before an offset.
pub(super) const MARK_BYTES_MAX: usize = 4096;
/// How much of the first line makes the file's id.
pub(super) const FIRST_LINE_BYTES_MAX: usize = 64;

/// The first half of a SHA-256, in hexadecimal digits where it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 16]);

/// How a file begins: its first bytes, up to 1,024 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// How many bytes.
    pub length: u64,
    /// Of those bytes.
    pub digest: Digest,
}

/// What stands before an offset: up to 4,096 bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Behind the last of them.
    pub offset: u64,
    /// How many bytes; none where nothing can be said.
    pub length: u64,
    /// Of those bytes.
    pub digest: Digest,
}

/// Where a file is on its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Node {
    /// The device, as `stat` numbers it.
    pub device: u64,
    /// The inode's number.
    pub inode: u64,
    /// When it was created, on file systems that know; tells an inode from the next one of its number.
    pub birth_ns: Option<i64>,
}

/// A file and how far it was delivered, as a checkpoint keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Its id: 16 hexadecimal digits.
    pub file_id: String,
    /// Where it is.
    pub node: Node,
    /// The size of the compressed file that its bytes are read from, if so. Offsets always count what comes
    /// out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed_bytes: Option<u64>,
    /// How it begins.
    pub head: Head,
    /// How far it was delivered, and what stands before that.
    pub mark: Mark,
    /// Its size when last seen.
    pub size: u64,
    /// Its path when last seen; for people, and to find the log it belongs to.
    pub path: String,
}

impl Digest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut half = [0; 16];
        for (to, from) in half
            .iter_mut()
            .zip(digest::digest(&digest::SHA256, bytes).as_ref())
        {
            *to = *from;
        }
        Self(half)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        hexadecimal(&digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a digest is 32 hexadecimal digits";
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(WRONG);
        }
        let number = u128::from_str_radix(&text, 16).map_err(|_| WRONG)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl Head {
    /// Of a file that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..HEAD_BYTES_MAX).unwrap_or(bytes);
        Self {
            length: bytes.len() as u64,
            digest: Digest::of(bytes),
        }
    }

    /// Whether a file that begins with these bytes begins like this.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        usize::try_from(self.length)
            .ok()
            .and_then(|length| bytes.get(..length))
            .is_some_and(|bytes| Digest::of(bytes) == self.digest)
    }
}

impl Mark {
    /// Of these bytes, which end at the offset. Only the last 4,096 count.
    pub fn of(offset: u64, bytes: &[u8]) -> Self {
        let bytes = bytes
            .len()
            .checked_sub(MARK_BYTES_MAX)
            .and_then(|start| bytes.get(start..))
            .unwrap_or(bytes);
        Self {
            offset,
            length: bytes.len() as u64,
            digest: Digest::of(bytes),
        }
    }

    /// Of an offset of which nothing can be said.
    pub fn blank(offset: u64) -> Self {
        Self::of(offset, &[])
    }

    /// Where its bytes begin.
    pub fn start(&self) -> u64 {
        self.offset.saturating_sub(self.length)
    }
}

impl Node {
    /// Whether both are one inode, as far as can be known.
    pub fn is(&self, other: &Self) -> bool {
        let births = self.birth_ns.zip(other.birth_ns);
        self.place() == other.place() && births.is_none_or(|(one, two)| one == two)
    }

    /// What names it as long as it exists.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.device, self.inode)
    }
}

/// What the id of a file is made of, of its first bytes; `None` while more may belong to it.
pub(super) fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.get(..FIRST_LINE_BYTES_MAX).unwrap_or(bytes);
    match memchr::memchr(b'\n', bytes) {
        Some(end) => bytes.get(..end),
        None => (bytes.len() == FIRST_LINE_BYTES_MAX).then_some(bytes),
    }
}

/// The id of a file that is seen for the first time. What was there before on the same inode, with perhaps the
/// same first line, had another: two files of one id would be one file to who names objects after it.
pub(super) fn file_id(node: &Node, first_line: &[u8], predecessor: Option<&str>) -> String {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(&node.device.to_be_bytes());
    bytes.extend_from_slice(&node.inode.to_be_bytes());
    bytes.extend_from_slice(&node.birth_ns.unwrap_or(0).to_be_bytes());
    bytes.extend_from_slice(first_line);
    if let Some(predecessor) = predecessor {
        bytes.push(b'\n');
        bytes.extend_from_slice(predecessor.as_bytes());
    }
    let digest = Digest::of(&bytes);
    hexadecimal(digest.0.get(..8).unwrap_or_default())
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| {
        DIGITS
            .get(usize::from(nibble))
            .copied()
            .map_or('0', char::from)
    };
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests;
