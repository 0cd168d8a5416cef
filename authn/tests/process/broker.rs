//! The broker's end of the hand-off, played by the test: it answers the greeting on the control
//! socket, tells its API versions, and gives every relayed connection to the test.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use identity::control::{CONTROL_SOCKET, Hello, RELAY_SOCKET, ScramUser, Snapshot, VERSION};
use identity::{HandoffKey, PREFACE_HEAD_BYTES, Preface, ScramCredential, ScramMechanism};
use protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use protocol::{Response, frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) const USER: &str = "alice";
pub(crate) const PASSWORD: &str = "alice-secret";
/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A client's connection as the broker sees it.
pub(crate) struct Relayed {
    pub preface: Preface,
    pub stream: UnixStream,
}

/// A life of a broker. Dropping it closes its sockets.
pub(crate) struct Broker {
    pub key: HandoffKey,
    pub hello: Hello,
    control: UnixStream,
    relayed: mpsc::UnboundedReceiver<Relayed>,
    accepting: JoinHandle<()>,
    directory: PathBuf,
}

impl Broker {
    /// Serves `directory` and waits until authn has introduced itself.
    pub(crate) async fn start(directory: &Path, key: u8) -> Self {
        let relay = UnixListener::bind(directory.join(RELAY_SOCKET)).unwrap();
        let control = UnixListener::bind(directory.join(CONTROL_SOCKET)).unwrap();
        let key = HandoffKey::new([key; 32]);
        let (sender, relayed) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(accept(relay, key.clone(), sender));
        let accepted = tokio::time::timeout(PATIENCE, control.accept()).await;
        let (mut control, _) = accepted.expect("authn comes in time").unwrap();
        let length = control.read_u32().await.unwrap();
        let mut hello = vec![0; length as usize];
        control.read_exact(&mut hello).await.unwrap();
        let hello = serde_json::from_slice(&hello).unwrap();
        let mut broker = Self {
            key,
            hello,
            control,
            relayed,
            accepting,
            directory: directory.to_owned(),
        };
        broker.tell(PASSWORD).await;
        broker
    }

    /// Sends a snapshot in which [`USER`] has this password.
    pub(crate) async fn tell(&mut self, password: &str) {
        let mechanism = ScramMechanism::Sha512;
        let iterations = NonZeroU32::new(4096).unwrap();
        let salt = b"some salt".to_vec();
        let credential =
            ScramCredential::of_password(mechanism, password.as_bytes(), salt, iterations);
        let snapshot = Snapshot {
            version: VERSION,
            cluster_id: "test".to_owned(),
            handoff_key: self.key.expose().to_vec(),
            scram: vec![ScramUser {
                name: USER.to_owned(),
                mechanism,
                credential,
            }],
        };
        let message = serde_json::to_vec(&snapshot).unwrap();
        let length = u32::try_from(message.len()).unwrap();
        self.control.write_u32(length).await.unwrap();
        self.control.write_all(&message).await.unwrap();
    }

    /// The next client that authn hands over.
    pub(crate) async fn next(&mut self) -> Relayed {
        let next = tokio::time::timeout(PATIENCE, self.relayed.recv()).await;
        next.expect("a client comes in time").unwrap()
    }

    /// Whether no client is waiting.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.relayed.try_recv().is_err()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.accepting.abort();
        for socket in [RELAY_SOCKET, CONTROL_SOCKET] {
            let _ = std::fs::remove_file(self.directory.join(socket));
        }
    }
}

async fn accept(listener: UnixListener, key: HandoffKey, to: mpsc::UnboundedSender<Relayed>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (key, to) = (key.clone(), to.clone());
        tokio::spawn(async move {
            let Some(preface) = read_preface(&mut stream, &key).await else {
                return;
            };
            // The connection on which authn asks for itself.
            if preface.tls_version.is_none() {
                return tell_versions(stream).await;
            }
            let _ = to.send(Relayed { preface, stream });
        });
    }
}

async fn read_preface(stream: &mut UnixStream, key: &HandoffKey) -> Option<Preface> {
    let mut head = [0; PREFACE_HEAD_BYTES];
    stream.read_exact(&mut head).await.ok()?;
    let mut bytes = head.to_vec();
    bytes.resize(Preface::length(&head).ok()?, 0);
    stream
        .read_exact(&mut bytes[PREFACE_HEAD_BYTES..])
        .await
        .ok()?;
    Preface::decode(&bytes, key).ok()
}

async fn tell_versions(mut stream: UnixStream) {
    while let Ok(request) = read_frame(&mut stream).await {
        stream.write_all(&versions_answer(&request)).await.unwrap();
    }
}

/// The answer to an ApiVersions request: Produce and ApiVersions.
pub(crate) fn versions_answer(request: &[u8]) -> Vec<u8> {
    let prefix = frame::decode_prefix(request).unwrap();
    let key = protocol::ApiKey::ApiVersions;
    let keys =
        [(0, 0, 13), (key.code(), 0, 4)].map(|(api_key, min_version, max_version)| ApiVersion {
            api_key,
            min_version,
            max_version,
        });
    let response = Response::ApiVersions(ApiVersionsResponse {
        api_keys: keys.to_vec(),
        ..ApiVersionsResponse::default()
    });
    let answer =
        frame::encode_response(prefix.correlation_id, key, prefix.api_version, &response).unwrap();
    answer.to_bytes().to_vec()
}

/// One frame, without its length.
pub(crate) async fn read_frame<S: AsyncReadExt + Unpin>(
    stream: &mut S,
) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut frame = vec![0; length as usize];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}
