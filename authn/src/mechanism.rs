//! THE TABLE of SASL mechanisms, and one exchange of tokens as a state that each step consumes.
//!
//! A mechanism is a file in `mechanism/`, a variant of [`Mechanism`] and a row here. What frames
//! tokens travel in is `session`'s business; what an identity may do is not decided here.

pub mod iam;
pub mod oauthbearer;
pub mod refusal;
pub mod scram;

use std::sync::Arc;

use identity::{IamContext, Principal, ScramMechanism};

use crate::credentials::ScramCredentials;
use crate::session::Peer;
use crate::sigv4::PAYLOAD_BYTES_MAX;

pub use refusal::{Message, Reason, Refusal};

/// A mechanism of Kafka or Amazon MSK. PLAIN and GSSAPI are none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mechanism {
    /// `SCRAM-SHA-256` and `SCRAM-SHA-512` (RFC 5802, RFC 7677).
    Scram(ScramMechanism),
    /// Amazon MSK's own: a signed request as JSON.
    AwsMskIam,
    /// RFC 7628, whose token is the same signed request as a URL.
    OauthBearer,
}

/// A row of the table.
struct Row {
    mechanism: Mechanism,
    name: &'static str,
    /// Longest token, in bytes.
    token_bytes_max: usize,
}

/// User names, nonces and proofs of SCRAM take a few hundred bytes.
const SCRAM_TOKEN_BYTES_MAX: usize = 4 * 1024;
/// As much as is read of the JSON.
const AWS_MSK_IAM_TOKEN_BYTES_MAX: usize = PAYLOAD_BYTES_MAX;
/// A session token of 12 KiB, three times what AWS documents, and what escapes and base64 add to it.
const OAUTHBEARER_TOKEN_BYTES_MAX: usize = 24 * 1024;
/// The longest token of any mechanism: who has not logged in may make us hold that much.
pub const TOKEN_BYTES_MAX: usize = OAUTHBEARER_TOKEN_BYTES_MAX;

const MECHANISMS: [Row; 4] = [
    Row {
        mechanism: Mechanism::Scram(ScramMechanism::Sha256),
        name: "SCRAM-SHA-256",
        token_bytes_max: SCRAM_TOKEN_BYTES_MAX,
    },
    Row {
        mechanism: Mechanism::Scram(ScramMechanism::Sha512),
        name: "SCRAM-SHA-512",
        token_bytes_max: SCRAM_TOKEN_BYTES_MAX,
    },
    Row {
        mechanism: Mechanism::AwsMskIam,
        name: "AWS_MSK_IAM",
        token_bytes_max: AWS_MSK_IAM_TOKEN_BYTES_MAX,
    },
    Row {
        mechanism: Mechanism::OauthBearer,
        name: "OAUTHBEARER",
        token_bytes_max: OAUTHBEARER_TOKEN_BYTES_MAX,
    },
];

impl Mechanism {
    /// All of them, in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        MECHANISMS.iter().map(|row| row.mechanism)
    }

    /// The mechanism of this name, spelled exactly.
    pub fn named(name: &str) -> Option<Self> {
        let row = MECHANISMS.iter().find(|row| row.name == name)?;
        Some(row.mechanism)
    }

    /// The name in SaslHandshake.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// Longest token that is looked at, in bytes.
    pub fn token_bytes_max(self) -> usize {
        self.row().map_or(0, |row| row.token_bytes_max)
    }

    fn row(self) -> Option<&'static Row> {
        MECHANISMS.iter().find(|row| row.mechanism == self)
    }
}

/// What checks tokens. A mechanism without its part refuses everybody.
#[derive(Clone, Debug)]
pub struct Authenticators {
    /// Who has a password.
    pub scram: Arc<ScramCredentials>,
    /// Who has access keys; `None` without an identity store.
    pub iam: Option<iam::IamLogin>,
    /// Where nonces come from.
    pub random: Arc<dyn Random>,
}

/// A source of bits that nobody can guess.
pub trait Random: std::fmt::Debug + Send + Sync {
    /// Fills `to`.
    fn fill(&self, to: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The system has no random bits to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system's random number generator gives nothing")]
pub struct NoRandomness;

/// The generator of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, to: &mut [u8]) -> Result<(), NoRandomness> {
        aws_lc_rs::rand::fill(to).map_err(|_| NoRandomness)
    }
}

/// An exchange that waits for the client's next token.
#[derive(Debug)]
pub enum Exchange {
    /// SCRAM, nothing received so far.
    ScramFirst(ScramMechanism),
    /// SCRAM, the proof is due.
    ScramFinal(Box<scram::Challenged>),
    /// AWS_MSK_IAM, whose one token is due.
    AwsMskIam,
    /// OAUTHBEARER, whose one token is due.
    OauthBearer,
    /// OAUTHBEARER, refused: the client has to acknowledge that before it is told.
    OauthBearerRefused(Box<Refusal>),
}

/// What a token led to.
#[derive(Debug)]
pub enum Step {
    /// Another token is due.
    Challenge {
        /// For the client.
        answer: Vec<u8>,
        /// What waits for it.
        exchange: Exchange,
    },
    /// The client is who it says.
    Done {
        /// For the client.
        answer: Vec<u8>,
        /// Who that is.
        identity: Box<Identity>,
    },
    /// The client is not.
    Refused(Refusal),
}

/// Whom a mechanism found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The principal.
    pub principal: Principal,
    /// Present exactly for principals of type `IAM`.
    pub iam: Option<IamContext>,
    /// When its credential ends, milliseconds since the epoch.
    pub expires_at_ms: Option<i64>,
}

impl Exchange {
    /// The begin of an exchange.
    pub fn begin(mechanism: Mechanism) -> Self {
        match mechanism {
            Mechanism::Scram(hash) => Self::ScramFirst(hash),
            Mechanism::AwsMskIam => Self::AwsMskIam,
            Mechanism::OauthBearer => Self::OauthBearer,
        }
    }

    /// Which mechanism this is an exchange of.
    pub fn mechanism(&self) -> Mechanism {
        match self {
            Self::ScramFirst(hash) => Mechanism::Scram(*hash),
            Self::ScramFinal(challenged) => Mechanism::Scram(challenged.mechanism()),
            Self::AwsMskIam => Mechanism::AwsMskIam,
            Self::OauthBearer | Self::OauthBearerRefused(_) => Mechanism::OauthBearer,
        }
    }

    /// Takes one token of the client.
    pub fn step(self, by: &Authenticators, peer: &Peer, token: &[u8], now_ms: i64) -> Step {
        match self {
            Self::ScramFirst(hash) => scram::first(hash, by, token),
            Self::ScramFinal(challenged) => challenged.last(&by.scram, token),
            Self::AwsMskIam => iam::step(by.iam.as_ref(), peer, token, now_ms),
            Self::OauthBearer => oauthbearer::step(by.iam.as_ref(), peer, token, now_ms),
            Self::OauthBearerRefused(refusal) => oauthbearer::acknowledged(*refusal, token),
        }
    }
}

#[cfg(test)]
mod tests;
