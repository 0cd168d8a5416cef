//! Binding a listener and accepting its connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use identity::Principal;
use service::shutdown::Signal;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::connection::Connection;
use crate::broker::Broker;
use crate::config::{Listener, NetworkConfig};
use crate::context::ConnectionContext;

/// Pause after a failed accept (out of descriptors, mostly), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener that has its address.
pub struct BoundListener {
    /// Its name, as `listeners` spells it.
    pub name: Arc<str>,
    /// Where it really listens: the port is never 0.
    pub address: SocketAddr,
    socket: TcpListener,
}

/// Why a listener has no address.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The host name leads nowhere.
    #[error("listener {listener}: cannot resolve {host}; use an address of this machine")]
    Resolve {
        /// The listener's name.
        listener: Arc<str>,
        /// The host in `listeners`.
        host: String,
    },
    /// Another process has the port.
    #[error(
        "listener {listener}: {address} is in use by another process; stop it, or choose another \
         port in listeners"
    )]
    InUse {
        /// The listener's name.
        listener: Arc<str>,
        /// The address.
        address: SocketAddr,
    },
    /// Anything else the system says.
    #[error("listener {listener}: cannot listen on {address}")]
    Io {
        /// The listener's name.
        listener: Arc<str>,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// Binds one listener. Its connections inherit the sizes of its buffers.
pub async fn bind(
    listener: &Listener,
    network: &NetworkConfig,
) -> Result<BoundListener, BindError> {
    let name = Arc::clone(&listener.name);
    let host = listener.bind_host.as_str();
    // An empty host is every address, IPv6 and IPv4 alike, as in Kafka.
    let lookup = if host.is_empty() { "::" } else { host };
    let resolved = tokio::net::lookup_host((lookup, listener.bind_port)).await;
    let Some(address) = resolved.ok().and_then(|mut addresses| addresses.next()) else {
        return Err(BindError::Resolve {
            listener: name,
            host: host.to_owned(),
        });
    };
    let bound = (|| {
        let socket = if address.is_ipv6() {
            TcpSocket::new_v6()
        } else {
            TcpSocket::new_v4()
        }?;
        socket.set_reuseaddr(true)?;
        if let Some(bytes) = network.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(bytes) = network.send_buffer_bytes {
            socket.set_send_buffer_size(bytes)?;
        }
        socket.bind(address)?;
        socket.listen(network.listen_backlog)
    })();
    match bound {
        Ok(socket) => {
            let address = socket.local_addr().unwrap_or(address);
            Ok(BoundListener {
                name,
                address,
                socket,
            })
        }
        Err(e) if e.kind() == io::ErrorKind::AddrInUse => Err(BindError::InUse {
            listener: name,
            address,
        }),
        Err(source) => Err(BindError::Io {
            listener: name,
            address,
            source,
        }),
    }
}

/// Accepts until the broker drains, then waits for the connections to end.
pub async fn serve(listener: BoundListener, broker: Arc<Broker>, mut draining: Signal) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    let draining = draining.clone();
                    accept(stream, peer, &listener.name, &broker, draining, &mut connections);
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
    drop(listener.socket);
    while connections.join_next().await.is_some() {}
    info!(listener = %listener.name, "listener stopped");
}

fn accept(
    stream: TcpStream,
    peer: SocketAddr,
    listener: &Arc<str>,
    broker: &Arc<Broker>,
    draining: Signal,
    connections: &mut JoinSet<()>,
) {
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
    let context = ConnectionContext {
        principal: Principal::anonymous(),
        listener: Arc::clone(listener),
        client_address,
        authorizer: broker.authorizer,
    };
    let broker = Arc::clone(broker);
    connections.spawn(async move {
        let connection = Connection::new(stream, Arc::clone(&broker), context, draining);
        let closed = connection.serve().await;
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
