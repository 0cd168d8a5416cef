//! Logins: what a client says in SaslAuthenticate, and what it demands of the answers (RFC 4422).
//!
//! Pure but for randomness, and for credentials that are looked up anew at each login. The frames
//! around the tokens are `connection/login.rs`.

mod aws_credentials;
mod aws_region;
mod msk_iam;
mod oauthbearer;
mod password;
mod scram;
mod sigv4;

use identity::ScramMechanism;

pub use aws_credentials::{AwsCredentials, CredentialSource, ProfileChain};
pub use msk_iam::IamLogin;
pub use password::Password;

/// A mechanism with the credentials for it.
#[derive(Clone, Debug)]
pub enum Sasl {
    /// RFC 4616. The password goes over the wire as it is.
    Plain {
        /// Who.
        username: String,
        /// The secret.
        password: Password,
    },
    /// RFC 5802 and 7677, as Kafka speaks them; the server proves itself, too.
    Scram {
        /// Which hash.
        mechanism: ScramMechanism,
        /// Who.
        username: String,
        /// The secret.
        password: Password,
    },
    /// Amazon MSK's own mechanism: a signed request in JSON.
    AwsMskIam(IamLogin),
    /// RFC 7628 with the token of Amazon MSK: a presigned URL.
    OauthBearer(IamLogin),
}

/// Why a client gives a login up by itself. The text names the remedy where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaslError {
    /// The server's words are not those of the mechanism.
    #[error("the server's answer is not of {0}; is it a Kafka listener of this mechanism?")]
    Unreadable(&'static str),
    /// The server asks for too little or too much work.
    #[error("the server wants {0} rounds of hashing, outside of 4096 to 1000000")]
    Iterations(u32),
    /// The server does not know the password either.
    #[error("the server did not prove that it knows the password; it may be an impostor")]
    ServerUnproven,
    /// The server says no in the mechanism's own way.
    #[error("{0}")]
    Refused(String),
    /// No region to sign for.
    #[error(
        "no AWS region is known: set AWS_REGION, or region in the profile, or connect by a host \
         name that holds one"
    )]
    NoRegion,
    /// No credentials to sign with.
    #[error("{0}")]
    NoCredentials(String),
    /// The machine gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

/// What comes after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another token.
    Send(Vec<u8>),
    /// The login is complete.
    Done,
}

/// A login in progress.
pub(crate) enum Exchange {
    Plain,
    Scram(scram::Exchange),
    AwsMskIam,
    OauthBearer(oauthbearer::Exchange),
}

impl Sasl {
    /// The name in SaslHandshake.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::Scram { mechanism, .. } => mechanism.name(),
            Self::AwsMskIam(_) => "AWS_MSK_IAM",
            Self::OauthBearer(_) => "OAUTHBEARER",
        }
    }

    /// Begins a login at the server that is called `host`; gives the first token.
    pub(crate) fn begin(&self, host: &str) -> Result<(Exchange, Vec<u8>), SaslError> {
        match self {
            Self::Plain { username, password } => {
                let token = format!("\0{username}\0{}", password.expose());
                Ok((Exchange::Plain, token.into_bytes()))
            }
            Self::Scram {
                mechanism,
                username,
                password,
            } => {
                let (exchange, token) = scram::Exchange::begin(*mechanism, username, password)?;
                Ok((Exchange::Scram(exchange), token))
            }
            Self::AwsMskIam(login) => Ok((Exchange::AwsMskIam, login.payload(host)?)),
            Self::OauthBearer(login) => {
                let token = oauthbearer::first(&login.token(host)?);
                Ok((Exchange::OauthBearer(oauthbearer::Exchange::Sent), token))
            }
        }
    }
}

impl Exchange {
    /// Takes an answer that carries no error.
    pub(crate) fn next(&mut self, answer: &[u8]) -> Result<Step, SaslError> {
        match self {
            Self::Plain => Ok(Step::Done),
            Self::Scram(exchange) => exchange.next(answer),
            Self::AwsMskIam => msk_iam::check_answer(answer).map(|()| Step::Done),
            Self::OauthBearer(exchange) => exchange.next(answer),
        }
    }
}
