//! Certificates of a collector and its client.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// Files in a directory.
pub(super) struct Pki {
    pub authority: PathBuf,
    pub other_authority: PathBuf,
    pub client: PathBuf,
    pub client_key: PathBuf,
    server: PathBuf,
    server_key: PathBuf,
}

impl Pki {
    pub fn new(directory: &Path) -> Self {
        let issuer = issuer();
        let (server, server_key) = issued(&issuer, "localhost");
        let (client, client_key) = issued(&issuer, "client");
        let write = |name: &str, text: String| {
            let path = directory.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        Self {
            authority: write("ca.pem", issuer.pem()),
            other_authority: write("other.pem", self::issuer().pem()),
            client: write("client.pem", client),
            client_key: write("client.key", client_key),
            server: write("server.pem", server),
            server_key: write("server.key", server_key),
        }
    }

    /// A server that asks for a client's certificate.
    pub fn acceptor(&self) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(&self.authority).unwrap())
            .unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(
                vec![CertificateDer::from_pem_file(&self.server).unwrap()],
                PrivateKeyDer::from_pem_file(&self.server_key).unwrap(),
            );
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

fn issuer() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    (certificate.pem(), key.serialize_pem())
}
