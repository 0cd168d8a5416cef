//! A stand-in for authn: it announces listeners to a broker and relays whoever the test names, so that tests of authorization need no TLS and no login.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use identity::control::{CONTROL_SOCKET, Hello, ListenerAddress, RELAY_SOCKET, Snapshot, VERSION};
use identity::{HandoffKey, IamContext, Preface, Principal};

use crate::deadline::eventually;
use crate::{Broker, Wire};

/// The listener that it announces.
pub const LISTENER: &str = "CLIENT_SASL_SCRAM";
/// What clients of that listener are told.
pub const ADVERTISED: (&str, u16) = ("authn.example", 9096);

/// One conversation on the control socket, and the key that it brought.
#[derive(Debug)]
pub struct Authn {
    directory: PathBuf,
    control: UnixStream,
    key: HandoffKey,
}

/// The lines of `server.properties` that open a hand-off below `folder`.
pub fn properties(folder: &Path) -> String {
    format!(
        "outrigger.handoff.directory={}\n",
        directory(folder).display()
    )
}

/// The directory of the hand-off that [`properties`] names.
pub fn directory(folder: &Path) -> PathBuf {
    folder.join("run")
}

impl Authn {
    /// Announces itself to a broker that was started with [`properties`].
    pub fn greet(folder: &Path) -> Self {
        let directory = directory(folder);
        let socket = directory.join(CONTROL_SOCKET);
        let mut control = eventually("the control socket accepts", || {
            UnixStream::connect(&socket).ok()
        });
        say_hello(&mut control, VERSION);
        let snapshot = read_snapshot(&mut control).expect("a snapshot");
        let key = snapshot.handoff_key.try_into().expect("a key of 32 bytes");
        Self {
            directory,
            control,
            key: HandoffKey::new(key),
        }
    }

    /// A broker with a hand-off and `properties`, and its authn.
    pub fn with_broker(properties: &str) -> (Broker, Self) {
        let broker =
            Broker::start_with(|folder| format!("{}{properties}", self::properties(folder)));
        let authn = Self::greet(broker.folder());
        (broker, authn)
    }

    /// The key of this life of the broker.
    pub fn key(&self) -> &HandoffKey {
        &self.key
    }

    /// The next snapshot, which comes when something in it has changed.
    pub fn next_snapshot(&mut self) -> Snapshot {
        read_snapshot(&mut self.control).expect("another snapshot")
    }

    /// A connection of `User:name` from 192.0.2.1.
    pub fn connect(&self, name: &str) -> Wire {
        self.relay(&preface(Principal::user(name)))
    }

    /// A connection of an IAM principal.
    pub fn connect_iam(&self, arn: &str, context: IamContext) -> Wire {
        let mut preface = preface(Principal::iam(arn));
        preface.iam = Some(context);
        self.relay(&preface)
    }

    /// A connection of whoever `preface` says.
    pub fn relay(&self, preface: &Preface) -> Wire {
        let bytes = preface.encode(&self.key).expect("a preface that fits");
        Wire::over_unix(self.relay_bytes(&bytes))
    }

    /// A connection that begins with any bytes.
    pub fn relay_bytes(&self, bytes: &[u8]) -> UnixStream {
        let mut stream =
            UnixStream::connect(self.directory.join(RELAY_SOCKET)).expect("the relay socket");
        // It may be closed before all is written.
        let _ = stream.write_all(bytes);
        stream
    }
}

/// A preface of `principal` from 192.0.2.1.
pub fn preface(principal: Principal) -> Preface {
    Preface {
        client: SocketAddr::from(([192, 0, 2, 1], 40_000)),
        local: SocketAddr::from(([127, 0, 0, 1], ADVERTISED.1)),
        principal,
        security_protocol: "SASL_SSL".to_owned(),
        mechanism: Some("SCRAM-SHA-512".to_owned()),
        listener: LISTENER.to_owned(),
        tls_version: Some("TLSv1.3".to_owned()),
        client_certificate: false,
        token_authenticated: false,
        iam: None,
        software: None,
        connection_id: [7; 16],
    }
}

/// Greets in a version of the conversation.
pub fn say_hello(control: &mut UnixStream, version: u32) {
    let hello = Hello {
        version,
        listeners: vec![ListenerAddress {
            name: LISTENER.to_owned(),
            security_protocol: "SASL_SSL".to_owned(),
            host: ADVERTISED.0.to_owned(),
            port: ADVERTISED.1,
        }],
    };
    let message = serde_json::to_vec(&hello).expect("JSON");
    let length = u32::try_from(message.len()).expect("a short message");
    let sent = control
        .write_all(&length.to_be_bytes())
        .and_then(|()| control.write_all(&message));
    sent.expect("the broker reads");
}

/// The next message of the broker; `None` when it closed.
pub fn read_snapshot(control: &mut UnixStream) -> Option<Snapshot> {
    let mut length = [0; 4];
    control.read_exact(&mut length).ok()?;
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let mut message = vec![0; length];
    control.read_exact(&mut message).ok()?;
    Some(serde_json::from_slice(&message).expect("a snapshot"))
}
