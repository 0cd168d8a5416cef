//! Sockets: accept, TLS if so wished, HTTP/1.1, and a switch that makes the server go away and come back at
//! its address.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::exchange::exchange;
use crate::state::State;

/// Between two attempts to take the address back.
const REBIND_PAUSE: Duration = Duration::from_millis(20);

/// What a connection needs.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) state: Arc<State>,
    pub(crate) acceptor: Option<TlsAcceptor>,
    pub(crate) latency: Duration,
}

impl Server {
    /// Serves while `up` is true; otherwise nobody listens, and all connections are cut. Ends when
    /// the sender of `up` is gone.
    pub(crate) async fn run(self, listener: TcpListener, mut up: watch::Receiver<bool>) {
        let address = match listener.local_addr() {
            Ok(address) => address,
            Err(_) => return,
        };
        let mut listener = Some(listener);
        loop {
            match listener.take() {
                Some(listener) => self.serve(listener, &mut up).await,
                None if *up.borrow() => listener = bind(address).await,
                None => {}
            }
            if listener.is_none() && up.wait_for(|up| *up).await.is_err() {
                return;
            }
        }
    }

    /// Accepts until `up` is false or its sender gone.
    async fn serve(&self, listener: TcpListener, up: &mut watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(self.clone().connection(stream));
                    }
                }
                Some(_) = connections.join_next() => {}
                changed = up.wait_for(|up| !*up) => {
                    drop(changed);
                    // Dropping the set cuts what is left.
                    return;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream) {
        // Latency is what the settings say, not what Nagle makes of it.
        let _ = stream.set_nodelay(true);
        match self.acceptor.clone() {
            None => self.http(stream).await,
            Some(acceptor) => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    self.http(stream).await;
                }
            }
        }
    }

    async fn http(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service =
            service_fn(|request| exchange(Arc::clone(&self.state), self.latency, request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // How a connection ends is the client's business, or the script's.
        let _ = connection.await;
    }
}

/// The address again; somebody else may have it for a moment.
async fn bind(address: SocketAddr) -> Option<TcpListener> {
    loop {
        let bound: io::Result<TcpListener> = TcpListener::bind(address).await;
        match bound {
            Ok(listener) => return Some(listener),
            Err(_) => tokio::time::sleep(REBIND_PAUSE).await,
        }
    }
}
