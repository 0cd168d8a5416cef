//! The admin HTTP server every process has: `/healthz` and `/metrics`, nothing that changes anything.
//!
//! It is for probes and Prometheus on a trusted network (loopback unless configured otherwise), yet
//! a stranger who reaches it can take no more than a few connections for a few seconds.

mod health;

pub use health::{Health, Report};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use prometheus::{Registry, TextEncoder};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::shutdown::Signal;

/// A probe and two scrapers, many times over.
const CONNECTIONS_MAX: usize = 64;
/// Requests have no body worth reading; hyper's smallest buffer is enough for the headers.
const HEADER_BYTES_MAX: usize = 8 * 1024;
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// From accept to the last byte: keep-alive is off, so this ends every connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// A bound server that does not answer yet.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
    header_timeout: Duration,
}

#[derive(Clone)]
struct Served {
    health: Health,
    registry: Registry,
}

impl Admin {
    /// Binds `addr` (port 0: any) for this health and these metrics.
    pub async fn bind(addr: SocketAddr, health: Health, registry: Registry) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let router = Router::new()
            .route("/healthz", get(healthz))
            .route("/metrics", get(metrics))
            .with_state(Served { health, registry });
        Ok(Self {
            listener,
            addr,
            router,
            header_timeout: HEADER_TIMEOUT,
        })
    }

    /// The address it is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until the signal; connections that are open then are cut.
    pub async fn serve(self, mut signal: Signal) {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                _ = signal.wait() => return,
                Some(_) = connections.join_next() => continue,
                accepted = accept(&self.listener, &permits) => accepted,
            };
            let Some((stream, permit)) = accepted else {
                return;
            };
            let service = TowerToHyperService::new(self.router.clone());
            connections.spawn(async move {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(self.header_timeout)
                    .keep_alive(false)
                    .max_buf_size(HEADER_BYTES_MAX)
                    .serve_connection(TokioIo::new(stream), service);
                // Whatever a stranger does wrong here concerns nobody else: it is not logged.
                let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await;
                drop(permit);
            });
        }
    }
}

/// The next connection and its place; `None` when no place will ever be given.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, permit)),
            // Out of descriptors, mostly: the others need a moment to close.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn healthz(State(served): State<Served>) -> Response {
    let report = served.health.report();
    let status = if report.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, axum::Json(report)).into_response()
}

async fn metrics(State(served): State<Served>) -> Response {
    let mut text = String::new();
    match TextEncoder::new().encode_utf8(&served.registry.gather(), &mut text) {
        Ok(()) => {
            let kind = [(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)];
            (kind, text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests;
