//! One listener: how its clients prove who they are, and the loop that accepts them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use service::listen::Bound;
use service::shutdown::Signal;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::authn::Authn;
use crate::config::SecurityProtocol;
use crate::connection::{self, Accepted};
use crate::mbeans::ListenerBeans;
use crate::metrics::NETWORK_RULE;
use crate::principal::PrincipalMapping;
use crate::session::SaslSettings;
use crate::tls::TlsListener;

/// Pause after a failed accept (out of descriptors, mostly), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the connections of one listener share.
#[derive(Debug)]
pub struct Listener {
    /// Its name, as `listeners` spells it.
    pub name: Arc<str>,
    /// How it is secured.
    pub protocol: SecurityProtocol,
    /// Its certificates and what it asks of clients.
    pub tls: TlsListener,
    /// Who a client's certificate says it is.
    pub principals: PrincipalMapping,
    /// How clients log in; `None` where TLS alone makes the identity.
    pub sasl: Option<Arc<SaslSettings>>,
    /// What it counts, as MBeans.
    pub beans: ListenerBeans,
}

impl Listener {
    /// The mechanisms by which a client may become somebody here: those of SASL, or TLS alone.
    pub fn mechanisms(&self) -> Vec<&'static str> {
        match &self.sasl {
            Some(sasl) => sasl.mechanisms.iter().map(|m| m.name()).collect(),
            None => vec!["TLS"],
        }
    }
}

/// Accepts until the process drains, then waits for the connections to end.
pub async fn serve(listener: Arc<Listener>, bound: Bound, authn: Arc<Authn>, mut draining: Signal) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Dropped in between it loses nothing: accept and permit are both cancel-safe.
            accepted = accept(&bound.socket, &listener, &authn) => match accepted {
                Ok((stream, peer, before_login)) => {
                    let shared = (Arc::clone(&listener), Arc::clone(&authn));
                    begin(stream, peer, before_login, shared, draining.clone(), &mut connections);
                    if has_ended_while_delayed(&listener, &authn, &mut draining).await {
                        break;
                    }
                }
                Err(e) => {
                    authn.floods.accept_failed(authn.clock.now_ms(), &e);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            _ = draining.wait() => break,
            Some(_) = connections.join_next() => {}
        }
    }
    drop(bound.socket);
    while connections.join_next().await.is_some() {}
    info!(listener = %listener.name, "listener stopped");
}

/// The next connection, once there is room for one that has not logged in. Until then clients wait
/// in the kernel's queue.
async fn accept(
    socket: &TcpListener,
    listener: &Listener,
    authn: &Authn,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = match authn.limits.before_login_at_once() {
        Some(permit) => permit,
        None => {
            let _blocked = Blocked::begin(listener, authn);
            let permit = authn.limits.before_login().await;
            permit.ok_or(io::ErrorKind::Other)?
        }
    };
    let (stream, peer) = socket.accept().await?;
    Ok((stream, peer, permit))
}

/// A time in which nothing is accepted; it ends when dropped.
struct Blocked<'a> {
    listener: &'a Listener,
    authn: &'a Authn,
    began: Duration,
}

impl<'a> Blocked<'a> {
    fn begin(listener: &'a Listener, authn: &'a Authn) -> Self {
        let began = authn.clock.monotonic();
        Self {
            listener,
            authn,
            began,
        }
    }
}

impl Drop for Blocked<'_> {
    fn drop(&mut self) {
        let ended = self.authn.clock.monotonic();
        self.listener
            .beans
            .blocked(ended.saturating_sub(self.began));
    }
}

/// Waits as `max.connection.creation.rate` demands; whether the process began to drain meanwhile.
async fn has_ended_while_delayed(
    listener: &Listener,
    authn: &Authn,
    draining: &mut Signal,
) -> bool {
    let wait = authn.limits.created(authn.clock.monotonic());
    listener.beans.accept_throttled(wait);
    if wait.is_zero() {
        return false;
    }
    tokio::select! {
        () = tokio::time::sleep(wait) => false,
        _ = draining.wait() => true,
    }
}

fn begin(
    stream: TcpStream,
    peer: SocketAddr,
    before_login: OwnedSemaphorePermit,
    (listener, authn): (Arc<Listener>, Arc<Authn>),
    draining: Signal,
    connections: &mut JoinSet<()>,
) {
    let client = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    let now_ms = authn.clock.now_ms();
    listener.beans.accepted();
    let refuse = |reason: &str, text: &dyn std::fmt::Display| {
        let labels = [&*listener.name, reason];
        authn.metrics.refused.with_label_values(&labels).inc();
        authn
            .floods
            .refused(now_ms, client.ip(), &listener.name, text);
        // A reset costs neither side anything to remember.
        let _ = stream.set_zero_linger();
    };
    if let Err(refusal) = authn.network_rules.check(&listener.name, client.ip()) {
        return refuse(NETWORK_RULE, &refusal);
    }
    let place = match authn.limits.enter(client.ip()) {
        Ok(place) => place,
        Err(too_many) => return refuse(too_many.name(), &too_many),
    };
    if let Err(e) = stream.set_nodelay(true) {
        warn!(error = %e, "cannot set TCP_NODELAY");
    }
    let local = stream.local_addr().unwrap_or(peer);
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    let name = [&*listener.name];
    authn.metrics.accepted.with_label_values(&name).inc();
    let accepted = Accepted {
        stream,
        client,
        local,
        place,
        before_login,
    };
    connections.spawn(async move {
        let _open = listener.beans.opened();
        let open = authn
            .metrics
            .connections
            .with_label_values(&[&*listener.name]);
        open.inc();
        connection::serve(accepted, &listener, &authn, draining).await;
        open.dec();
    });
}
