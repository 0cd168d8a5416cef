//! Listeners, connections, TLS, and the end of it all.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::Registry;
use service::Clock;
use service::listen::{self, BindError, SocketOptions};
use service::shutdown::Signal;
use service::watch::Watch;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::answer::Answers;
use crate::connections::{Connections, Place};
use crate::exporter::{About, Exporter};
use crate::flight::Flights;
use crate::self_metrics::{Held, SelfMetrics};
use crate::unsent::Unsent;
use crate::web::{Web, split_address};
use crate::web_config::{InForce, WebConfig, WebConfigError};

/// Requests have no body worth reading; long lists of `collect[]` are what is longest.
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// From the last answer to the next request: Prometheus' own longest idle time.
const IDLE_MAX: Duration = Duration::from_secs(300);
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// What is under way at the end may finish within this.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// How often stuck connections are looked for.
const SWEEP: Duration = Duration::from_secs(15);
/// All scrapers of a large installation at the same moment.
const BACKLOG: u32 = 256;
/// What the addresses are configured by.
const KEY: &str = "web.listen-address";

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A listen address is none.
    #[error("web.listen-address: {0:?} is no HOST:PORT")]
    Address(String),
    /// A listener does not get its address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The web configuration cannot be used.
    #[error("web.config.file: {0}")]
    WebConfig(String),
    /// A metric of ours has a name that is taken in the registry.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A server that has its addresses and does not answer yet.
#[derive(Debug)]
pub struct Server<E> {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared<E>>,
    watched: Option<(Vec<PathBuf>, Watch)>,
}

#[derive(Debug)]
struct Shared<E> {
    answers: Answers<E>,
    in_force: RwLock<Arc<InForce>>,
    connections: Connections,
}

impl<E: Exporter> Server<E> {
    /// Binds the addresses and reads the web configuration. The server's own metrics are shown in
    /// `registry`, too.
    ///
    /// # Errors
    /// An address cannot be had, or the web configuration cannot be used.
    pub async fn bind(
        web: &Web,
        about: About,
        exporter: Arc<E>,
        registry: &Registry,
        clock: Clock,
    ) -> Result<Self, ServeError> {
        let wrong = |error: WebConfigError| ServeError::WebConfig(error.to_string());
        let (config, watched) = match &web.config_file {
            Some(file) => {
                let (config, watch) = WebConfig::read_watched(file).map_err(wrong)?;
                let files = config.files.clone();
                (config, Some((files, watch)))
            }
            None => (WebConfig::default(), None),
        };
        let in_force = config.enforce(&clock).map_err(wrong)?;
        let mut listeners = Vec::new();
        let mut addresses = Vec::new();
        let given = web.listen_addresses.iter().map(String::as_str);
        let default = web
            .listen_addresses
            .is_empty()
            .then_some(about.default_listen);
        for address in given.chain(default) {
            let bound = bind(address).await?;
            addresses.push(bound.address);
            listeners.push(bound.socket);
        }
        let connections = Connections::new(clock.clone());
        let answers = Answers {
            exporter,
            about,
            web: web.clone(),
            metrics: SelfMetrics::register(registry)?,
            clock,
            flights: Flights::new(),
            unsent: Unsent::new(connections.clone()),
        };
        let shared = Arc::new(Shared {
            answers,
            in_force: RwLock::new(Arc::new(in_force)),
            connections,
        });
        Ok(Self {
            listeners,
            addresses,
            shared,
            watched,
        })
    }

    /// The first address by its scheme, for the endpoints file.
    pub fn endpoints(&self) -> BTreeMap<Arc<str>, SocketAddr> {
        let scheme = if self.is_tls() { "https" } else { "http" };
        let first = self.addresses.first();
        let told = first.map(|address| (Arc::from(scheme), *address));
        told.into_iter().collect()
    }

    /// What tells this process from others of its kind, as Prometheus' label `instance` does.
    pub fn instance(&self) -> String {
        let first = self.addresses.first();
        first.map_or_else(|| std::process::id().to_string(), SocketAddr::to_string)
    }

    /// Where it listens, in the order of the flags; no port is 0.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether it speaks TLS now.
    pub fn is_tls(&self) -> bool {
        self.shared.in_force().tls.is_some()
    }

    /// Answers until the signal; what is under way then may finish.
    pub async fn serve(self, mut signal: Signal) {
        let mut tasks = JoinSet::new();
        for listener in self.listeners {
            tasks.spawn(accept(Arc::clone(&self.shared), listener, signal.clone()));
        }
        let reloading = Arc::clone(&self.shared).reload(self.watched);
        let sweeping = sweep(self.shared.connections.clone());
        tokio::select! {
            _ = signal.wait() => {}
            () = reloading => {}
            () = sweeping => {}
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Port and host of one address; the system without IPv6 listens on every address of IPv4.
async fn bind(address: &str) -> Result<listen::Bound, ServeError> {
    let Some((host, port)) = split_address(address) else {
        return Err(ServeError::Address(address.to_owned()));
    };
    let name: Arc<str> = Arc::from("web");
    let options = SocketOptions {
        backlog: BACKLOG,
        ..SocketOptions::default()
    };
    match listen::bind_by(KEY, &name, (host, port), options).await {
        Err(BindError::Io { .. }) if host.is_empty() => {
            Ok(listen::bind_by(KEY, &name, ("0.0.0.0", port), options).await?)
        }
        bound => Ok(bound?),
    }
}

async fn accept<E: Exporter>(shared: Arc<Shared<E>>, listener: TcpListener, mut signal: Signal) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = signal.wait() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, from)) = accepted else {
            // Out of descriptors, mostly: the others need a moment to close.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // All are busy: a connection that is closed at once is clearer than one that hangs.
        if let Some(place) = shared.connections.enter() {
            let (shared, signal) = (Arc::clone(&shared), signal.clone());
            connections.spawn(serve_connection(shared, stream, (place, from.ip()), signal));
        }
    }
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(DRAIN_MAX, drained).await;
}

async fn serve_connection<E: Exporter>(
    shared: Arc<Shared<E>>,
    stream: TcpStream,
    (place, from): (Place, IpAddr),
    signal: Signal,
) {
    // An answer is written in pieces: none of them should wait for the acknowledgement of another.
    let _ = stream.set_nodelay(true);
    let metrics = &shared.answers.metrics;
    let _open = Held::new(&metrics.connections);
    let tls = shared.in_force().tls.clone();
    match tls {
        None => serve_stream(&shared, stream, (&place, from), signal).await,
        Some(config) => {
            let handshake = TlsAcceptor::from(config).accept(stream);
            let handshake = tokio::time::timeout(HANDSHAKE_MAX, handshake);
            let stream = tokio::select! {
                shaken = handshake => shaken.map_err(io::Error::from).flatten().ok(),
                () = place.closed() => None,
            };
            match stream {
                Some(stream) => serve_stream(&shared, stream, (&place, from), signal).await,
                // Whatever a stranger does wrong here concerns nobody else: it is counted.
                None => metrics.handshake_failures.inc(),
            }
        }
    }
}

async fn serve_stream<E: Exporter>(
    shared: &Arc<Shared<E>>,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    (place, from): (&Place, IpAddr),
    mut signal: Signal,
) {
    let service = service_fn(|request| async move {
        let busy = place.busy();
        let in_force = shared.in_force();
        let response = shared.answers.answer(&in_force, &request, from, busy).await;
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = place.closed() => return,
        _ = signal.wait() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn sweep(connections: Connections) {
    loop {
        tokio::time::sleep(SWEEP).await;
        connections.close_stuck();
    }
}

impl<E> Shared<E> {
    fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts the web configuration in force again whenever one of its files changes; one that cannot be used
    /// leaves the last good one in force. Never ends.
    async fn reload(self: Arc<Self>, watched: Option<(Vec<PathBuf>, Watch)>) {
        let path = self.answers.web.config_file.clone();
        let (Some((mut files, mut watch)), Some(path)) = (watched, path) else {
            return std::future::pending().await;
        };
        loop {
            watch.changed().await;
            let (read_path, clock) = (path.clone(), self.answers.clock.clone());
            let read = tokio::task::spawn_blocking(move || {
                let (config, watch) = WebConfig::read_watched(&read_path)?;
                let files = config.files.clone();
                config
                    .enforce(&clock)
                    .map(|in_force| (in_force, files, watch))
            });
            let result = match read.await {
                Ok(Ok((in_force, now, on_its_files))) => {
                    (files, watch) = (now, on_its_files);
                    self.put_in_force(in_force);
                    tracing::info!(file = %path.display(), "web configuration read again");
                    "success"
                }
                Ok(Err(error)) => {
                    tracing::error!(file = %path.display(), %error,
                        "the changed web configuration cannot be used; the one before stays in force");
                    // A certificate that is named before it is written is noticed when it comes.
                    if let WebConfigError::Read { path: missing, .. } = error
                        && !files.contains(&missing)
                    {
                        files.push(missing);
                        watch = Watch::new(files.clone());
                    }
                    "failure"
                }
                Err(_) => "failure",
            };
            self.answers
                .metrics
                .reloads
                .with_label_values(&[result])
                .inc();
        }
    }

    fn put_in_force(&self, in_force: InForce) {
        let mut current = self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(in_force);
    }
}

#[cfg(test)]
mod tests;
