//! SCRAM's client (RFC 5802 §5) as Kafka speaks it: no channel binding, no SASLprep.
//!
//!     n,,n=USER,r=NONCE                    ->
//!                                          <-  r=NONCE+SERVER,s=SALT,i=ROUNDS
//!     c=biws,r=NONCE+SERVER,p=PROOF        ->
//!                                          <-  v=SIGNATURE  or  e=REASON

use std::num::NonZeroU32;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::ScramMechanism;
use zeroize::Zeroizing;

use super::{Password, SaslError, Step};

/// Bytes of randomness in a nonce: what Kafka's clients take at least.
const NONCE_BYTES: usize = 24;
/// Fewest rounds that are believed: below, a stolen exchange gives the password away.
const ITERATIONS_MIN: u32 = 4096;
/// Most rounds: about half a second of hashing, so that a hostile server cannot keep us busy.
const ITERATIONS_MAX: u32 = 1_000_000;
/// No channel binding, no other identity (RFC 5801 §4).
const GS2_HEADER: &str = "n,,";
const NAME: &str = "SCRAM";

/// Where a login is.
pub(crate) enum Exchange {
    /// The client's first message is out.
    First {
        mechanism: ScramMechanism,
        password: Password,
        nonce: String,
        /// Without the GS2 header: the part that is signed.
        first_bare: String,
    },
    /// The proof is out.
    Final {
        /// What a server that knows the password answers.
        signature: Vec<u8>,
    },
    /// The server proved itself.
    Done,
}

impl Exchange {
    pub(super) fn begin(
        mechanism: ScramMechanism,
        username: &str,
        password: &Password,
    ) -> Result<(Self, Vec<u8>), SaslError> {
        let mut random = [0; NONCE_BYTES];
        rand::fill(&mut random).map_err(|_| SaslError::NoRandomness)?;
        let nonce = STANDARD.encode(random);
        Ok(Self::begin_with(mechanism, username, password, nonce))
    }

    fn begin_with(
        mechanism: ScramMechanism,
        username: &str,
        password: &Password,
        nonce: String,
    ) -> (Self, Vec<u8>) {
        let name = username.replace('=', "=3D").replace(',', "=2C");
        let first_bare = format!("n={name},r={nonce}");
        let token = format!("{GS2_HEADER}{first_bare}").into_bytes();
        let exchange = Self::First {
            mechanism,
            password: password.clone(),
            nonce,
            first_bare,
        };
        (exchange, token)
    }

    pub(super) fn next(&mut self, answer: &[u8]) -> Result<Step, SaslError> {
        let answer = std::str::from_utf8(answer).map_err(|_| SaslError::Unreadable(NAME))?;
        match std::mem::replace(self, Self::Done) {
            Self::First {
                mechanism,
                password,
                nonce,
                first_bare,
            } => {
                let server = ServerFirst::parse(answer, &nonce)?;
                let (token, signature) = prove(mechanism, &password, &first_bare, &server);
                *self = Self::Final { signature };
                Ok(Step::Send(token))
            }
            Self::Final { signature } => check_signature(answer, &signature),
            Self::Done => Err(SaslError::Unreadable(NAME)),
        }
    }
}

/// The server's first message, and its pieces.
struct ServerFirst<'a> {
    text: &'a str,
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

impl<'a> ServerFirst<'a> {
    fn parse(text: &'a str, client_nonce: &str) -> Result<Self, SaslError> {
        let bad = SaslError::Unreadable(NAME);
        let mut attributes = text.split(',');
        let mut attribute = |name: &str| attributes.next()?.strip_prefix(name);
        let (Some(nonce), Some(salt), Some(iterations)) =
            (attribute("r="), attribute("s="), attribute("i="))
        else {
            return Err(bad);
        };
        // The server must add to our nonce, else an old exchange could be played to us.
        let added = nonce.strip_prefix(client_nonce);
        if added.is_none_or(str::is_empty) {
            return Err(bad);
        }
        let salt = STANDARD.decode(salt).map_err(|_| bad.clone())?;
        let iterations: NonZeroU32 = iterations.parse().map_err(|_| bad)?;
        if !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations.get()) {
            return Err(SaslError::Iterations(iterations.get()));
        }
        Ok(Self {
            text,
            nonce,
            salt,
            iterations,
        })
    }
}

/// The client's last message, and what the server has to answer to it.
fn prove(
    mechanism: ScramMechanism,
    password: &Password,
    first_bare: &str,
    server: &ServerFirst<'_>,
) -> (Vec<u8>, Vec<u8>) {
    let secret = password.expose().as_bytes();
    let salted = mechanism.salted_password(secret, &server.salt, server.iterations);
    let client_key = Zeroizing::new(mechanism.hmac(&salted, b"Client Key"));
    let server_key = Zeroizing::new(mechanism.hmac(&salted, b"Server Key"));
    let stored_key = mechanism.hash(&client_key);
    let without_proof = format!("c={},r={}", STANDARD.encode(GS2_HEADER), server.nonce);
    let signed = format!("{first_bare},{},{without_proof}", server.text);
    let client_signature = mechanism.hmac(&stored_key, signed.as_bytes());
    let pairs = client_key.iter().zip(&client_signature);
    let proof: Vec<u8> = pairs.map(|(key, signature)| key ^ signature).collect();
    let token = format!("{without_proof},p={}", STANDARD.encode(proof)).into_bytes();
    (token, mechanism.hmac(&server_key, signed.as_bytes()))
}

fn check_signature(answer: &str, expected: &[u8]) -> Result<Step, SaslError> {
    if let Some(reason) = answer.strip_prefix("e=") {
        return Err(SaslError::Refused(reason.to_owned()));
    }
    let signature = answer.strip_prefix("v=");
    let signature = signature.ok_or(SaslError::Unreadable(NAME))?;
    let signature = signature.split(',').next().unwrap_or_default();
    let signature = STANDARD.decode(signature);
    let signature = signature.map_err(|_| SaslError::Unreadable(NAME))?;
    verify_slices_are_equal(&signature, expected).map_err(|_| SaslError::ServerUnproven)?;
    Ok(Step::Done)
}

#[cfg(test)]
mod tests;
