//! The book of an authority: every certificate it issued, and which of them are revoked.
//!
//! Keys are not in it, and neither are the certificates: a serial number is enough to revoke.

use super::directory::{self, PkiDir};
use super::error::CertsError;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// What `issued.json` holds.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Issued {
    version: u32,
    /// The number of the last revocation list; numbers only grow (RFC 5280, 5.2.3).
    pub(super) crl_number: u64,
    pub(super) certificates: Vec<Entry>,
}

/// One certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Entry {
    /// Hexadecimal.
    pub(super) serial: String,
    pub(super) kind: Kind,
    /// Of a client; that of the server is `server`.
    pub(super) name: String,
    /// What ACLs call its owner, such as `User:CN=orders`; empty for a server.
    pub(super) principal: String,
    /// Milliseconds since 1970, as all times here.
    pub(super) not_after_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revoked_at_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Client,
    Server,
}

/// How a certificate is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Expired,
    Revoked,
    Valid,
}

impl Issued {
    /// The book, or an empty one where nothing was issued yet.
    pub(super) fn read(dir: &PkiDir) -> Result<Self, CertsError> {
        let path = dir.issued();
        if !path.exists() {
            return Ok(Self {
                version: VERSION,
                crl_number: 0,
                certificates: Vec::new(),
            });
        }
        let text = directory::read(&path)?;
        let damaged = |error: serde_json::Error| CertsError::Damaged {
            path: path.clone(),
            problem: error.to_string(),
        };
        let head: Head = serde_json::from_str(&text).map_err(damaged)?;
        if head.version > VERSION {
            return Err(CertsError::Newer {
                path,
                version: head.version,
                known: VERSION,
            });
        }
        serde_json::from_str(&text).map_err(damaged)
    }

    /// Writes it.
    pub(super) fn write(&self, dir: &PkiDir) -> Result<(), CertsError> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| CertsError::make("the list of certificates")(error.into()))?;
        text.push(b'\n');
        directory::write(&dir.issued(), &text)
    }

    /// Marks as revoked what belongs to a client's name or has a serial number; how many.
    pub(super) fn revoke(&mut self, name_or_serial: &str, now_ms: i64) -> usize {
        let named = |entry: &&mut Entry| {
            let is_meant = entry.kind == Kind::Client && entry.name == name_or_serial
                || entry.serial == name_or_serial.to_ascii_lowercase();
            is_meant && entry.state(now_ms) == State::Valid
        };
        let mut count = 0;
        for entry in self.certificates.iter_mut().filter(named) {
            entry.revoked_at_ms = Some(now_ms);
            count += 1;
        }
        count
    }

    /// Whether a client of this name could come in today.
    pub(super) fn has_valid_client(&self, name: &str, now_ms: i64) -> bool {
        self.certificates.iter().any(|entry| {
            entry.kind == Kind::Client && entry.name == name && entry.state(now_ms) == State::Valid
        })
    }
}

impl Entry {
    pub(super) fn state(&self, now_ms: i64) -> State {
        if self.revoked_at_ms.is_some() {
            State::Revoked
        } else if self.not_after_ms <= now_ms {
            State::Expired
        } else {
            State::Valid
        }
    }
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}
