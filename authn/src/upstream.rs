//! The way to the broker: the one place that knows that the other end is ours.
//!
//! A connection of a client goes over a Unix socket of its own, behind a preface that says whose it
//! is. The key under the preface comes from the control socket (`control`); while there is none, new
//! connections wait. In front of another Kafka only this file and `control` would be others.

mod api_versions;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use identity::control::RELAY_SOCKET;
use identity::{ContextUpdate, HandoffKey, IamContext, Preface, Principal};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::sync::watch;

use crate::handoff_peer::{NotTheBroker, Peers};
pub use api_versions::{ApiVersions, barrier};

/// The broker's queue of connections is full: it takes them as fast as it can.
const QUEUE_FULL_PAUSE: Duration = Duration::from_millis(5);

/// What one life of the broker gave.
#[derive(Debug)]
pub struct Link {
    /// Key of prefaces and context updates.
    pub key: HandoffKey,
    /// What it answers to ApiVersions.
    pub api_versions: ApiVersions,
}

/// Why a client cannot be relayed. It sees its connection closed and comes again.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The socket.
    #[error("cannot connect to {}: {source}; is the broker running?", path.display())]
    Connect {
        /// Of the relay socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Somebody else serves it.
    #[error(transparent)]
    Peer(#[from] NotTheBroker),
    /// The preface did not go out.
    #[error("cannot write the preface: {0}")]
    Write(io::Error),
    /// Names in it are too long.
    #[error("the names of {0} do not fit a preface")]
    TooLong(Principal),
    /// This process ends.
    #[error("there is no broker")]
    Gone,
}

/// Connects clients that have logged in to the broker.
#[derive(Clone, Debug)]
pub struct Upstream {
    relay: Arc<Path>,
    peers: Peers,
    link: watch::Receiver<Option<Arc<Link>>>,
}

impl Upstream {
    /// The broker that serves `directory`, once `link` says how.
    pub fn new(directory: &Path, peers: Peers, link: watch::Receiver<Option<Arc<Link>>>) -> Self {
        Self {
            relay: directory.join(RELAY_SOCKET).into(),
            peers,
            link,
        }
    }

    /// What the broker gave; waits for it.
    pub async fn link(&self) -> Result<Arc<Link>, UpstreamError> {
        let mut link = self.link.clone();
        let found = link.wait_for(Option::is_some).await;
        found
            .ok()
            .and_then(|link| link.clone())
            .ok_or(UpstreamError::Gone)
    }

    /// Opens a connection for the client that `preface` tells of.
    pub async fn connect(
        &self,
        link: &Link,
        preface: &Preface,
    ) -> Result<UnixStream, UpstreamError> {
        connect(&self.relay, &self.peers, &link.key, preface).await
    }
}

async fn connect(
    path: &Path,
    peers: &Peers,
    key: &HandoffKey,
    preface: &Preface,
) -> Result<UnixStream, UpstreamError> {
    let bytes = preface
        .encode(key)
        .ok_or_else(|| UpstreamError::TooLong(preface.principal.clone()))?;
    let mut stream = loop {
        match UnixStream::connect(path).await {
            Ok(stream) => break stream,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(QUEUE_FULL_PAUSE).await;
            }
            Err(source) => {
                let path = path.to_owned();
                return Err(UpstreamError::Connect { path, source });
            }
        }
    };
    peers.check(&stream)?;
    stream
        .write_all(&bytes)
        .await
        .map_err(UpstreamError::Write)?;
    Ok(stream)
}

/// The frame that tells the broker of a changed IAM context; `None` where it cannot be written.
pub fn context_update(
    link: &Link,
    connection_id: &[u8; 16],
    sequence: u64,
    principal: &Principal,
    iam: &IamContext,
) -> Option<Vec<u8>> {
    let update = ContextUpdate {
        caller_arn: principal.name().to_owned(),
        iam: iam.clone(),
    };
    update.encode(&link.key, connection_id, sequence).ok()
}

/// Asks the broker what it answers to ApiVersions, over a connection that `listener` stands for.
pub async fn open_link(
    directory: &Path,
    peers: &Peers,
    key: HandoffKey,
    listener: &str,
    connection_id: [u8; 16],
) -> Result<Link, OpenLinkError> {
    let here = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let preface = Preface {
        client: here,
        local: here,
        principal: Principal::anonymous(),
        security_protocol: "SSL".to_owned(),
        mechanism: None,
        listener: listener.to_owned(),
        tls_version: None,
        client_certificate: false,
        token_authenticated: false,
        iam: None,
        software: None,
        connection_id,
    };
    let stream = connect(&directory.join(RELAY_SOCKET), peers, &key, &preface).await?;
    let api_versions = ApiVersions::ask(stream).await?;
    Ok(Link { key, api_versions })
}

/// Why a broker cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenLinkError {
    /// No connection.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// No answer.
    #[error("the broker does not tell its API versions: {0}")]
    ApiVersions(#[from] api_versions::AskError),
}
