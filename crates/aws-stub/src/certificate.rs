//! A certificate authority of one run and the certificate of the server, for TLS on loopback.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Names that the server answers to; buckets may stand before `localhost`.
const NAMES: [&str; 3] = ["localhost", "*.localhost", "127.0.0.1"];

/// What a server needs, and what its clients must trust.
pub(crate) struct Certificate {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) authority_pem: String,
}

impl Certificate {
    pub(crate) fn make() -> Result<Self, String> {
        let told = |cause: rcgen::Error| format!("the stub's certificate: {cause}");
        let mut params = CertificateParams::new(Vec::new()).map_err(told)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(told)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(told)?;
        let key = KeyPair::generate().map_err(told)?;
        let params = CertificateParams::new(NAMES.map(str::to_owned).to_vec()).map_err(told)?;
        let certificate = params.signed_by(&key, &issuer).map_err(told)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(
                    vec![CertificateDer::from(certificate.der().to_vec())],
                    PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
                )
            });
        let mut config = config.map_err(|cause| format!("the stub's certificate: {cause}"))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority_pem: issuer.pem(),
        })
    }
}
