//! The text of a checkpoint, and what it says. Pure.

use serde::{Deserialize, Serialize};

use crate::delivery::ranges::Ranges;
use crate::input::Identity;

/// The version that is written; a newer one is refused, because it may mean something else.
pub const VERSION: u32 = 1;

/// How far one sink is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose it is.
    pub sink: String,
    /// When it was written.
    pub written_ms: i64,
    /// How far it is with each file.
    pub files: Vec<Entry>,
    /// What was named and not yet answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
}

/// How far it is with one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which file, and the low-water mark: the offset of its mark.
    #[serde(flatten)]
    pub identity: Identity,
    /// Ranges above the mark, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<(u64, u64)>,
    /// Since when no file was found for it, where that is so: what was not delivered of it has been
    /// counted as lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since_ms: Option<i64>,
}

/// What was named before it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub destination: String,
    /// What it is made of, in order.
    pub spans: Vec<PlannedSpan>,
}

/// Bytes of a file of this checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSpan {
    /// Which of its files, counted from 0.
    pub file: usize,
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    crc32: String,
    bytes: usize,
}

/// Why a text is no checkpoint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unreadable {
    /// It was written by a newer program.
    #[error(
        "is of version {0}, and this program knows {VERSION}; start the newer one again, or move the file away to \
         begin anew"
    )]
    Newer(u32),
    /// It is torn or was altered.
    #[error("is damaged: {0}")]
    Damaged(String),
}

impl Checkpoint {
    /// Its text.
    ///
    /// # Errors
    /// None that is known: JSON has a form for all of it.
    pub fn to_text(&self) -> Result<Vec<u8>, serde_json::Error> {
        let body = serde_json::to_vec(self)?;
        let head = Head {
            version: VERSION,
            crc32: checksum(&body),
            bytes: body.len(),
        };
        let mut text = serde_json::to_vec(&head)?;
        text.push(b'\n');
        text.extend_from_slice(&body);
        text.push(b'\n');
        Ok(text)
    }

    /// What a text says.
    ///
    /// # Errors
    /// It is newer than this program, or damaged.
    pub fn from_text(text: &[u8]) -> Result<Self, Unreadable> {
        let damaged = |why: &str| Unreadable::Damaged(why.to_owned());
        let end =
            memchr::memchr(b'\n', text).ok_or_else(|| damaged("its first line has no end"))?;
        let (head, body) = text.split_at(end);
        let head: Head = serde_json::from_slice(head)
            .map_err(|error| Unreadable::Damaged(format!("its first line: {error}")))?;
        if head.version > VERSION {
            return Err(Unreadable::Newer(head.version));
        }
        let body = body
            .strip_prefix(b"\n")
            .and_then(|body| body.strip_suffix(b"\n"))
            .filter(|body| body.len() == head.bytes)
            .ok_or_else(|| damaged("it is shorter or longer than its first line says"))?;
        if checksum(body) != head.crc32 {
            return Err(damaged("its checksum is another"));
        }
        serde_json::from_slice(body).map_err(|error| Unreadable::Damaged(error.to_string()))
    }
}

impl Entry {
    /// What is dealt with. Bounds that contradict each other add nothing.
    pub fn ranges(&self) -> Ranges {
        let mut ranges = Ranges::below(self.identity.mark.offset);
        for (start, end) in &self.acknowledged {
            ranges.insert(*start, *end);
        }
        ranges
    }
}

fn checksum(body: &[u8]) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(body);
    format!("{:08x}", crc.sum())
}
