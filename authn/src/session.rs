//! SASL of one connection, as Kafka's `SaslServerAuthenticator` speaks it: ApiVersions at most
//! once, SaslHandshake, then the tokens of a mechanism (KIP-43, KIP-152), and all of it again when
//! a session is renewed (KIP-368).
//!
//! ```text
//! VersionsOrHandshake --ApiVersions--> Handshake --SaslHandshake--> Tokens --token...--> Authenticated
//!        (a renewal begins in Handshake)                              \--> Failed
//! ```
//!
//! A pure state machine: frames come in without their length and replies go out with it, time is
//! an argument. It reads no socket, waits for nothing and closes nothing; its caller does.

mod answer;
mod lifetime;
mod renewal;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use identity::{IamContext, Principal};
use protocol::frame::{self, DecodedRequest, Prefix};
use protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use protocol::{ApiKey, ErrorCode, Request};

use crate::mechanism::{
    Authenticators, Exchange, Identity, Mechanism, Message, Reason, Refusal, Step,
};

pub use renewal::{MINIMUM_INTERVAL, RenewalPrincipal, illegal_state};

/// Longest frame before a mechanism is chosen: an ApiVersions request with the longest client id
/// and software name that anybody uses has a few hundred bytes.
pub const HANDSHAKE_FRAME_BYTES_MAX: usize = 4 * 1024;
/// What a frame may have beyond the token that it carries: the header with the client id.
pub const HEADER_BYTES_MAX: usize = 4 * 1024;
/// Longest software name and version that is kept; longer ones are cut, because they travel in
/// the preface.
const SOFTWARE_BYTES_MAX: usize = 128;
/// Longest mechanism name that a log repeats.
const CLAIMED_BYTES_MAX: usize = 64;

/// What a listener offers and asks; one value for all its connections.
#[derive(Debug)]
pub struct SaslSettings {
    /// What is offered, in this order.
    pub mechanisms: Vec<Mechanism>,
    /// `outrigger.sasl.raw.tokens`: whether SaslHandshake version 0, which bare tokens follow, is
    /// taken. Such a client learns of no failure and cannot renew its session.
    pub raw_tokens: bool,
    /// `connections.max.reauth.ms`; `None` where it is 0.
    pub session_max: Option<Duration>,
    /// What must stay the same when a session is renewed.
    pub renewal_principal: RenewalPrincipal,
    /// What checks tokens.
    pub authenticators: Authenticators,
}

/// What is known of a connection before it speaks.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Where the client is.
    pub address: IpAddr,
    /// Names the connection in logs; IAM answers call it the request id.
    pub connection_id: [u8; 16],
}

/// Who logged in, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// Who.
    pub principal: Principal,
    /// How.
    pub mechanism: Mechanism,
    /// Present exactly for principals of type `IAM`.
    pub iam: Option<IamContext>,
    /// Wall-clock time, in milliseconds, after which nothing but a renewal is taken; `None`:
    /// never.
    pub expires_at_ms: Option<i64>,
    /// Whether a delegation token logged in; there are none so far.
    pub token_authenticated: bool,
    /// Whether the client knows how to renew its session (SaslAuthenticate 1 and later).
    pub can_renew: bool,
    /// Name and version of the client's software (KIP-511).
    pub software: Option<(String, String)>,
}

/// A login that failed, for the log, the audit and the metrics; the client sees less of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// Which mechanism was used, once it was chosen.
    pub mechanism: Option<Mechanism>,
    /// Who the client claimed to be, as far as it came; a stranger chose the text.
    pub claimed: Option<String>,
    /// Name and version of the client's software.
    pub software: Option<(String, String)>,
}

/// What follows a frame.
#[derive(Debug)]
pub struct Turn {
    /// Bytes for the client, with their length.
    pub reply: Option<Bytes>,
    /// What comes next.
    pub next: Next,
}

/// What comes after the reply.
#[derive(Debug)]
pub enum Next {
    /// Another frame.
    Continue(Box<Session>),
    /// The client is who it says; frames belong to the broker from here on.
    Authenticated(Box<Authenticated>),
    /// The end: wait `connection.failed.authentication.delay.ms`, send the reply where there is
    /// one, close. As in Kafka the reply waits, too.
    Failed(Box<Failure>),
}

/// A login under way.
#[derive(Debug)]
pub struct Session {
    settings: Arc<SaslSettings>,
    peer: Peer,
    software: Option<(String, String)>,
    /// The login that is renewed.
    before: Option<Box<Authenticated>>,
    state: State,
}

#[derive(Debug)]
enum State {
    VersionsOrHandshake,
    Handshake,
    Tokens {
        exchange: Exchange,
        framing: Framing,
    },
    /// A renewal that chose another mechanism. Kafka answers its handshake and fails the token.
    OtherMechanism(Mechanism),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// SaslAuthenticate requests.
    Requests,
    /// Nothing but a length (handshake version 0).
    Raw,
}

/// Answers ApiVersions in a version, or not at all.
pub type ApiVersions<'a> = dyn Fn(i16) -> Option<ApiVersionsResponse> + 'a;

impl Session {
    /// The session of a connection that was just accepted.
    pub fn new(settings: Arc<SaslSettings>, peer: Peer) -> Self {
        Self {
            settings,
            peer,
            software: None,
            before: None,
            state: State::VersionsOrHandshake,
        }
    }

    /// The renewal of `before`, whose SaslHandshake is the first frame to handle.
    pub fn renewal(settings: Arc<SaslSettings>, peer: Peer, before: Box<Authenticated>) -> Self {
        Self {
            settings,
            peer,
            software: before.software.clone(),
            before: Some(before),
            state: State::Handshake,
        }
    }

    /// The longest frame that is taken next, in bytes without the length.
    pub fn frame_bytes_max(&self) -> usize {
        match &self.state {
            State::VersionsOrHandshake | State::Handshake => HANDSHAKE_FRAME_BYTES_MAX,
            State::Tokens { exchange, .. } => {
                exchange.mechanism().token_bytes_max() + HEADER_BYTES_MAX
            }
            State::OtherMechanism(mechanism) => mechanism.token_bytes_max() + HEADER_BYTES_MAX,
        }
    }

    /// Takes one frame, without its length.
    pub fn handle(self, frame: Bytes, now_ms: i64, api_versions: &ApiVersions<'_>) -> Turn {
        if frame.len() > self.frame_bytes_max() {
            return self.fail(None, Reason::TooLong, None);
        }
        match self.state {
            State::VersionsOrHandshake | State::Handshake => self.greeting(frame, api_versions),
            State::Tokens {
                framing: Framing::Raw,
                ..
            } => self.token(None, &frame, now_ms),
            State::Tokens { .. } | State::OtherMechanism(_) => self.request(frame, now_ms),
        }
    }

    /// ApiVersions or SaslHandshake; the key is looked at before anything else is parsed.
    fn greeting(self, frame: Bytes, api_versions: &ApiVersions<'_>) -> Turn {
        let Ok(prefix) = frame::decode_prefix(&frame) else {
            return self.fail(None, Reason::NotKafka, None);
        };
        let first = matches!(self.state, State::VersionsOrHandshake);
        match ApiKey::from_i16(prefix.api_key) {
            Some(ApiKey::ApiVersions) if first => self.api_versions(prefix, frame, api_versions),
            Some(ApiKey::SaslHandshake) => self.handshake(prefix, frame),
            Some(ApiKey::ApiVersions | ApiKey::SaslAuthenticate) => {
                self.fail(None, Reason::UnexpectedApi(prefix.api_key), None)
            }
            Some(other) => self.fail(None, Reason::NoLogin(other), None),
            None => self.fail(None, Reason::NotKafka, None),
        }
    }

    fn api_versions(mut self, prefix: Prefix, frame: Bytes, source: &ApiVersions<'_>) -> Turn {
        let served = ApiKey::ApiVersions.versions().contains(&prefix.api_version);
        let Some(response) = served.then(|| source(prefix.api_version)).flatten() else {
            let reply = answer::unsupported_api_versions(prefix);
            return self.go_on(reply);
        };
        let Some(Request::ApiVersions(request)) = read(frame) else {
            return self.fail(None, Reason::NotKafka, None);
        };
        if !answer::is_valid_software(prefix.api_version, &request) {
            let reply = answer::api_versions_error(prefix, ErrorCode::INVALID_REQUEST);
            return self.go_on(reply);
        }
        self.software = software(&request);
        self.state = State::Handshake;
        self.go_on(answer::api_versions(prefix, response))
    }

    fn handshake(mut self, prefix: Prefix, frame: Bytes) -> Turn {
        let Some(Request::SaslHandshake(request)) = read(frame) else {
            return self.fail(None, Reason::NotKafka, None);
        };
        let reply = |code| answer::handshake(prefix, code, &self.settings.mechanisms);
        // Bare tokens could not be told from requests in the middle of a stream.
        let may_be_raw = self.settings.raw_tokens && self.before.is_none();
        if prefix.api_version == 0 && !may_be_raw {
            let reply = reply(ErrorCode::UNSUPPORTED_VERSION);
            return self.fail(reply, Reason::RawTokens, None);
        }
        let wanted = Mechanism::named(&request.mechanism)
            .filter(|wanted| self.settings.mechanisms.contains(wanted));
        let Some(mechanism) = wanted else {
            let claimed = cut(&request.mechanism, CLAIMED_BYTES_MAX);
            let reply = reply(ErrorCode::UNSUPPORTED_SASL_MECHANISM);
            return self.fail(reply, Reason::UnsupportedMechanism, Some(claimed));
        };
        let reply = reply(ErrorCode::NONE);
        self.state = match &self.before {
            Some(before) if before.mechanism != mechanism => State::OtherMechanism(mechanism),
            _ => State::Tokens {
                exchange: Exchange::begin(mechanism),
                framing: if prefix.api_version == 0 {
                    Framing::Raw
                } else {
                    Framing::Requests
                },
            },
        };
        self.go_on(reply)
    }

    /// SaslAuthenticate; any other API is answered in its own shape, where that is simple.
    fn request(self, frame: Bytes, now_ms: i64) -> Turn {
        let Ok(prefix) = frame::decode_prefix(&frame) else {
            return self.fail(None, Reason::NotKafka, None);
        };
        if prefix.api_key != ApiKey::SaslAuthenticate.code() {
            let reply = illegal_state(prefix);
            return self.fail(reply, Reason::UnexpectedApi(prefix.api_key), None);
        }
        let Some(Request::SaslAuthenticate(request)) = read(frame) else {
            return self.fail(None, Reason::NotKafka, None);
        };
        self.token(Some(prefix), &request.auth_bytes, now_ms)
    }

    fn token(mut self, prefix: Option<Prefix>, token: &[u8], now_ms: i64) -> Turn {
        let state = std::mem::replace(&mut self.state, State::Handshake);
        let (exchange, framing) = match state {
            State::Tokens { exchange, framing } => (exchange, framing),
            State::OtherMechanism(wanted) => return self.other_mechanism(prefix, wanted),
            State::VersionsOrHandshake | State::Handshake => {
                return self.fail(None, Reason::NotKafka, None);
            }
        };
        let mechanism = exchange.mechanism();
        let step = if token.len() > mechanism.token_bytes_max() {
            Step::Refused(Refusal::new(Reason::TooLong))
        } else {
            exchange.step(&self.settings.authenticators, &self.peer, token, now_ms)
        };
        match step {
            Step::Challenge { answer, exchange } => {
                self.state = State::Tokens { exchange, framing };
                self.go_on(answer::token(prefix, answer, 0))
            }
            Step::Done { answer, identity } => {
                self.finish(prefix, mechanism, answer, *identity, now_ms)
            }
            Step::Refused(refusal) => self.refuse(prefix, mechanism, refusal),
        }
    }

    fn finish(
        self,
        prefix: Option<Prefix>,
        mechanism: Mechanism,
        token: Vec<u8>,
        identity: Identity,
        now_ms: i64,
    ) -> Turn {
        if let Some(before) = &self.before
            && let Err(text) = renewal::same(before, &identity, self.settings.renewal_principal)
        {
            let refusal = Refusal {
                message: Message::Text(text),
                claimed: Some(identity.principal.to_string()),
                reason: Reason::PrincipalChanged,
            };
            return self.refuse(prefix, mechanism, refusal);
        }
        let lifetime =
            lifetime::Lifetime::of(self.settings.session_max, identity.expires_at_ms, now_ms);
        let Some(reply) = answer::token(prefix, token, lifetime.told_ms) else {
            return self.fail(None, Reason::Unanswerable, None);
        };
        let authenticated = Authenticated {
            principal: identity.principal,
            mechanism,
            iam: identity.iam,
            expires_at_ms: lifetime.expires_at_ms,
            token_authenticated: false,
            can_renew: prefix.is_some_and(|prefix| prefix.api_version > 0),
            software: self.software,
        };
        Turn {
            reply: Some(reply),
            next: Next::Authenticated(Box::new(authenticated)),
        }
    }

    fn other_mechanism(self, prefix: Option<Prefix>, wanted: Mechanism) -> Turn {
        let before = self.before.as_ref().map_or("", |b| b.mechanism.name());
        let text = renewal::other_mechanism_text(wanted.name(), before);
        let refusal = Refusal {
            message: Message::Text(text),
            ..Refusal::new(Reason::MechanismChanged)
        };
        self.refuse(prefix, wanted, refusal)
    }

    fn refuse(self, prefix: Option<Prefix>, mechanism: Mechanism, refusal: Refusal) -> Turn {
        let text = match refusal.message {
            Message::Text(text) => text,
            Message::InvalidCredentials => format!(
                "Authentication failed during {} due to invalid credentials with SASL mechanism {}",
                if self.before.is_some() {
                    "re-authentication"
                } else {
                    "authentication"
                },
                mechanism.name(),
            ),
        };
        let reply = prefix.and_then(|prefix| answer::refused(prefix, text));
        let failure = Failure {
            reason: refusal.reason,
            mechanism: Some(mechanism),
            claimed: refusal.claimed,
            software: self.software,
        };
        Turn {
            reply,
            next: Next::Failed(Box::new(failure)),
        }
    }

    fn go_on(self, reply: Option<Bytes>) -> Turn {
        match reply {
            Some(reply) => Turn {
                reply: Some(reply),
                next: Next::Continue(Box::new(self)),
            },
            None => self.fail(None, Reason::Unanswerable, None),
        }
    }

    fn fail(self, reply: Option<Bytes>, reason: Reason, claimed: Option<String>) -> Turn {
        let mechanism = match &self.state {
            State::Tokens { exchange, .. } => Some(exchange.mechanism()),
            State::OtherMechanism(wanted) => Some(*wanted),
            State::VersionsOrHandshake | State::Handshake => None,
        };
        let failure = Failure {
            reason,
            mechanism,
            claimed,
            software: self.software,
        };
        Turn {
            reply,
            next: Next::Failed(Box::new(failure)),
        }
    }
}

fn read(frame: Bytes) -> Option<Request> {
    frame::decode_request(frame)
        .ok()
        .map(|DecodedRequest { request, .. }| request)
}

/// What a client says it is in a frame with an ApiVersions request, without its length; `None` where
/// it says nothing, or nothing that Kafka would take.
pub fn software_of(frame: Bytes) -> Option<(String, String)> {
    let prefix = frame::decode_prefix(&frame).ok()?;
    let Some(Request::ApiVersions(request)) = read(frame) else {
        return None;
    };
    let is_valid = answer::is_valid_software(prefix.api_version, &request);
    is_valid.then(|| software(&request)).flatten()
}

fn software(request: &ApiVersionsRequest) -> Option<(String, String)> {
    let name = &request.client_software_name;
    let version = &request.client_software_version;
    (!name.is_empty()).then(|| {
        (
            cut(name, SOFTWARE_BYTES_MAX),
            cut(version, SOFTWARE_BYTES_MAX),
        )
    })
}

/// At most `bytes` of a text, whole characters.
fn cut(text: &str, bytes: usize) -> String {
    let end = text.floor_char_boundary(bytes);
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
