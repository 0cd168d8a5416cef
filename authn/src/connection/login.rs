//! From the first byte of a client to a connection that may be relayed: TLS, who the client is, and
//! a place at the broker.
//!
//! The caller bounds the time of both parts: until a login may begin, and the login itself, so that
//! who waited his turn has as much time as everybody. What waits here (a rate, memory, a broker that is away) delays a
//! login and at last closes the connection; only a login that was really refused is answered as a
//! failed one.

use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use identity::{Preface, Principal};
use otlp::{Kind, Span};
use rustls::pki_types::CertificateDer;
use rustls::{HandshakeKind, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::TlsAcceptor;

use super::guarded::{Guarded, HANDSHAKE_BYTES_MAX};
use super::{Client, Facts, LoggedIn, Sasl, farewell};
use crate::audit::Attempt;
use crate::mechanism::{Mechanism, TOKEN_BYTES_MAX};
use crate::principal::NoPrincipal;
use crate::relay::FrameError;
use crate::session::{
    Authenticated, Failure, HEADER_BYTES_MAX, Next, Peer, SaslSettings, Session, Turn,
};
use crate::tls::{CLOSED, PeerError, Refusal, TOO_LONG, suite_name};
use crate::upstream::{Link, UpstreamError};

/// What a connection without a login takes at most: the handshake as it is gathered or, later, a
/// frame with a token, and rustls' own state (64 KiB measured of those who push records on).
const BEFORE_LOGIN_BYTES: usize = HANDSHAKE_BYTES_MAX + 32 * 1024;
const _: () = assert!(
    TOKEN_BYTES_MAX + HEADER_BYTES_MAX <= HANDSHAKE_BYTES_MAX,
    "what is counted for a handshake must cover the frames behind it"
);
/// Most bytes that are made room for before they have arrived.
const ROOM_BYTES: usize = 4 * 1024;

/// Why a client was not logged in.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("{text}")]
    Tls {
        reason: &'static str,
        text: String,
        is_of_certificate: bool,
    },
    #[error("{0}")]
    Peer(PeerError),
    #[error("{0}")]
    Certificate(NoPrincipal),
    #[error("{}{}", .0.reason, claimed(.0))]
    Login(Box<Failure>),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("the login took longer than outrigger.login.timeout.ms")]
    Timeout,
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error("the client has gone: {0}")]
    Gone(#[from] io::Error),
}

/// A stranger chose the text: it is shown escaped.
fn claimed(failure: &Failure) -> String {
    let claimed = failure.claimed.as_ref();
    claimed.map_or_else(String::new, |name| format!(" (claimed: {name:?})"))
}

impl Refused {
    /// How this ends a login, for the label of a metric; `None` where it was counted already or
    /// was none.
    pub fn login_result(&self) -> Option<&'static str> {
        match self {
            Self::Tls { .. } | Self::Login(_) => None,
            Self::Peer(_) => Some("certificate"),
            Self::Certificate(_) => Some("no_principal"),
            Self::Frame(_) => Some("frame"),
            Self::Timeout => Some("timeout"),
            Self::Upstream(_) => Some("no_broker"),
            Self::Gone(_) => Some("gone"),
        }
    }
}

/// Waits until the client's address may log in and there is memory for it.
pub(super) async fn admit(facts: &Facts<'_>) -> Option<OwnedSemaphorePermit> {
    let authn = facts.authn;
    let wait = authn
        .limits
        .login(facts.client.ip(), authn.clock.monotonic());
    facts.listener.beans.login_throttled(wait);
    if !wait.is_zero() {
        authn.metrics.delayed.inc();
        tokio::time::sleep(wait).await;
    }
    authn.limits.memory(BEFORE_LOGIN_BYTES).await
}

/// Logs a client in.
pub(super) async fn login(
    facts: &Facts<'_>,
    stream: TcpStream,
    span: &mut Span,
) -> Result<LoggedIn, Refused> {
    let shaking = span.child("tls handshake", Kind::Internal);
    let client = handshake(facts, stream).await?;
    drop(shaking);
    let logged_in = match &facts.listener.sasl {
        None => by_certificate(facts, client, span).await?,
        Some(settings) => by_sasl(facts, client, settings, span).await?,
    };
    let sasl = logged_in.sasl.as_ref();
    let can_renew = sasl.is_some_and(|sasl| sasl.who.can_renew);
    facts.listener.beans.logged_in(can_renew);
    if let Some(sasl) = sasl {
        facts.known_as(sasl.who.software.as_ref());
    }
    if span.is_traced() {
        let mechanism = sasl.map_or("TLS", |sasl| sasl.who.mechanism.name());
        span.set("outrigger.mechanism", mechanism);
    }
    Ok(logged_in)
}

async fn handshake(facts: &Facts<'_>, stream: TcpStream) -> Result<Client, Refused> {
    let listener = facts.listener;
    let acceptor = TlsAcceptor::from(listener.tls.server_config());
    let accepted = acceptor.accept(Guarded::new(stream)).await;
    let mut client = accepted.map_err(|error| tls_refusal(&error))?;
    client.get_mut().0.shaken();
    let connection = client.get_ref().1;
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let labels = [
        &*listener.name,
        tls_version(&client).unwrap_or("other"),
        if resumed { "true" } else { "false" },
    ];
    let place = || facts.listener.beans.cipher(cipher(&client), labels[1]);
    facts.cipher.get_or_init(place);
    let handshakes = &facts.authn.metrics.handshakes;
    handshakes.with_label_values(&labels).inc();
    Ok(client)
}

fn tls_refusal(error: &io::Error) -> Refused {
    let inner = error.get_ref().and_then(|e| e.downcast_ref());
    match inner {
        Some(error) => {
            let refusal = Refusal::of(error);
            Refused::Tls {
                reason: refusal.reason(),
                text: refusal.to_string(),
                is_of_certificate: refusal.is_of_certificate(),
            }
        }
        None if error.kind() == io::ErrorKind::InvalidData => Refused::Tls {
            reason: TOO_LONG,
            text: error.to_string(),
            is_of_certificate: false,
        },
        // Port scanners and health checks of load balancers connect and leave.
        None => Refused::Tls {
            reason: CLOSED,
            text: format!("the client closed: {error}"),
            is_of_certificate: false,
        },
    }
}

fn tls_version(client: &Client) -> Option<&'static str> {
    match client.get_ref().1.protocol_version()? {
        ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}

fn cipher(client: &Client) -> &'static str {
    let suite = client.get_ref().1.negotiated_cipher_suite();
    suite.map_or("other", |suite| suite_name(suite.suite()))
}

/// The certificate that the client showed, good even where a session was resumed.
fn certificate<'a>(
    facts: &Facts<'_>,
    client: &'a Client,
) -> Result<Option<&'a CertificateDer<'static>>, Refused> {
    let connection = client.get_ref().1;
    let verified = facts.listener.tls.verify_peer(connection);
    verified.map_err(Refused::Peer)
}

async fn by_certificate(
    facts: &Facts<'_>,
    client: Client,
    span: &Span,
) -> Result<LoggedIn, Refused> {
    let authn = facts.authn;
    let certificate = certificate(facts, &client)?;
    let principal = match facts.listener.principals.principal(certificate) {
        Ok(principal) => principal,
        Err(error) => {
            // As after any failed authentication: guessing is slowed down.
            tokio::time::sleep(authn.limits.config().failed_delay).await;
            return Err(Refused::Certificate(error));
        }
    };
    let with_certificate = certificate.is_some();
    let connecting = span.child("broker connection", Kind::Client);
    let link = authn.upstream.link().await?;
    let preface = preface(facts, &client, principal, with_certificate);
    let broker = authn.upstream.connect(&link, &preface).await?;
    drop(connecting);
    let labels = [&*facts.listener.name, "TLS", "ok"];
    authn.metrics.logins.with_label_values(&labels).inc();
    Ok(LoggedIn {
        client,
        broker,
        link,
        sasl: None,
    })
}

fn preface(
    facts: &Facts<'_>,
    client: &Client,
    principal: Principal,
    client_certificate: bool,
) -> Preface {
    Preface {
        client: facts.client,
        local: facts.local,
        principal,
        security_protocol: facts.listener.protocol.name().to_owned(),
        mechanism: None,
        listener: facts.listener.name.to_string(),
        tls_version: tls_version(client).map(str::to_owned),
        client_certificate,
        token_authenticated: false,
        iam: None,
        software: None,
        connection_id: facts.id,
    }
}

async fn by_sasl(
    facts: &Facts<'_>,
    mut client: Client,
    settings: &Arc<SaslSettings>,
    span: &Span,
) -> Result<LoggedIn, Refused> {
    let authn = facts.authn;
    let with_certificate = certificate(facts, &client)?.is_some();
    let link = authn.upstream.link().await?;
    let talking = span.child("sasl", Kind::Internal);
    let (who, reply) = talk(facts, &mut client, settings, &link).await?;
    drop(talking);
    authn.logins.requested(who.mechanism);
    let connecting = span.child("broker connection", Kind::Client);
    let broker = connect(facts, &client, &who, with_certificate, &link).await?;
    drop(connecting);
    // Only now: a client that is told that it has logged in can be served.
    if let Some(reply) = reply {
        client.write_all(&reply).await?;
        client.flush().await?;
    }
    let labels = [&*facts.listener.name, who.mechanism.name(), "ok"];
    authn.metrics.logins.with_label_values(&labels).inc();
    authn.audit.logged_in(facts.attempt(), &who);
    Ok(LoggedIn {
        client,
        broker,
        link,
        sasl: Some(Sasl {
            settings: Arc::clone(settings),
            who,
            renewal_began: None,
            updates: 0,
        }),
    })
}

/// The exchange of SASL up to its last answer, which the client has not been told yet.
async fn talk(
    facts: &Facts<'_>,
    client: &mut Client,
    settings: &Arc<SaslSettings>,
    link: &Link,
) -> Result<(Box<Authenticated>, Option<Bytes>), Refused> {
    let authn = facts.authn;
    let bytes_max = authn.limits.config().sasl_frame_bytes_max;
    let mut session = Box::new(Session::new(Arc::clone(settings), facts.peer()));
    loop {
        let limit = session.frame_bytes_max().min(bytes_max);
        let frame = frame(client, limit).await?;
        let now_ms = authn.clock.now_ms();
        let Turn { reply, next } =
            session.handle(frame, now_ms, &|version| link.api_versions.answer(version));
        match next {
            Next::Continue(next) => {
                if let Some(reply) = reply {
                    client.write_all(&reply).await?;
                    client.flush().await?;
                }
                session = next;
            }
            Next::Authenticated(who) => return Ok((who, reply)),
            Next::Failed(failure) => {
                let mechanism = failure.mechanism.map_or("none", |m| m.name());
                let labels = [&*facts.listener.name, mechanism, failure.reason.label()];
                authn.metrics.logins.with_label_values(&labels).inc();
                facts.failed_by(failure.mechanism);
                authn.audit.failed(facts.attempt(), &failure, now_ms);
                tokio::time::sleep(authn.limits.config().failed_delay).await;
                if let Some(reply) = reply {
                    client.write_all(&reply).await?;
                    client.flush().await?;
                }
                farewell(client).await;
                return Err(Refused::Login(failure));
            }
        }
    }
}

/// One frame, without its length. Room grows with what arrives, never with what is claimed, and
/// nothing is read beyond the frame.
async fn frame(client: &mut Client, bytes_max: usize) -> Result<Bytes, Refused> {
    let claimed = client.read_i32().await?;
    let length = usize::try_from(claimed).map_err(|_| FrameError::Length(claimed))?;
    if length > bytes_max {
        return Err(FrameError::TooLarge {
            claimed: length,
            limit: bytes_max,
        }
        .into());
    }
    let mut frame = BytesMut::new();
    while frame.len() < length {
        let room = (length - frame.len()).min(ROOM_BYTES);
        frame.reserve(room);
        let mut limited = (&mut *client).take(room as u64);
        if limited.read_buf(&mut frame).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    Ok(frame.copy_to_bytes(length))
}

async fn connect(
    facts: &Facts<'_>,
    client: &Client,
    who: &Authenticated,
    with_certificate: bool,
    link: &Link,
) -> Result<UnixStream, Refused> {
    let preface = Preface {
        mechanism: Some(who.mechanism.name().to_owned()),
        token_authenticated: who.token_authenticated,
        iam: who.iam.clone(),
        software: who.software.clone(),
        ..preface(facts, client, who.principal.clone(), with_certificate)
    };
    Ok(facts.authn.upstream.connect(link, &preface).await?)
}

impl Facts<'_> {
    /// A login failed, in this mechanism if it came so far.
    fn failed_by(&self, mechanism: Option<Mechanism>) {
        self.listener.beans.login_failed();
        if let Some(mechanism) = mechanism {
            self.authn.logins.requested(mechanism);
        }
    }

    pub(super) fn peer(&self) -> Peer {
        Peer {
            address: self.client.ip(),
            connection_id: self.id,
        }
    }

    pub(super) fn attempt(&self) -> Attempt<'_> {
        Attempt {
            peer: self.peer(),
            listener: &self.listener.name,
            protocol: self.listener.protocol.name(),
            renewal: false,
        }
    }
}
