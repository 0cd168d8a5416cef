//! One reading of a listener's files, put together as rustls wants it.
//!
//! It is made whole or not at all; `TlsListener` decides which one is in force.

use super::pem::PemFile;
use super::settings::{ClientAuth, CrlExpiry, Keystore, Protocols, TlsSettings};
use super::{ClockTime, TlsError};
use crate::principal::java_name;
use aws_lc_rs::digest;
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use service::Clock;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate, X509Version};

const MS_PER_S: i64 = 1000;
/// A client opens one connection to each broker and keeps it: one ticket serves the next one, and
/// each costs a signature's worth of time.
const TICKETS: usize = 1;

/// SHA-256 of each file, so that a touched file is told from a changed one.
pub(super) type Digests = BTreeMap<PathBuf, digest::Digest>;

/// What the files held.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) config: Arc<ServerConfig>,
    /// Who may come in; `None` where clients are not asked.
    pub(super) verifier: Option<Arc<dyn ClientCertVerifier>>,
    pub(super) files: Digests,
    pub(super) certificate_not_after_ms: i64,
    pub(super) authorities_not_after_ms: Option<i64>,
    pub(super) crl_next_update_ms: Option<i64>,
}

impl Served {
    pub(super) fn read(settings: &TlsSettings, clock: &Clock) -> Result<Self, TlsError> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: settings.cipher_suites.as_vec(),
            ..provider::default_provider()
        });
        let mut files = Digests::new();
        let certified = certified_key(&settings.keystore, &provider, &mut files)?;
        let (chain_path, _) = settings.keystore.paths();
        let certificate_not_after_ms = not_after_ms(&certified.cert, chain_path)?;
        let trust = trust(settings, &provider, &mut files)?;
        let verifier = trust.verifier;
        let builder =
            ServerConfig::builder_with_details(provider, Arc::new(ClockTime(clock.clone())))
                .with_protocol_versions(&settings.protocols.versions())
                .map_err(TlsError::Combination)?;
        let builder = match &verifier {
            Some(verifier) => builder.with_client_cert_verifier(Arc::clone(verifier)),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.ignore_client_order = true;
        config.max_early_data_size = 0;
        config.send_tls13_tickets = TICKETS;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        // A key of its own: no session outlives the files it was made under, nor crosses listeners.
        config.ticketer = provider::Ticketer::new().map_err(TlsError::Combination)?;
        Ok(Self {
            config: Arc::new(config),
            verifier,
            files,
            certificate_not_after_ms,
            authorities_not_after_ms: trust.authorities_not_after_ms,
            crl_next_update_ms: trust.crl_next_update_ms,
        })
    }

    /// The files that hold something else than at the other reading.
    pub(super) fn differing(&self, other: &Self) -> Vec<PathBuf> {
        let digests = self.files.iter();
        let differing = digests.filter(|(path, digest)| {
            let before = other.files.get(*path);
            before.is_none_or(|before| before.as_ref() != digest.as_ref())
        });
        differing.map(|(path, _)| path.clone()).collect()
    }
}

/// Who may come in, and until when that is known.
struct Trust {
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    authorities_not_after_ms: Option<i64>,
    crl_next_update_ms: Option<i64>,
}

impl Keystore {
    /// The file with the chain and the file with the key.
    fn paths(&self) -> (&Path, &Path) {
        match self {
            Self::OneFile(file) => (file, file),
            Self::Pair { certificate, key } => (certificate, key),
        }
    }
}

impl Protocols {
    fn versions(self) -> Vec<&'static SupportedProtocolVersion> {
        match self {
            Self::Both => vec![&TLS13, &TLS12],
            Self::Tls12 => vec![&TLS12],
            Self::Tls13 => vec![&TLS13],
        }
    }
}

fn certified_key(
    keystore: &Keystore,
    provider: &CryptoProvider,
    files: &mut Digests,
) -> Result<CertifiedKey, TlsError> {
    let (chain_path, key_path) = keystore.paths();
    let chain_file = read(chain_path, files)?;
    let key_file = read(key_path, files)?;
    let chain = chain_file.certificates()?;
    let key = provider
        .key_provider
        .load_private_key(key_file.private_key()?)
        .map_err(|source| TlsError::Key {
            path: key_path.to_owned(),
            source,
        })?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) => Ok(certified),
        Err(rustls::Error::InconsistentKeys(_)) => Err(TlsError::KeyMismatch {
            key: key_path.to_owned(),
            certificate: chain_path.to_owned(),
        }),
        Err(error) => Err(malformed(&chain_file, "certificate", &error)),
    }
}

fn trust(
    settings: &TlsSettings,
    provider: &Arc<CryptoProvider>,
    files: &mut Digests,
) -> Result<Trust, TlsError> {
    if settings.client_auth == ClientAuth::None {
        return Ok(Trust {
            verifier: None,
            authorities_not_after_ms: None,
            crl_next_update_ms: None,
        });
    }
    let truststore = settings
        .truststore
        .as_deref()
        .ok_or(TlsError::NoTruststore {
            client_auth: settings.client_auth,
        })?;
    let file = read(truststore, files)?;
    let mut roots = RootCertStore::empty();
    let authorities = file.certificates()?;
    let authorities_not_after_ms = Some(not_after_ms(&authorities, truststore)?);
    for authority in authorities {
        check_authority(&authority, &file)?;
        roots
            .add(authority)
            .map_err(|error| malformed(&file, "certificate", &error))?;
    }
    let roots = Arc::new(roots);
    let new_builder =
        || WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(provider));
    let mut builder = new_builder();
    let mut crl_next_update_ms = None;
    for path in &settings.crls {
        let file = read(path, files)?;
        let crls = file.crls()?;
        for crl in &crls {
            let next = next_update_ms(crl.as_ref(), &file)?;
            crl_next_update_ms = crl_next_update_ms.into_iter().chain(next).min();
        }
        // Alone first: the error does not say in which list it is.
        let alone = new_builder().with_crls(crls.iter().cloned()).build();
        alone.map_err(|error| malformed(&file, "revocation list", &error))?;
        builder = builder.with_crls(crls);
    }
    if settings.crl_expiry == CrlExpiry::Enforced {
        builder = builder.enforce_revocation_expiration();
    }
    if settings.client_auth == ClientAuth::Requested {
        builder = builder.allow_unauthenticated();
    }
    let verifier = builder
        .build()
        .map_err(|error| TlsError::Combination(rustls::Error::General(error.to_string())))?;
    Ok(Trust {
        verifier: Some(verifier),
        authorities_not_after_ms,
        crl_next_update_ms,
    })
}

/// Refuses what is no authority. Whatever is a root may sign for any name, and nothing later asks
/// whether it should: a client's own certificate here would let that client be anybody. As in Java,
/// certificates of before version 3 cannot say.
fn check_authority(certificate: &CertificateDer<'static>, file: &PemFile) -> Result<(), TlsError> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|error| malformed(file, "certificate", &error))?;
    if parsed.version() != X509Version::V3 || parsed.is_ca() {
        return Ok(());
    }
    Err(TlsError::NoAuthority {
        path: file.path().to_owned(),
        subject: java_name(parsed.subject()).unwrap_or_default(),
    })
}

/// Reads a file and notes what it holds.
fn read(path: &Path, files: &mut Digests) -> Result<PemFile, TlsError> {
    let file = PemFile::read(path)?;
    let digest = digest::digest(&digest::SHA256, file.bytes());
    files.insert(path.to_owned(), digest);
    Ok(file)
}

fn not_after_ms(chain: &[CertificateDer<'static>], path: &Path) -> Result<i64, TlsError> {
    let mut earliest = i64::MAX;
    for certificate in chain {
        let (_, parsed) =
            X509Certificate::from_der(certificate).map_err(|error| TlsError::Malformed {
                path: path.to_owned(),
                what: "certificate",
                problem: error.to_string(),
            })?;
        earliest = earliest.min(parsed.validity().not_after.timestamp());
    }
    Ok(earliest.saturating_mul(MS_PER_S))
}

fn next_update_ms(crl: &[u8], file: &PemFile) -> Result<Option<i64>, TlsError> {
    let (_, parsed) = CertificateRevocationList::from_der(crl)
        .map_err(|error| malformed(file, "revocation list", &error))?;
    let next = parsed.next_update();
    Ok(next.map(|time| time.timestamp().saturating_mul(MS_PER_S)))
}

fn malformed(file: &PemFile, what: &'static str, error: &dyn std::fmt::Display) -> TlsError {
    TlsError::Malformed {
        path: file.path().to_owned(),
        what,
        problem: error.to_string(),
    }
}
