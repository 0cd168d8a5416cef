//! AWS_MSK_IAM: one request, signed by an access key of our identity store, and what every login
//! of IAM is checked by.
//!
//! The checks are in one order for everybody: form, host, region, time, signature, session token,
//! session, policy. An access key that does not exist is checked like one that does, and the
//! client reads the same sentence for every cause but a session that is nearly over.

mod hosts;
mod identities;
mod store;

use std::sync::Arc;
use std::time::Duration;

use identity::Principal;

use super::{Identity, Message, Reason, Refusal, Step};
use crate::session::Peer;
use crate::sigv4::{SecretAccessKey, SignedRequest, SigningKey, SigningKeys};

pub use hosts::{BearerHosts, Hosts, Regions};
pub use identities::{Identities, Reload};
pub use store::{Caller, IdentityStore};

/// How far a client's clock may be ahead: AWS tolerates 15 minutes at most.
pub const CLOCK_SKEW_DEFAULT: Duration = Duration::from_secs(300);
/// The most that can be configured.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_secs(900);
/// Less of a session than this is not worth beginning: the client could not even renew it.
const SESSION_MIN_MS: i64 = 5_000;

/// What an IAM login is checked against on one listener.
#[derive(Clone, Debug)]
pub struct IamLogin {
    /// What the listeners share.
    pub verifier: Arc<IamVerifier>,
    /// The names by which clients know this listener.
    pub hosts: Arc<Hosts>,
}

/// Verifies signed requests.
#[derive(Debug)]
pub struct IamVerifier {
    store: Arc<dyn IdentityStore>,
    regions: Regions,
    bearer_hosts: BearerHosts,
    clock_skew_ms: i64,
    keys: SigningKeys,
    /// Stands in for the secret of keys that do not exist.
    dummy: SecretAccessKey,
}

/// The two forms of a signed request, which are bound to different hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// AWS_MSK_IAM: the host that the client dialled.
    Payload,
    /// OAUTHBEARER: a host that names nothing but the region.
    Token,
}

/// Whom a verified request belongs to, and until when it may be used.
pub(super) struct Verified {
    pub identity: Identity,
    /// When the signature's own validity ends, milliseconds since the epoch.
    pub signature_ends_at_ms: i64,
}

/// Takes the client's one token.
pub fn step(iam: Option<&IamLogin>, peer: &Peer, token: &[u8], now_ms: i64) -> Step {
    let verified = SignedRequest::of_json(token)
        .map_err(|what| Refusal::new(Reason::Malformed(what)))
        .and_then(|request| verify(iam, peer, Form::Payload, &request, now_ms));
    match verified {
        Ok(verified) => Step::Done {
            answer: format!(
                r#"{{"version":"2020_10_22","request-id":"{}"}}"#,
                request_id(peer)
            )
            .into_bytes(),
            identity: Box::new(verified.identity),
        },
        Err(refusal) => Step::Refused(with_text(refusal, peer)),
    }
}

/// The refusal with the sentence that Amazon MSK has for it.
pub(super) fn with_text(refusal: Refusal, peer: &Peer) -> Refusal {
    let words = match refusal.reason {
        Reason::SessionTooShort => "Session too short",
        _ => "Access denied",
    };
    Refusal {
        message: Message::Text(format!("[{}]: {words}", request_id(peer))),
        ..refusal
    }
}

/// The connection's id as a UUID is written.
pub fn request_id(peer: &Peer) -> String {
    let id = u128::from_be_bytes(peer.connection_id);
    let part = |shift: u32, digits: u32| (id >> shift) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
}

pub(super) fn verify(
    iam: Option<&IamLogin>,
    peer: &Peer,
    form: Form,
    request: &SignedRequest,
    now_ms: i64,
) -> Result<Verified, Refusal> {
    let refused = |reason| Refusal::of(&claimed(request, reason), reason);
    let login = iam.ok_or_else(|| refused(Reason::NoIdentityStore))?;
    let is_host = match form {
        Form::Payload => login.hosts.contain(&request.host),
        Form::Token => login.verifier.bearer_hosts.contain(request),
    };
    if !is_host {
        return Err(refused(Reason::WrongHost));
    }
    login
        .verifier
        .verify(peer, request, now_ms)
        .map_err(refused)
}

/// Who it was, and what an operator needs to let it in.
fn claimed(request: &SignedRequest, reason: Reason) -> String {
    let id = &request.access_key_id;
    match reason {
        Reason::WrongHost => format!("{id} at {}", request.host),
        Reason::WrongRegion => format!("{id} in {}", request.region),
        _ => id.clone(),
    }
}

impl IamVerifier {
    /// Verifies by the keys and policies of `store`. `dummy` is any secret.
    pub fn new(
        store: Arc<dyn IdentityStore>,
        regions: Regions,
        bearer_hosts: BearerHosts,
        clock_skew: Duration,
        dummy: SecretAccessKey,
    ) -> Self {
        let clock_skew = clock_skew.min(CLOCK_SKEW_MAX);
        Self {
            store,
            regions,
            bearer_hosts,
            clock_skew_ms: i64::try_from(clock_skew.as_millis()).unwrap_or(0),
            keys: SigningKeys::default(),
            dummy,
        }
    }

    fn verify(
        &self,
        peer: &Peer,
        request: &SignedRequest,
        now_ms: i64,
    ) -> Result<Verified, Reason> {
        if !self.regions.contain(&request.region) {
            return Err(Reason::WrongRegion);
        }
        let signature_ends_at_ms = request.signed_at_ms.saturating_add(request.expires_ms);
        if request.signed_at_ms.saturating_sub(self.clock_skew_ms) > now_ms {
            return Err(Reason::NotYetValid);
        }
        if now_ms > signature_ends_at_ms {
            return Err(Reason::Expired);
        }
        let token = request.session_token.as_deref();
        // Before the caller: a key of an older store must not be kept as one of a newer.
        let generation = self.store.generation();
        let caller = self.store.caller(&request.access_key_id, token, now_ms);
        let key = self.signing_key(generation, caller.as_ref().ok(), request, now_ms);
        let is_signed = request.is_signed_by(&key);
        let caller = caller?;
        if !is_signed {
            return Err(Reason::WrongSignature);
        }
        let expires_at_ms = caller.context.expires_at_ms;
        if expires_at_ms.is_some_and(|end| end.saturating_sub(now_ms) < SESSION_MIN_MS) {
            return Err(Reason::SessionTooShort);
        }
        let principal = Principal::iam(&caller.arn);
        if !self
            .store
            .may_connect(&principal, &caller.context, peer.address, now_ms)
        {
            return Err(Reason::ConnectDenied);
        }
        Ok(Verified {
            identity: Identity {
                principal,
                iam: Some(caller.context),
                expires_at_ms,
            },
            signature_ends_at_ms,
        })
    }

    /// The key that the request should be signed with. One key stands in for all that do not
    /// exist, and is kept as the others are, so that the time tells nothing.
    fn signing_key(
        &self,
        generation: u64,
        caller: Option<&Caller>,
        request: &SignedRequest,
        now_ms: i64,
    ) -> SigningKey {
        let (id, secret) = match caller {
            Some(caller) => (&*request.access_key_id, &caller.secret),
            None => ("", &self.dummy),
        };
        self.keys.key(generation, id, request, now_ms, secret)
    }
}

#[cfg(test)]
pub(super) mod tests;
