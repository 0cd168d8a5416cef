//! One client from accept to close: TLS and login under one deadline, then the relay, which stops
//! where a session is renewed.

mod guarded;
mod login;
mod renewal;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use otlp::{Kind, Span};
use service::shutdown::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::server::TlsStream;
use tracing::debug;

use crate::authn::Authn;
use crate::limits::Place;
use crate::listener::Listener;
use crate::mbeans::PairPlace;
use crate::mechanism::iam::request_id;
use crate::random;
use crate::relay::{FrameError, Gate, Moved, Relay, Stop};
use crate::session::{Authenticated, SaslSettings, software_of};
use crate::tls::CLOSED;
use crate::upstream::Link;
use guarded::Guarded;

/// How long a stopping process waits for answers under way.
const DRAIN: Duration = Duration::from_millis(500);

/// How long a client may take to hear that its connection ends.
const GOODBYE: Duration = Duration::from_millis(100);

/// The longest ApiVersions request; the broker takes none that is longer.
const GREETING_BYTES_MAX: usize = 64 * 1024;

/// The client's end of a relay.
type Client = TlsStream<Guarded>;

/// A connection as the listener took it.
#[derive(Debug)]
pub struct Accepted {
    /// Its socket.
    pub stream: TcpStream,
    /// The client's address and port.
    pub client: SocketAddr,
    /// Where it connected to.
    pub local: SocketAddr,
    /// Its place among all connections.
    pub place: Place,
    /// Its place among those that have not logged in.
    pub before_login: OwnedSemaphorePermit,
}

/// A client that is who it says, with a connection to the broker.
struct LoggedIn {
    client: Client,
    broker: UnixStream,
    link: Arc<Link>,
    /// Present where SASL made the identity: it may be renewed.
    sasl: Option<Sasl>,
}

/// A login by SASL.
struct Sasl {
    settings: Arc<SaslSettings>,
    who: Box<Authenticated>,
    /// Monotonic time at which the last renewal began.
    renewal_began: Option<Duration>,
    /// Context updates that the broker has been told.
    updates: u64,
}

/// Facts about a connection that do not change.
struct Facts<'a> {
    authn: &'a Authn,
    listener: &'a Listener,
    client: SocketAddr,
    local: SocketAddr,
    /// Names the connection in logs of both processes; IAM answers call it the request id.
    id: [u8; 16],
    /// Its place among those of its cipher suite, once that is agreed.
    cipher: OnceLock<PairPlace>,
    /// Its place among those of its client's software, once it is known.
    software: OnceLock<PairPlace>,
}

/// Why a connection ended after its login.
#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("closed by the client or the broker")]
    Ended,
    #[error("the client's connection failed: {0}")]
    Client(std::io::Error),
    #[error("the broker's connection failed: {0}")]
    Broker(std::io::Error),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("idle for longer than connections.max.idle.ms")]
    Idle,
    #[error("this process is shutting down")]
    ShuttingDown,
    #[error("a session could not be renewed: {0}")]
    Renewal(String),
    #[error("a session was not renewed in time")]
    RenewalTimeout,
}

impl From<Stop> for Closed {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Ended | Stop::Sasl | Stop::Greeting => Self::Ended,
            Stop::Client(error) => Self::Client(error),
            Stop::Broker(error) => Self::Broker(error),
            Stop::Frame(error) => Self::Frame(error),
            Stop::Idle => Self::Idle,
        }
    }
}

impl Closed {
    /// For the label of a metric.
    fn name(&self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Client(_) => "client_failed",
            Self::Broker(_) => "broker_failed",
            Self::Frame(FrameError::Expired) => "expired",
            Self::Frame(_) => "frame",
            Self::Idle => "idle",
            Self::ShuttingDown => "shutdown",
            Self::Renewal(_) => "renewal_failed",
            Self::RenewalTimeout => "renewal_timeout",
        }
    }
}

/// Serves a connection to its end.
pub async fn serve(accepted: Accepted, listener: &Listener, authn: &Authn, draining: Signal) {
    let Accepted {
        stream,
        client,
        local,
        mut place,
        before_login,
    } = accepted;
    let facts = Facts {
        authn,
        listener,
        client,
        local,
        id: random::connection_id(),
        cipher: OnceLock::new(),
        software: OnceLock::new(),
    };
    let mut ending = draining.clone();
    let mut span = facts.span("login");
    let logged_in = tokio::select! {
        logged_in = log_in(&facts, stream, &mut span) => logged_in,
        _ = ending.wait() => return,
    };
    let logged_in = match logged_in {
        Ok(logged_in) => logged_in,
        Err(refused) => {
            if span.is_traced() {
                span.fail(refused.to_string());
            }
            return facts.refused(&refused);
        }
    };
    drop(span);
    place.logged_in();
    drop(before_login);
    let closed = relay(&facts, logged_in, draining).await;
    facts.closed(&closed);
}

async fn log_in(
    facts: &Facts<'_>,
    stream: TcpStream,
    span: &mut Span,
) -> Result<LoggedIn, login::Refused> {
    let timeout = facts.authn.limits.config().login_timeout;
    let late = |_| login::Refused::Timeout;
    let waiting = span.child("admission", Kind::Internal);
    let admitted = tokio::time::timeout(timeout, login::admit(facts)).await;
    drop(waiting);
    let _memory = admitted.map_err(late)?;
    // In a box of its own: what a login needs is given back when it is over.
    let login = Box::pin(login::login(facts, stream, span));
    tokio::time::timeout(timeout, login).await.map_err(late)?
}

async fn relay(facts: &Facts<'_>, logged_in: LoggedIn, mut draining: Signal) -> Closed {
    let LoggedIn {
        mut client,
        broker,
        link,
        mut sasl,
    } = logged_in;
    client.get_mut().0.open();
    let authn = facts.authn;
    let limits = authn.limits.config();
    let mut relay = Relay::new(client, broker);
    let closed = loop {
        let expires_at_ms = sasl.as_ref().and_then(|sasl| sasl.who.expires_at_ms);
        let gate = || Gate {
            request_bytes_max: limits.request_bytes_max,
            holds_sasl: sasl.is_some(),
            expired: expires_at_ms.is_some_and(|at_ms| authn.clock.now_ms() > at_ms),
            // Clients of SASL have said it before their login.
            holds_greeting: sasl.is_none() && facts.software.get().is_none(),
        };
        let idle = limits.connections_idle_max;
        let stop = tokio::select! {
            stop = relay.run(gate, idle, |moved| facts.moved(&moved)) => stop,
            _ = draining.wait() => {
                relay.drain(DRAIN).await;
                break Closed::ShuttingDown;
            }
        };
        match (stop, &mut sasl) {
            (Stop::Sasl, Some(sasl)) => {
                let renewed = Box::pin(renewal::renew(facts, &mut relay, &link, sasl));
                if let Err(closed) = renewed.await {
                    break closed;
                }
            }
            (Stop::Greeting, _) => {
                if let Err(closed) = greeting(facts, &mut relay).await {
                    break closed;
                }
            }
            (Stop::Ended, _) => {
                relay.linger().await;
                break Closed::Ended;
            }
            (stop, _) => break stop.into(),
        }
    };
    facts.moved(&relay.take_moved());
    match closed {
        // A reset is passed on as a reset.
        Closed::Broker(_) => {
            let _ = relay.client().get_ref().0.set_zero_linger();
        }
        Closed::Ended | Closed::Client(_) => {}
        Closed::Renewal(_) => farewell(relay.client()).await,
        // The end is ours: TLS says goodbye.
        _ => {
            let _ = tokio::time::timeout(GOODBYE, relay.client().shutdown()).await;
        }
    }
    closed
}

/// Looks at an ApiVersions request before the broker does: it says which software the client is.
async fn greeting(facts: &Facts<'_>, relay: &mut Relay<Client, UnixStream>) -> Result<(), Closed> {
    let idle = facts.authn.limits.config().connections_idle_max;
    let request = tokio::time::timeout(idle, relay.held_request(GREETING_BYTES_MAX));
    let request = request.await.map_err(|_| Closed::Idle)??;
    let length = u32::try_from(request.len()).unwrap_or(u32::MAX);
    let whole = [&length.to_be_bytes(), request.as_ref()].concat();
    facts.known_as(software_of(request).as_ref());
    facts.moved(&Moved::request(whole.len()));
    relay.tell_broker(&whole).await.map_err(Closed::Broker)
}

/// Ends a connection whose last answer says why. A client that meets the end together with that
/// answer may never look at it (kafka-python 3.0), so it gets the time to hang up first.
async fn farewell(client: &mut Client) {
    let _ = tokio::time::timeout(GOODBYE, client.read_u8()).await;
    let _ = tokio::time::timeout(GOODBYE, client.shutdown()).await;
}

impl Facts<'_> {
    /// A span of this connection, empty where it is not traced.
    fn span(&self, name: &'static str) -> Span {
        let mut span = self.authn.traces.root(name, Kind::Server);
        if span.is_traced() {
            span.set("outrigger.listener", self.listener.name.to_string());
            span.set("outrigger.connection.id", request_id(&self.peer()));
            span.set("client.address", self.client.ip().to_string());
            span.set("client.port", i64::from(self.client.port()));
        }
        span
    }

    fn moved(&self, moved: &Moved) {
        self.listener.beans.moved(moved);
        // Kafka counts a client among the unknown as soon as it asks for something else.
        if moved.requests.count > 0 && self.software.get().is_none() {
            self.known_as(None);
        }
    }

    fn known_as(&self, software: Option<&(String, String)>) {
        let place = || self.listener.beans.software(software);
        self.software.get_or_init(place);
    }

    /// A connection that did not come as far as the relay.
    fn refused(&self, refused: &login::Refused) {
        use login::Refused;
        let (authn, name) = (self.authn, &*self.listener.name);
        let (now_ms, client) = (authn.clock.now_ms(), self.client.ip());
        match refused {
            Refused::Tls {
                reason,
                is_of_certificate,
                ..
            } => {
                let failures = &authn.metrics.handshake_failures;
                failures.with_label_values(&[name, reason]).inc();
                // Health checks of load balancers come and go without a word.
                if *reason != CLOSED {
                    self.listener.beans.login_failed();
                    authn.floods.tls_failed(now_ms, client, name, refused);
                }
                if *is_of_certificate {
                    let attempt = self.attempt();
                    authn.audit.no_principal(attempt, reason, refused, now_ms);
                }
            }
            Refused::Certificate(_) | Refused::Peer(_) => {
                self.listener.beans.login_failed();
                authn.floods.login_failed(now_ms, client, name, refused);
                let reason = refused.login_result().unwrap_or_default();
                let attempt = self.attempt();
                authn.audit.no_principal(attempt, reason, refused, now_ms);
            }
            // A failed login was counted and told to the audit where it happened; the others came
            // to none.
            Refused::Login(_) | Refused::Timeout | Refused::Frame(_) => {
                if matches!(refused, Refused::Frame(_)) {
                    self.listener.beans.login_failed();
                }
                authn.floods.login_failed(now_ms, client, name, refused);
            }
            Refused::Upstream(error) => authn.floods.unreachable(now_ms, error),
            Refused::Gone(_) => {}
        }
        let mechanism = if self.listener.sasl.is_some() {
            "none"
        } else {
            "TLS"
        };
        if let Some(result) = refused.login_result() {
            let labels = [name, mechanism, result];
            authn.metrics.logins.with_label_values(&labels).inc();
        }
        debug!(%client, listener = name, "not logged in: {refused}");
    }

    fn closed(&self, closed: &Closed) {
        let authn = self.authn;
        let client = self.client.ip();
        let labels = [closed.name()];
        authn.metrics.closed.with_label_values(&labels).inc();
        match closed {
            Closed::Frame(FrameError::Expired) => {
                authn.metrics.expired.inc();
                self.listener.beans.expired();
            }
            Closed::Frame(_) => authn.floods.hostile(authn.clock.now_ms(), client, closed),
            _ => {}
        }
        debug!(%client, listener = %self.listener.name, "connection closed: {closed}");
    }
}
