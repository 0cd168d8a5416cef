//! The server of SCRAM (RFC 5802, RFC 7677) as Kafka speaks it: no channel binding, no SASLprep,
//! ASCII names, UTF-8 passwords that only clients know.
//!
//! ```text
//! client  n,[a=NAME],n=NAME,r=CNONCE[,EXT=VALUE]...          client-first
//! server  r=CNONCE SNONCE,s=SALT,i=ITERATIONS
//! client  c=BASE64,r=CNONCE SNONCE[,EXT=VALUE]...,p=PROOF    client-final
//! server  v=SIGNATURE
//! ```
//!
//! Nobody learns whether a user exists: an unknown one gets a challenge that looks like the
//! others and stays the same, costs the same work, and fails with the same words at the same
//! place. No password and no PBKDF2 is ever needed here.

mod messages;

use aws_lc_rs::constant_time;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::{Principal, ScramMechanism};

use super::{Authenticators, Exchange, Identity, Message, Reason, Refusal, Step};
use crate::credentials::{Found, ScramCredentials};

pub use messages::{ClientFinal, ClientFirst};

/// Bytes of a server nonce: 144 random bits, 24 characters without padding.
const SERVER_NONCE_BYTES: usize = 18;

/// An exchange after the server's challenge.
#[derive(Debug)]
pub struct Challenged {
    mechanism: ScramMechanism,
    name: String,
    /// In the extension `tokenauth`: the name is a delegation token's.
    is_token: bool,
    found: Found,
    /// `base64(gs2-header)`, which `c=` must repeat.
    binding: String,
    client_nonce: String,
    nonce: String,
    /// `client-first-bare,server-first,`.
    transcript: Vec<u8>,
}

/// Takes the client-first message. All that fails here fails without looking whether the user
/// exists.
pub fn first(mechanism: ScramMechanism, by: &Authenticators, token: &[u8]) -> Step {
    let message = match ClientFirst::parse(token) {
        Ok(message) => message,
        Err(what) => return Step::Refused(Refusal::new(Reason::Malformed(what))),
    };
    if message
        .authorization_id
        .is_some_and(|id| id != message.name)
    {
        let refusal = Refusal {
            message: Message::Text(
                "Authentication failed: Client requested an authorization id that is different \
                 from username"
                    .to_owned(),
            ),
            ..Refusal::of(&message.name, Reason::AuthorizationId)
        };
        return Step::Refused(refusal);
    }
    let mut random = [0; SERVER_NONCE_BYTES];
    if by.random.fill(&mut random).is_err() {
        return Step::Refused(Refusal::of(&message.name, Reason::NoRandomness));
    }
    let found = by.scram.find(mechanism, &message.name);
    let nonce = format!("{}{}", message.nonce, STANDARD.encode(random));
    let salt = STANDARD.encode(&found.credential.salt);
    // Of the two credentials one is cold in the caches: both are read, whichever it is.
    std::hint::black_box(STANDARD.encode(&found.other.salt));
    let iterations = found.credential.iterations;
    let answer = format!("r={nonce},s={salt},i={iterations}").into_bytes();
    let challenged = Challenged {
        mechanism,
        is_token: message.is_token,
        found,
        binding: STANDARD.encode(message.gs2_header),
        client_nonce: message.nonce.to_owned(),
        nonce,
        transcript: [message.bare, b",", &answer, b","].concat(),
        name: message.name,
    };
    Step::Challenge {
        answer,
        exchange: Exchange::ScramFinal(Box::new(challenged)),
    }
}

impl Challenged {
    /// Which of the two.
    pub fn mechanism(&self) -> ScramMechanism {
        self.mechanism
    }

    /// Takes the client-final message.
    pub fn last(self, credentials: &ScramCredentials, token: &[u8]) -> Step {
        let refuse = |reason| Step::Refused(Refusal::of(&self.name, reason));
        let message = match ClientFinal::parse(token) {
            Ok(message) => message,
            Err(what) => return refuse(Reason::Malformed(what)),
        };
        if message.binding != self.binding {
            return refuse(Reason::Malformed(
                "c= is not the header of the first message",
            ));
        }
        if !self.is_nonce(message.nonce) {
            return refuse(Reason::Malformed("r= is not the server's nonce"));
        }
        let transcript = [&self.transcript, message.without_proof].concat();
        let is_proof = self.verifies(&transcript, &message.proof);
        // Looked up again, so that a password that was changed meanwhile ends the login.
        let now = credentials.known(self.mechanism, &self.name);
        let is_same = now.is_some_and(|now| now == self.found.credential);
        match (is_proof, self.found.is_known) {
            _ if self.is_token => refuse(Reason::DelegationToken),
            (_, false) => refuse(Reason::UnknownUser),
            (false, true) => refuse(Reason::WrongPassword),
            (true, true) if !is_same => refuse(Reason::CredentialChanged),
            (true, true) => self.done(&transcript),
        }
    }

    /// The nonce as RFC 5802 has it, or with the client's part in front once more, as librdkafka
    /// before 2.6.1 sends it; no other spelling.
    fn is_nonce(&self, nonce: &str) -> bool {
        let doubled = nonce.strip_prefix(&self.client_nonce);
        nonce == self.nonce || doubled == Some(&self.nonce)
    }

    /// `H(proof XOR HMAC(StoredKey, transcript)) == StoredKey`.
    fn verifies(&self, transcript: &[u8], proof: &[u8]) -> bool {
        let stored_key = &self.found.credential.stored_key;
        let signature = self.mechanism.hmac(stored_key, transcript);
        let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(p, s)| p ^ s).collect();
        let hash = self.mechanism.hash(&client_key);
        let is_whole = proof.len() == signature.len();
        constant_time::verify_slices_are_equal(&hash, stored_key).is_ok() && is_whole
    }

    fn done(self, transcript: &[u8]) -> Step {
        let signature = self
            .mechanism
            .hmac(&self.found.credential.server_key, transcript);
        Step::Done {
            answer: format!("v={}", STANDARD.encode(signature)).into_bytes(),
            identity: Box::new(Identity {
                principal: Principal::user(&self.name),
                iam: None,
                expires_at_ms: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
