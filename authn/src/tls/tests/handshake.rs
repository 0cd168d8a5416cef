//! A real client against a listener, over memory.

use super::pki::Identity;
use crate::tls::{ClockTime, REASONS, Refusal, TlsListener};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection,
    SupportedProtocolVersion,
};
use service::Clock;
use std::sync::Arc;

/// A client that remembers its sessions.
pub(super) fn client(
    trusted: &CertificateDer<'static>,
    identity: Option<&Identity>,
    version: &'static SupportedProtocolVersion,
    clock: &Clock,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let time = Arc::new(ClockTime(clock.clone()));
    let builder = ClientConfig::builder_with_details(Arc::new(provider::default_provider()), time)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => builder
            .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(16);
    Arc::new(config)
}

/// What the server is left with after a handshake.
pub(super) struct Done {
    pub(super) server: ServerConnection,
    pub(super) client: ClientConnection,
}

/// Moves bytes until both are at rest, or says what the server's TLS refused.
pub(super) fn handshake(
    config: Arc<ServerConfig>,
    client: &Arc<ClientConfig>,
) -> Result<Done, rustls::Error> {
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
    let mut server = ServerConnection::new(config).unwrap();
    loop {
        let mut to_server = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut to_server).unwrap();
        }
        let mut unread = to_server.as_slice();
        while !unread.is_empty() {
            server.read_tls(&mut unread).unwrap();
            server.process_new_packets()?;
        }
        let mut to_client = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut to_client).unwrap();
        }
        if to_server.is_empty() && to_client.is_empty() {
            assert!(!server.is_handshaking(), "both wait for each other");
            return Ok(Done { server, client });
        }
        let mut unread = to_client.as_slice();
        while !unread.is_empty() {
            client.read_tls(&mut unread).unwrap();
            // That the client dislikes us is told by its alert.
            let _ = client.process_new_packets();
        }
    }
}

/// How a connection went: which kind of handshake, and whether the peer showed a certificate; or
/// the word for why not.
pub(super) fn connect(
    listener: &TlsListener,
    client: &Arc<ClientConfig>,
) -> Result<(HandshakeKind, bool), &'static str> {
    let done = handshake(listener.server_config(), client).map_err(|error| {
        let reason = Refusal::of(&error).reason();
        assert!(REASONS.contains(&reason), "{reason} is exposed at zero");
        reason
    })?;
    let kind = done.server.handshake_kind().unwrap();
    match listener.verify_peer(&done.server) {
        Ok(certificate) => Ok((kind, certificate.is_some())),
        Err(crate::tls::PeerError::Resumed(refusal)) => Err(refusal.reason()),
        Err(crate::tls::PeerError::NoCertificate) => Err("no_certificate"),
    }
}
