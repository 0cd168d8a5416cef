//! TLS as a client of Kafka wants it: whom to trust, who to be, and whether the host name counts.
//!
//! Whoever fills this in has read the files; here is no file and no environment. Revocation lists
//! of servers are not looked at, as Kafka's Java client does not either unless told to.

mod any_name;
mod store;

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use store::{StoreError, StoreFormat};

static TLS12: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS12];
static TLS13: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS13];

/// A ready configuration; clones share it and its resumable sessions.
#[derive(Clone)]
pub struct Tls {
    connector: TlsConnector,
}

/// Whose signature makes a server's certificate good.
#[derive(Clone, Debug)]
pub struct TrustAnchors(Arc<RootCertStore>);

/// A certificate chain, the leaf first, and its key.
pub struct ClientIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// `ssl.endpoint.identification.algorithm`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostCheck {
    /// The certificate must list the name that was dialled: `https`, Kafka's default.
    #[default]
    Https,
    /// Any name is good: the empty value.
    Off,
}

/// `ssl.enabled.protocols`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// TLS 1.2 and 1.3.
    #[default]
    Both,
    /// TLS 1.2 alone.
    Only12,
    /// TLS 1.3 alone.
    Only13,
}

impl TlsVersions {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Both => rustls::ALL_VERSIONS,
            Self::Only12 => &TLS12,
            Self::Only13 => &TLS13,
        }
    }
}

impl TrustAnchors {
    /// The certificates of a trust store.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds no certificate.
    pub fn from_store(
        content: &[u8],
        format: Option<StoreFormat>,
        password: Option<&str>,
    ) -> Result<Self, StoreError> {
        let mut roots = RootCertStore::empty();
        for certificate in store::certificates(content, format, password)? {
            roots.add(certificate).map_err(StoreError::Certificate)?;
        }
        Ok(Self(Arc::new(roots)))
    }

    /// The certificates of a system's bundle in PEM; those that are no good are left out.
    ///
    /// # Errors
    /// Where it holds no good certificate.
    pub fn from_system_bundle(pem: &[u8]) -> Result<Self, StoreError> {
        let mut roots = RootCertStore::empty();
        let certificates = store::certificates(pem, Some(StoreFormat::Pem), None)?;
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(StoreError::NoCertificate);
        }
        Ok(Self(Arc::new(roots)))
    }
}

impl ClientIdentity {
    /// The first key of a key store, with its certificates.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds no key with a certificate.
    pub fn from_store(
        content: &[u8],
        format: Option<StoreFormat>,
        password: Option<&str>,
    ) -> Result<Self, StoreError> {
        let (chain, key) = store::identity(content, format, password)?;
        Ok(Self { chain, key })
    }

    /// Certificates and key in PEM, each by itself, as `ssl.keystore.certificate.chain` and
    /// `ssl.keystore.key` give them.
    ///
    /// # Errors
    /// Where one of them is not PEM.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, StoreError> {
        let chain = store::certificates(chain, Some(StoreFormat::Pem), None)?;
        let key = store::pem_key(key)?;
        Ok(Self { chain, key })
    }
}

impl Tls {
    /// A configuration. The cryptography is aws-lc-rs by name: no process-wide default is read.
    ///
    /// # Errors
    /// Where key and certificate of `identity` do not belong together.
    pub fn new(
        trust: &TrustAnchors,
        identity: Option<ClientIdentity>,
        host_check: HostCheck,
        versions: TlsVersions,
    ) -> Result<Self, StoreError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions.versions())
            .map_err(StoreError::Configuration)?;
        let builder = match host_check {
            HostCheck::Https => builder.with_webpki_verifier(verifier(trust, provider)?),
            HostCheck::Off => {
                let verifier = any_name::AnyName::new(Arc::clone(&trust.0), &provider);
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let config = match identity {
            Some(ClientIdentity { chain, key }) => builder
                .with_client_auth_cert(chain, key)
                .map_err(StoreError::Configuration)?,
            None => builder.with_no_client_auth(),
        };
        let connector = TlsConnector::from(Arc::new(config));
        Ok(Self { connector })
    }

    /// Shakes hands over an open stream with the server that is called `host`.
    pub(super) async fn connect(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.connector.connect(name, stream).await
    }
}

fn verifier(
    trust: &TrustAnchors,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, StoreError> {
    WebPkiServerVerifier::builder_with_provider(Arc::clone(&trust.0), provider)
        .build()
        .map_err(|_| StoreError::NoCertificate)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}
