//! One dead letter as a line of JSON.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// The version of the lines.
const VERSION: u32 = 1;

/// An event that a sink does not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Of the line's form.
    pub(crate) version: u32,
    /// Which sink.
    pub sink: String,
    /// The label of why.
    pub reason: String,
    /// A sentence, where the sink said one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The file's id.
    pub file_id: String,
    /// Where the file was.
    pub path: String,
    /// The log's name.
    pub log: String,
    /// Where the event was in the file.
    pub offset: u64,
    /// Behind its last byte.
    pub end: u64,
    /// When it happened.
    pub timestamp_ms: i64,
    /// When this was written.
    pub written_ms: i64,
    /// Where in the sink it was to go.
    pub destination: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base64: Option<String>,
}

/// Why a line is no dead letter.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is not the JSON that is expected.
    #[error("is no dead letter: {0}")]
    Json(#[from] serde_json::Error),
    /// It was written by a newer program.
    #[error("is of version {0}, and this program knows {VERSION}")]
    Newer(u32),
    /// It has no text.
    #[error("has neither text nor base64")]
    NoText,
}

impl Letter {
    /// An empty one, to be filled in.
    pub fn new(text: &[u8]) -> Self {
        let (text, base64) = match std::str::from_utf8(text) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(BASE64_STANDARD.encode(text))),
        };
        Self {
            version: VERSION,
            sink: String::new(),
            reason: String::new(),
            why: String::new(),
            file_id: String::new(),
            path: String::new(),
            log: String::new(),
            offset: 0,
            end: 0,
            timestamp_ms: 0,
            written_ms: 0,
            destination: String::new(),
            text,
            base64,
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    /// It is none.
    pub fn read(line: &[u8]) -> Result<Self, Malformed> {
        let letter: Self = serde_json::from_slice(line)?;
        match letter.version > VERSION {
            true => Err(Malformed::Newer(letter.version)),
            false => Ok(letter),
        }
    }

    /// Adds its line.
    pub fn write(&self, to: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *to, self)?;
        to.push(b'\n');
        Ok(())
    }

    /// The text of the event, as it was in the file.
    ///
    /// # Errors
    /// There is none.
    pub fn text(&self) -> Result<Vec<u8>, Malformed> {
        if let Some(text) = &self.text {
            return Ok(text.clone().into_bytes());
        }
        let encoded = self.base64.as_deref().ok_or(Malformed::NoText)?;
        BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| Malformed::NoText)
    }
}
