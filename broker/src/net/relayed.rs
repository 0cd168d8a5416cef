//! Connections that authn relays: who may open one, and the preface that says whose it is.
//!
//! What the preface says is believed because of the socket's directory, the user at the other end
//! and the code under it; the bytes behind it are a client's, and are believed as little as any.

use std::sync::Arc;
use std::time::Duration;

use identity::{PREFACE_HEAD_BYTES, Preface, PrefaceError};
use service::shutdown::Signal;
use tokio::io::AsyncReadExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tracing::{debug, info};

use super::connection::Connection;
use super::stream::Stream;
use crate::broker::Broker;
use crate::context::ConnectionContext;
use crate::handoff::{Handoff, NotOurPeer};

/// authn writes the preface before anything else, in one piece. Generous: its process is known by then, and a machine that is
/// busy may hold it up for a second or two.
const PREFACE_WAIT: Duration = Duration::from_secs(5);
/// Pause after a failed accept, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why a relayed connection is closed before its first request.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Peer(#[from] NotOurPeer),
    #[error(transparent)]
    Preface(#[from] PrefaceError),
    #[error("no preface came in time")]
    Late,
    #[error("the listener {0} has not been announced on the control socket")]
    Listener(String),
    #[error("the preface cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Accepts on the relay socket until the broker drains, then waits for the connections to end.
pub async fn serve_relayed(
    listener: UnixListener,
    handoff: Arc<Handoff>,
    broker: Arc<Broker>,
    mut draining: Signal,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    broker.metrics.connection_accepted();
                    let work = serve(stream, Arc::clone(&handoff), Arc::clone(&broker), draining.clone());
                    connections.spawn(work);
                }
                Err(e) => {
                    broker.floods.accept_failed(broker.clock.now_ms(), &e);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            _ = draining.wait() => break,
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    info!("relay socket stopped");
}

async fn serve(stream: UnixStream, handoff: Arc<Handoff>, broker: Arc<Broker>, draining: Signal) {
    let now_ms = broker.clock.now_ms();
    let (stream, preface) = match begin(stream, &handoff).await {
        Ok(begun) => begun,
        Err(refused) => {
            broker.metrics.connection_refused();
            broker.floods.preface_refused(now_ms, &refused);
            return;
        }
    };
    let client_address = preface.client.ip();
    let place = match broker.connection_limits.enter(client_address) {
        Ok(place) => place,
        Err(refused) => {
            broker.metrics.connection_refused();
            broker.floods.refused(now_ms, client_address, &refused);
            return;
        }
    };
    let key = handoff.key().clone();
    let connection_id = preface.connection_id;
    let (authorizer, audit) = (Arc::clone(&broker.authorizer), Arc::clone(&broker.audit));
    let context = ConnectionContext::relayed(preface, authorizer, audit);
    let connection = Connection::new(
        Stream::Relayed(stream),
        Arc::clone(&broker),
        context,
        draining,
    )
    .relayed(key, connection_id);
    let closed = connection.serve().await;
    drop(place);
    if closed.is_suspicious() {
        broker
            .floods
            .hostile(broker.clock.now_ms(), client_address, &closed);
    } else {
        debug!(client = %client_address, reason = %closed, "connection closed");
    }
}

async fn begin(
    mut stream: UnixStream,
    handoff: &Handoff,
) -> Result<(UnixStream, Preface), Refused> {
    handoff.check_peer(&stream)?;
    let preface = tokio::time::timeout(PREFACE_WAIT, read(&mut stream, handoff))
        .await
        .map_err(|_| Refused::Late)??;
    if !handoff.is_announced(&preface.listener) {
        return Err(Refused::Listener(preface.listener));
    }
    debug!(principal = %preface.principal, client = %preface.client, "relayed");
    Ok((stream, preface))
}

async fn read(stream: &mut UnixStream, handoff: &Handoff) -> Result<Preface, Refused> {
    let mut head = [0; PREFACE_HEAD_BYTES];
    stream.read_exact(&mut head).await?;
    let mut bytes = head.to_vec();
    bytes.resize(Preface::length(&head)?, 0);
    let rest = bytes.get_mut(PREFACE_HEAD_BYTES..).unwrap_or_default();
    stream.read_exact(rest).await?;
    Ok(Preface::decode(&bytes, handoff.key())?)
}
