//! The admin HTTP server every process has: `/healthz` and `/metrics`, nothing that changes anything.
//!
//! It is for probes and Prometheus on a trusted network (loopback unless configured otherwise), yet
//! a stranger who reaches it can take no more than a few connections for a few seconds.

mod health;

pub use health::{Health, Report};

use axum::Router;
use axum::extract::{RawQuery, State};
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

use crate::process_metrics;
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

/// What else is served.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its media type.
    pub kind: &'static str,
    /// The body.
    pub bytes: Vec<u8>,
}

#[derive(Clone)]
struct Served {
    health: Health,
    registry: Registry,
}

/// The address of an admin server cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("outrigger.admin.listener: cannot listen on {address}: {cause}")]
pub struct AdminError {
    address: String,
    cause: io::Error,
}

impl Admin {
    /// The server of a process at what `outrigger.admin.listener` says; none where it says nothing.
    ///
    /// # Errors
    /// The host leads nowhere, or the system does not give the address.
    pub async fn listen(
        address: Option<&str>,
        health: Health,
        registry: Registry,
    ) -> Result<Option<Self>, AdminError> {
        let Some(address) = address else {
            return Ok(None);
        };
        let bound = async {
            let resolved = tokio::net::lookup_host(address).await?.next();
            let resolved = resolved.ok_or(io::ErrorKind::NotFound)?;
            Self::bind(resolved, health, registry).await
        };
        bound.await.map(Some).map_err(|cause| AdminError {
            address: address.to_owned(),
            cause,
        })
    }

    /// Binds `addr` (port 0: any) for this health and these metrics, among which those of the process
    /// itself are from here on ([`process_metrics`]).
    pub async fn bind(addr: SocketAddr, health: Health, registry: Registry) -> io::Result<Self> {
        process_metrics::register(&registry, &health).map_err(io::Error::other)?;
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

    /// Serves at `path`, too, what `content` answers to the query string.
    ///
    /// It runs off the runtime's threads, so it may take its time.
    #[must_use]
    pub fn with(
        mut self,
        path: &'static str,
        content: impl Fn(&str) -> Content + Clone + Send + Sync + 'static,
    ) -> Self {
        let handler = move |RawQuery(query): RawQuery| {
            let content = content.clone();
            async move {
                let answer = move || content(query.as_deref().unwrap_or_default());
                match tokio::task::spawn_blocking(answer).await {
                    Ok(Content { kind, bytes }) => {
                        ([(header::CONTENT_TYPE, kind)], bytes).into_response()
                    }
                    Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }
            }
        };
        self.router = self.router.route(path, get(handler));
        self
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
