//! Why a call to a cluster gave no answer, or a bad one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use protocol::{ApiKey, DecodeError, EncodeError, ErrorCode};

use crate::{SecurityProtocol, TlsAdvice};

/// A failed call. Cloned to everybody who waited for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// No bootstrap address was given.
    #[error("no bootstrap server is given; name at least one as host:port")]
    NoBootstrap,
    /// Nobody listens there, or the name does not resolve.
    #[error("cannot connect to {address}")]
    Connect {
        /// `host:port`.
        address: String,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// The stream broke while an answer was awaited.
    #[error("the connection to {address} broke")]
    Broken {
        /// `host:port`.
        address: String,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// The broker closed the connection instead of answering.
    #[error(
        "{address} closed the connection; is it a Kafka listener for security.protocol \
         {security_protocol}?"
    )]
    Closed {
        /// `host:port`.
        address: String,
        /// What this client speaks.
        security_protocol: SecurityProtocol,
    },
    /// TLS with the broker did not come about.
    #[error("no TLS connection to {address}: {}", advice.text())]
    Tls {
        /// `host:port`.
        address: String,
        /// What is wrong, as far as it can be told.
        advice: TlsAdvice,
        /// What the TLS library says.
        source: Arc<io::Error>,
    },
    /// The broker does not let us in, or we do not believe it.
    #[error("login at {address} with {mechanism} failed: {reason}")]
    Login {
        /// `host:port`.
        address: String,
        /// The SASL mechanism.
        mechanism: &'static str,
        /// The broker's words, or ours.
        reason: String,
    },
    /// No answer in time. The connection is given up, since later answers would queue behind it.
    #[error("no answer from {address} within {after:?}")]
    TimedOut {
        /// `host:port`.
        address: String,
        /// How long was waited.
        after: Duration,
    },
    /// An answer that is not the protocol's.
    #[error("{address} sent an answer that is not a {api} response")]
    Unreadable {
        /// `host:port`.
        address: String,
        /// What was asked.
        api: ApiKey,
        /// Where it went wrong; `None` where another answer was expected.
        source: Option<DecodeError>,
    },
    /// A request that the broker's version cannot express.
    #[error("the broker's version of {api} cannot carry this request")]
    Unwritable {
        /// What was to be asked.
        api: ApiKey,
        /// Which field it is.
        source: EncodeError,
    },
    /// The broker has no version of an API that we have.
    #[error("{address} does not offer {api} in a version that this client knows")]
    Unsupported {
        /// `host:port`.
        address: String,
        /// What was to be asked.
        api: ApiKey,
    },
    /// The broker answered with an error.
    #[error("{what}: {code}{}", detail(.message))]
    Refused {
        /// What was asked, as the start of a sentence.
        what: String,
        /// The broker's answer.
        code: ErrorCode,
        /// Its words, where the API has room for them.
        message: Option<String>,
    },
    /// Records that cannot be a batch, or a batch that holds no records.
    #[error("{what}: {reason}")]
    Records {
        /// Where the records are from or for.
        what: String,
        /// What is wrong with them.
        reason: String,
    },
    /// A request that no broker could answer: what is wrong with it.
    #[error("{0}")]
    Invalid(String),
}

fn detail(message: &Option<String>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!(": {message}"),
        _ => String::new(),
    }
}

impl ClientError {
    /// The error of `code`, or nothing where the code says that all is well.
    pub(crate) fn check(
        code: ErrorCode,
        message: Option<&str>,
        what: impl FnOnce() -> String,
    ) -> Result<(), Self> {
        if code.is_none() {
            return Ok(());
        }
        Err(Self::Refused {
            what: what(),
            code,
            message: message.map(str::to_owned),
        })
    }

    /// The broker's code, where it answered.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later: a broken connection, or a code that Kafka's
    /// clients retry.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Broken { .. }
            | Self::Closed { .. }
            | Self::TimedOut { .. } => true,
            Self::Refused { code, .. } => code.is_retriable(),
            _ => false,
        }
    }

    /// Whether a coordinator or leader has moved, or is not there yet: nothing is wrong with the
    /// request itself.
    pub(crate) fn is_moved(&self) -> bool {
        match self.code() {
            Some(code) => matches!(
                code,
                ErrorCode::NOT_COORDINATOR
                    | ErrorCode::COORDINATOR_NOT_AVAILABLE
                    | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS
                    | ErrorCode::BROKER_NOT_AVAILABLE
            ),
            None => false,
        }
    }
}
