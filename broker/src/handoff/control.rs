//! The control socket: listeners in, snapshots out, for as long as an authn is there.

use std::sync::Arc;
use std::time::Duration;

use identity::control::{self, HELLO_BYTES_MAX, Hello, ScramUser, Snapshot};
use service::shutdown::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::{Handoff, NotOurPeer};
use crate::broker::Broker;
use crate::metadata::{Endpoint, Image};

/// authn says hello before anything else.
const HELLO_WAIT: Duration = Duration::from_secs(5);
/// A snapshot that is not taken for so long has no reader.
const SNAPSHOT_WAIT: Duration = Duration::from_secs(30);
/// One authn each, and room for those that restart.
const CONVERSATIONS_MAX: usize = 64;

/// Why a conversation ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Peer(#[from] NotOurPeer),
    #[error("authn did not say in time what it serves")]
    Late,
    #[error("authn's greeting claims {0} bytes, at most {HELLO_BYTES_MAX} are read")]
    TooLong(usize),
    #[error("authn's greeting cannot be read: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "authn speaks version {0} of the control socket, this broker {ours}; run both of one release",
        ours = control::VERSION
    )]
    Version(u32),
    #[error("listener {0} of authn has the name of a listener of the broker; rename one of them")]
    Taken(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("closed by authn")]
    ByPeer,
}

/// Serves every authn that connects, until the broker drains.
pub async fn serve(
    listener: UnixListener,
    handoff: Arc<Handoff>,
    broker: Arc<Broker>,
    mut draining: Signal,
) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if conversations.len() < CONVERSATIONS_MAX => {
                if let Ok((stream, _)) = accepted {
                    let (handoff, broker) = (Arc::clone(&handoff), Arc::clone(&broker));
                    conversations.spawn(converse(stream, handoff, broker));
                }
            }
            _ = draining.wait() => break,
            Some(_) = conversations.join_next() => {}
        }
    }
}

async fn converse(mut stream: UnixStream, handoff: Arc<Handoff>, broker: Arc<Broker>) {
    let Err(ended) = speak(&mut stream, &handoff, &broker).await else {
        return;
    };
    match ended {
        Ended::ByPeer | Ended::Io(_) => info!("authn has left the control socket: {ended}"),
        refused => broker
            .floods
            .preface_refused(broker.clock.now_ms(), &refused),
    }
}

async fn speak(stream: &mut UnixStream, handoff: &Handoff, broker: &Broker) -> Result<(), Ended> {
    handoff.check_peer(stream)?;
    let hello = tokio::time::timeout(HELLO_WAIT, read_hello(stream))
        .await
        .map_err(|_| Ended::Late)??;
    let own = &broker.config.current().listeners;
    for listener in &hello.listeners {
        if own.iter().any(|own| *own.name == *listener.name) {
            return Err(Ended::Taken(listener.name.clone()));
        }
    }
    let endpoints = hello.listeners.iter().map(|listener| {
        let endpoint = Endpoint {
            host: listener.host.clone(),
            port: listener.port,
        };
        (Arc::from(listener.name.as_str()), endpoint)
    });
    broker.metadata.advertise(endpoints.collect()).await;
    let names: Vec<_> = hello.listeners.into_iter().map(|l| l.name).collect();
    info!(listeners = %names.join(","), "authn serves listeners");
    handoff.announce(names);
    tell(stream, handoff, broker).await
}

/// Tells what there is now and after each change, until authn leaves.
async fn tell(stream: &mut UnixStream, handoff: &Handoff, broker: &Broker) -> Result<(), Ended> {
    let mut images = broker.metadata.watch();
    let mut image = images.borrow_and_update().clone();
    loop {
        let message = serde_json::to_vec(&snapshot(handoff, &image))?;
        let sent = tokio::time::timeout(SNAPSHOT_WAIT, write(stream, &message)).await;
        sent.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        let mut told = image;
        image = loop {
            let mut byte = [0];
            tokio::select! {
                changed = images.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let next = images.borrow_and_update().clone();
                    if !next.same_scram_credentials(&told) {
                        break next;
                    }
                    told = next;
                }
                read = stream.read(&mut byte) => {
                    if read? == 0 {
                        return Err(Ended::ByPeer);
                    }
                    warn!("authn said more than its greeting on the control socket");
                    return Err(Ended::ByPeer);
                }
            }
        };
    }
}

fn snapshot(handoff: &Handoff, image: &Image) -> Snapshot {
    let scram = image
        .scram_credentials()
        .map(|(name, mechanism, credential)| ScramUser {
            name: name.to_owned(),
            mechanism,
            credential: credential.clone(),
        });
    Snapshot {
        version: control::VERSION,
        cluster_id: image.cluster_id.to_string(),
        handoff_key: handoff.key().expose().to_vec(),
        scram: scram.collect(),
    }
}

async fn read_hello(stream: &mut UnixStream) -> Result<Hello, Ended> {
    let length = stream.read_u32().await?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > HELLO_BYTES_MAX {
        return Err(Ended::TooLong(length));
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).await?;
    let hello: Hello = serde_json::from_slice(&message)?;
    if hello.version != control::VERSION {
        return Err(Ended::Version(hello.version));
    }
    Ok(hello)
}

async fn write(stream: &mut UnixStream, message: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(message.len()).map_err(std::io::Error::other)?;
    stream.write_u32(length).await?;
    stream.write_all(message).await
}
