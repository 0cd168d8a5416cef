//! The conversation with the broker on the control socket: authn says which listeners it serves and
//! is told the key of the hand-off and the SCRAM credentials, at once and after each change.
//!
//! When it ends, the key is forgotten: new clients wait until there is a broker again, those that
//! are relayed go on or end with their own sockets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use identity::control::{
    CONTROL_SOCKET, Hello, ListenerAddress, MESSAGE_BYTES_MAX, Snapshot, VERSION,
};
use identity::{HandoffKey, KEY_BYTES};
use service::admin::Health;
use service::shutdown::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tracing::{info, warn};
use zeroize::Zeroizing;

use crate::credentials::ScramCredentials;
use crate::handoff_peer::{NotTheBroker, Peers};
use crate::random;
use crate::upstream::{self, Link, OpenLinkError};

/// First pause before the broker is tried again; it doubles up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(20);
/// A broker that comes back is found within this.
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// A message that has begun arrives within this.
const MESSAGE_WAIT: Duration = Duration::from_secs(10);
/// The component of `/healthz`.
pub const COMPONENT: &str = "broker";

/// Why a conversation ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("cannot connect to {}: {source}; is the broker running?", path.display())]
    Connect {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Peer(#[from] NotTheBroker),
    #[error("the broker has left the control socket: {0}")]
    Io(#[from] std::io::Error),
    #[error("a message of {0} bytes; at most {MESSAGE_BYTES_MAX} are read")]
    TooLong(usize),
    #[error("a message cannot be read: {0}; do broker and authn have the same version?")]
    Json(#[from] serde_json::Error),
    #[error(
        "the broker speaks version {0} of the control socket, this is {VERSION}; start both from \
         one release"
    )]
    Version(u32),
    #[error("the broker's key has {0} bytes instead of {KEY_BYTES}")]
    Key(usize),
    #[error(transparent)]
    Link(#[from] OpenLinkError),
    #[error("the broker did not say all of a message in time")]
    Late,
}

/// What the conversation needs and feeds.
#[derive(Debug)]
pub struct Control {
    /// `outrigger.handoff.directory`.
    pub directory: PathBuf,
    /// Who the broker may be.
    pub peers: Peers,
    /// What clients are told, by listener; never empty.
    pub listeners: Vec<ListenerAddress>,
    /// Whom the key is told.
    pub link: watch::Sender<Option<Arc<Link>>>,
    /// Whom the credentials are told.
    pub scram: Arc<ScramCredentials>,
    /// Whether there is a broker.
    pub health: Health,
}

/// Keeps up the conversation until `signal`.
pub async fn run(control: Control, mut signal: Signal) {
    let mut pause = PAUSE_MIN;
    let mut told = String::new();
    loop {
        let ended = tokio::select! {
            ended = control.converse(&mut pause) => ended,
            _ = signal.wait() => return,
        };
        control.link.send_replace(None);
        // The same sentence twenty times a second helps nobody.
        let sentence = ended.to_string();
        control.health.failed(COMPONENT, sentence.clone());
        if sentence != told {
            warn!("{sentence}");
            told = sentence;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = signal.wait() => return,
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

impl Control {
    async fn converse(&self, pause: &mut Duration) -> Ended {
        match self.speak(pause).await {
            Err(ended) => ended,
            Ok(never) => match never {},
        }
    }

    async fn speak(&self, pause: &mut Duration) -> Result<std::convert::Infallible, Ended> {
        let mut stream = self.connect().await?;
        let mut key = Vec::new();
        loop {
            let snapshot = receive(&mut stream).await?;
            self.apply(snapshot, &mut key).await?;
            *pause = PAUSE_MIN;
        }
    }

    async fn connect(&self) -> Result<UnixStream, Ended> {
        let path: &Path = &self.directory.join(CONTROL_SOCKET);
        let connected = UnixStream::connect(path).await;
        let mut stream = connected.map_err(|source| Ended::Connect {
            path: path.to_owned(),
            source,
        })?;
        self.peers.check(&stream)?;
        let hello = serde_json::to_vec(&Hello {
            version: VERSION,
            listeners: self.listeners.clone(),
        })?;
        let length = u32::try_from(hello.len()).unwrap_or(u32::MAX);
        stream.write_u32(length).await?;
        stream.write_all(&hello).await?;
        Ok(stream)
    }

    /// Puts a snapshot in force; `known` is the key of the one before.
    async fn apply(&self, snapshot: Snapshot, known: &mut Vec<u8>) -> Result<(), Ended> {
        if snapshot.version != VERSION {
            return Err(Ended::Version(snapshot.version));
        }
        let users = snapshot.scram.len();
        self.scram.set_broker(snapshot.scram);
        let bytes = Zeroizing::new(snapshot.handoff_key);
        if *known != *bytes {
            let array: Result<[u8; KEY_BYTES], _> = bytes.as_slice().try_into();
            let key = HandoffKey::new(array.map_err(|_| Ended::Key(bytes.len()))?);
            let listener = self.listeners.first().map_or("", |l| l.name.as_str());
            let link = upstream::open_link(
                &self.directory,
                &self.peers,
                key,
                listener,
                random::connection_id(),
            )
            .await?;
            self.link.send_replace(Some(Arc::new(link)));
            self.health.ok(COMPONENT);
            known.clone_from(&bytes);
            info!(cluster_id = %snapshot.cluster_id, users, "the broker is there");
        }
        Ok(())
    }
}

async fn receive(stream: &mut UnixStream) -> Result<Snapshot, Ended> {
    let length = usize::try_from(stream.read_u32().await?).unwrap_or(usize::MAX);
    if length > MESSAGE_BYTES_MAX {
        return Err(Ended::TooLong(length));
    }
    // It holds the key.
    let mut message = Zeroizing::new(Vec::new());
    let body = stream.take(length as u64);
    tokio::pin!(body);
    let read = tokio::time::timeout(MESSAGE_WAIT, body.read_to_end(&mut message));
    read.await.map_err(|_| Ended::Late)??;
    if message.len() < length {
        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
    }
    Ok(serde_json::from_slice(&message)?)
}
