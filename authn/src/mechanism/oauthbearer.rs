//! OAUTHBEARER (RFC 7628) as Kafka and Amazon MSK speak it. The token is a presigned URL; a JSON
//! Web Token is none, and there is no key by which one could be accepted.
//!
//! ```text
//! client  n,[a=NAME],\x01auth=Bearer TOKEN\x01[KEY=VALUE\x01]...\x01
//! server  nothing                              on success
//!         {"status":"invalid_token"}           on failure, which
//! client  \x01                                 acknowledges before it is told
//! ```

use super::iam::{self, Form, IamLogin};
use super::{Exchange, Reason, Refusal, Step};
use crate::session::Peer;
use crate::sigv4::SignedRequest;

/// What a refused client gets before the refusal.
const INVALID_TOKEN: &[u8] = br#"{"status":"invalid_token"}"#;
/// What it answers.
const ACKNOWLEDGED: &[u8] = b"\x01";
/// Most extensions of a message; Kafka's clients send none or a few.
const EXTENSIONS_MAX: usize = 64;

/// The client's one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMessage<'a> {
    /// `a=`, whom it wants to act as; as it came.
    pub authorization_id: Option<&'a str>,
    /// What follows `Bearer`.
    pub token: &'a str,
}

/// Takes the client's one token.
pub fn step(iam: Option<&IamLogin>, peer: &Peer, token: &[u8], now_ms: i64) -> Step {
    let message = match ClientMessage::parse(token) {
        Ok(message) => message,
        // Not RFC 7628 at all: nobody there to acknowledge anything.
        Err(what) => return Step::Refused(Refusal::new(Reason::Malformed(what))),
    };
    let verified = SignedRequest::of_token(message.token)
        .map_err(|what| Refusal::new(Reason::Malformed(what)))
        .and_then(|request| iam::verify(iam, peer, Form::Token, &request, now_ms));
    let verified = match verified {
        Ok(verified) => verified,
        Err(refusal) => return refuse(iam::with_text(refusal, peer)),
    };
    let mut identity = verified.identity;
    let name = identity.principal.name();
    if message.authorization_id.is_some_and(|id| id != name) {
        let refusal = Refusal::of(name, Reason::AuthorizationId);
        return refuse(iam::with_text(refusal, peer));
    }
    // The token is the credential: the session ends with it, as on Amazon MSK.
    let end = verified.signature_ends_at_ms;
    identity.expires_at_ms = Some(identity.expires_at_ms.map_or(end, |other| other.min(end)));
    Step::Done {
        answer: Vec::new(),
        identity: Box::new(identity),
    }
}

/// Takes what the client says to a refusal; nothing it could say changes it.
pub fn acknowledged(refusal: Refusal, token: &[u8]) -> Step {
    if token == ACKNOWLEDGED {
        return Step::Refused(refusal);
    }
    Step::Refused(Refusal {
        reason: Reason::Malformed("something else than 01 after a refusal"),
        ..refusal
    })
}

fn refuse(refusal: Refusal) -> Step {
    Step::Challenge {
        answer: INVALID_TOKEN.to_vec(),
        exchange: Exchange::OauthBearerRefused(Box::new(refusal)),
    }
}

impl<'a> ClientMessage<'a> {
    /// Reads the message; the error says what is wrong with it.
    pub fn parse(token: &'a [u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(token).map_err(|_| "not UTF-8")?;
        let text = text.strip_suffix("\x01\x01").ok_or("no end")?;
        let (header, pairs) = text.split_once('\x01').ok_or("no 01 after the header")?;
        let mut seen: Vec<&str> = Vec::new();
        let mut bearer = None;
        for pair in pairs.split('\x01') {
            let (key, value) = pair.split_once('=').ok_or("a pair without =")?;
            if !is_key(key) || !value.bytes().all(is_value) {
                return Err("a pair with other characters than RFC 7628 has");
            }
            if seen.contains(&key) || seen.len() == EXTENSIONS_MAX {
                return Err("a key twice, or too many of them");
            }
            seen.push(key);
            if key == "auth" {
                bearer = Some(value);
            }
        }
        Ok(Self {
            authorization_id: authorization_id(header)?,
            token: token_of(bearer.ok_or("no auth=")?)?,
        })
    }
}

/// `n,` and `a=NAME,` or nothing and a comma.
fn authorization_id(header: &str) -> Result<Option<&str>, &'static str> {
    let rest = header
        .strip_prefix("n,")
        .and_then(|rest| rest.strip_suffix(','))
        .ok_or("the GS2 header is not n,,")?;
    match rest {
        "" => Ok(None),
        text => match text.strip_prefix("a=") {
            Some(id) if !id.contains(',') => Ok(Some(id).filter(|id| !id.is_empty())),
            _ => Err("the GS2 header has something else than a="),
        },
    }
}

/// `Bearer`, in any case, blanks, and the alphabet of RFC 6750.
fn token_of(value: &str) -> Result<&str, &'static str> {
    let (scheme, token) = value.split_once(' ').ok_or("no scheme")?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err("another scheme than Bearer");
    }
    let token = token.trim_matches(' ');
    let unpadded = token.trim_end_matches('=');
    let is_token = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'+' | b'/' | b'.')
    };
    if unpadded.is_empty() || !unpadded.bytes().all(is_token) {
        return Err("no bearer token");
    }
    Ok(token)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_value(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7E | b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests;
