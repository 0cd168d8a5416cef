//! TLS as a client of `outrigger up` speaks it: its authority is believed, and its client's certificate is at hand.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};

use crate::{Up, Wire, wire};

/// What a client shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The certificate that `up` made for a client.
    Certificate,
    /// None.
    Nothing,
}

/// A client's side, in the versions that a server of ours speaks.
pub fn config(up: &Up, shown: Shown) -> Arc<ClientConfig> {
    config_of(up, shown, rustls::ALL_VERSIONS)
}

/// The same in versions that the test chooses.
pub fn config_of(
    up: &Up,
    shown: Shown,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let builder = builder(up, versions);
    Arc::new(match shown {
        Shown::Nothing => builder.with_no_client_auth(),
        Shown::Certificate => with_certificate(
            builder,
            &up.credential("client_cert"),
            &up.credential("client_key"),
        ),
    })
}

/// The side of a client to whom `outrigger certs issue` has given a certificate.
pub fn config_of_issued(
    up: &Up,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let folder = up.data_dir().join("pki/clients").join(name);
    let [certificate, key] = ["client.pem", "client-key.pem"]
        .map(|file| folder.join(file).to_string_lossy().into_owned());
    Arc::new(with_certificate(
        builder(up, &[version]),
        &certificate,
        &key,
    ))
}

fn builder(
    up: &Up,
    versions: &[&'static SupportedProtocolVersion],
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&up.credential("ca_cert")) {
        roots.add(certificate).expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(versions);
    builder
        .expect("versions of TLS")
        .with_root_certificates(roots)
}

fn with_certificate(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    certificate: &str,
    key: &str,
) -> ClientConfig {
    let key = PrivateKeyDer::from_pem_file(key).expect("a key");
    let with = builder.with_client_auth_cert(certificates(certificate), key);
    with.expect("a certificate and its key")
}

fn certificates(path: &str) -> Vec<CertificateDer<'static>> {
    let found = CertificateDer::pem_file_iter(path).expect("a PEM file");
    found.map(|found| found.expect("a certificate")).collect()
}

/// A connection whose handshake is over.
pub fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Wire {
    try_connect(address, "localhost", config).unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// The same with whoever the client believes to have called, if it comes about.
pub fn try_connect(
    address: SocketAddr,
    name: &str,
    config: &Arc<ClientConfig>,
) -> io::Result<Wire> {
    Ok(Wire::over_tls(handshake(
        wire::connected(address)?,
        name,
        config,
    )?))
}

/// Shakes hands over a socket that the test keeps a copy of, or has misused before.
pub fn handshake(
    mut socket: TcpStream,
    name: &str,
    config: &Arc<ClientConfig>,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let connection = ClientConnection::new(Arc::clone(config), name);
    let mut connection = connection.map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    Ok(StreamOwned::new(connection, socket))
}
