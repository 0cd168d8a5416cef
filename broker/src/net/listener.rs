//! Accepting the connections of a listener.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use service::listen::Bound;
use service::shutdown::Signal;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::connection::Connection;
use super::stream::Stream;
use crate::broker::Broker;
use crate::context::ConnectionContext;
use crate::metrics::ListenerMetrics;

/// Pause after a failed accept (out of descriptors, mostly), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_nanos(ACCEPT_PAUSE_NS);
const ACCEPT_PAUSE_NS: u64 = 50_000_000;

/// A connection as it came.
struct Accepted<'a> {
    stream: TcpStream,
    peer: SocketAddr,
    recorded: Option<&'a Arc<ListenerMetrics>>,
}

/// Accepts until the broker drains, then waits for the connections to end.
pub async fn serve(listener: Bound, broker: Arc<Broker>, mut draining: Signal) {
    let mut connections = JoinSet::new();
    let metrics = broker.metrics.listener(&listener.name).cloned();
    loop {
        tokio::select! {
            accepted = listener.socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    let draining = draining.clone();
                    broker.metrics.connection_accepted();
                    let recorded = metrics.as_ref().inspect(|metrics| metrics.accepted());
                    let accepted = Accepted { stream, peer, recorded };
                    accept(accepted, &listener.name, &broker, draining, &mut connections);
                }
                Err(e) => {
                    broker.floods.accept_failed(broker.clock.now_ms(), &e);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    if let Some(metrics) = &metrics {
                        metrics.blocked(ACCEPT_PAUSE_NS);
                    }
                }
            },
            _ = draining.wait() => break,
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener.socket);
    while connections.join_next().await.is_some() {}
    info!(listener = %listener.name, "listener stopped");
}

fn accept(
    accepted: Accepted<'_>,
    listener: &Arc<str>,
    broker: &Arc<Broker>,
    draining: Signal,
    connections: &mut JoinSet<()>,
) {
    let Accepted {
        stream,
        peer,
        recorded,
    } = accepted;
    let client_address = peer.ip().to_canonical();
    let place = match broker.connection_limits.enter(client_address) {
        Ok(place) => place,
        Err(refused) => {
            broker.metrics.connection_refused();
            broker
                .floods
                .refused(broker.clock.now_ms(), client_address, &refused);
            return;
        }
    };
    if let Err(e) = stream.set_nodelay(true) {
        warn!(error = %e, "cannot set TCP_NODELAY");
    }
    let authorizer = Arc::clone(&broker.authorizer);
    let audit = Arc::clone(&broker.audit);
    let context =
        ConnectionContext::plaintext(Arc::clone(listener), client_address, authorizer, audit);
    let broker = Arc::clone(broker);
    let open = recorded.map(ListenerMetrics::open);
    connections.spawn(async move {
        let connection =
            Connection::new(Stream::Tcp(stream), Arc::clone(&broker), context, draining);
        let closed = connection.recorded(open).serve().await;
        drop(place);
        if closed.is_suspicious() {
            broker
                .floods
                .hostile(broker.clock.now_ms(), client_address, &closed);
        } else {
            debug!(client = %client_address, reason = %closed, "connection closed");
        }
    });
}
