//! `tls_server_config` as rustls wants it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use service::files;

use super::file::Tls;
use super::suites::{curves, suites};
use super::verifier::{AnyCertificate, WithNames};
use super::{WebConfigError, refused};

/// Chains and bundles of authorities are some hundred kilobytes.
const PEM_BYTES_MAX: u64 = 4 << 20;

/// THE CLIENT AUTH TYPES, as Go names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClientAuth {
    No,
    Request,
    RequireAny,
    VerifyIfGiven,
    RequireAndVerify,
}

const CLIENT_AUTH: &[(&str, ClientAuth)] = &[
    ("NoClientCert", ClientAuth::No),
    ("RequestClientCert", ClientAuth::Request),
    ("RequireAnyClientCert", ClientAuth::RequireAny),
    ("RequireClientCert", ClientAuth::RequireAny),
    ("VerifyClientCertIfGiven", ClientAuth::VerifyIfGiven),
    ("RequireAndVerifyClientCert", ClientAuth::RequireAndVerify),
];

/// A PEM text, given in the file or beside it.
struct Pem<'a> {
    key: &'static str,
    inline: Option<&'a String>,
    file: Option<&'a String>,
}

/// `None` where the section has neither certificate nor key, which leaves TLS off.
pub(super) fn server_config(
    tls: &Tls,
    dir: &Path,
    read: &mut Vec<PathBuf>,
) -> Result<Option<ServerConfig>, WebConfigError> {
    let mut text = |key, inline, file| Pem { key, inline, file }.text(dir, read);
    let cert = text("cert", tls.cert.as_ref(), tls.cert_file.as_ref())?;
    let key = text("key", tls.key.as_ref(), tls.key_file.as_ref())?;
    let authorities = text(
        "client_ca",
        tls.client_ca.as_ref(),
        tls.client_ca_file.as_ref(),
    )?;
    let (cert, key) = match (cert, key) {
        (Some(cert), Some(key)) => (cert, key),
        (None, None) if *tls == Tls::default() => return Ok(None),
        (None, _) => {
            return Err(refused(
                "tls_server_config",
                "cert_file (or cert) is missing",
            ));
        }
        (_, None) => return Err(refused("tls_server_config", "key_file (or key) is missing")),
    };
    let provider = Arc::new(CryptoProvider {
        cipher_suites: suites(tls.cipher_suites.as_deref().unwrap_or_default())?,
        kx_groups: curves(tls.curve_preferences.as_deref().unwrap_or_default())?,
        ..aws_lc_rs::default_provider()
    });
    let verifier = client_verifier(tls, authorities.as_deref(), &provider)?;
    let chain = certificates("cert", &cert)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| {
        refused(
            "tls_server_config.key",
            format!("no private key in it: {error}"),
        )
    })?;
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(tls)?)
        .map_err(WebConfigError::Tls)?;
    let has_verifier = verifier.is_some();
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(WebConfigError::Tls)?;
    config.ignore_client_order = tls.prefer_server_cipher_suites.unwrap_or(true);
    if has_verifier {
        // A resumed session would not be verified again, and outlive the certificate that began it.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(config))
}

impl Pem<'_> {
    fn text(&self, dir: &Path, read: &mut Vec<PathBuf>) -> Result<Option<String>, WebConfigError> {
        let is_given = |text: &&String| !text.is_empty();
        match (self.inline.filter(is_given), self.file.filter(is_given)) {
            (Some(_), Some(_)) => {
                let key = format!("tls_server_config.{}", self.key);
                Err(refused(
                    key,
                    format!("{0} and {0}_file are both given", self.key),
                ))
            }
            (Some(inline), None) => Ok(Some(inline.clone())),
            (None, Some(file)) => {
                let path = dir.join(file);
                read.push(path.clone());
                let text = files::read_text(&path, PEM_BYTES_MAX);
                text.map(Some)
                    .map_err(|source: io::Error| WebConfigError::Read { path, source })
            }
            (None, None) => Ok(None),
        }
    }
}

fn certificates(key: &str, text: &str) -> Result<Vec<CertificateDer<'static>>, WebConfigError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(refused(
            format!("tls_server_config.{key}"),
            "no certificates in PEM form in it",
        )),
    }
}

fn client_verifier(
    tls: &Tls,
    authorities: Option<&str>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, WebConfigError> {
    let name = tls
        .client_auth_type
        .as_deref()
        .filter(|name| !name.is_empty());
    let name = name.unwrap_or("NoClientCert");
    let row = CLIENT_AUTH.iter().find(|(known, _)| *known == name);
    let Some((_, auth)) = row else {
        let known: Vec<&str> = CLIENT_AUTH.iter().map(|(name, _)| *name).collect();
        let problem = format!("{name} is none of {}", known.join(", "));
        return Err(refused("tls_server_config.client_auth_type", problem));
    };
    if authorities.is_some() && *auth == ClientAuth::No {
        let problem = "needs a client_auth_type other than NoClientCert: nobody would be asked";
        return Err(refused("tls_server_config.client_ca", problem));
    }
    let sans = tls.client_allowed_sans.clone().unwrap_or_default();
    let is_required = matches!(auth, ClientAuth::RequireAny | ClientAuth::RequireAndVerify);
    if !sans.is_empty() && !is_required {
        let problem = "needs a client_auth_type of RequireAndVerifyClientCert or \
             RequireAnyClientCert: others let clients in without a certificate";
        return Err(refused("tls_server_config.client_allowed_sans", problem));
    }
    let verifier: Arc<dyn ClientCertVerifier> = match auth {
        ClientAuth::No => return Ok(None),
        ClientAuth::Request | ClientAuth::RequireAny => {
            Arc::new(AnyCertificate::new(is_required, provider))
        }
        ClientAuth::VerifyIfGiven | ClientAuth::RequireAndVerify => {
            let text = authorities.ok_or_else(|| {
                let problem = "is missing: there is nothing to verify a client's certificate with";
                refused("tls_server_config.client_ca_file", problem)
            })?;
            let mut roots = RootCertStore::empty();
            for authority in certificates("client_ca", text)? {
                roots.add(authority).map_err(WebConfigError::Tls)?;
            }
            let builder =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
            let builder = if is_required {
                builder
            } else {
                builder.allow_unauthenticated()
            };
            builder
                .build()
                .map_err(|error| refused("tls_server_config.client_ca", error.to_string()))?
        }
    };
    Ok(Some(match sans.as_slice() {
        [] => verifier,
        _ => Arc::new(WithNames::new(verifier, sans)),
    }))
}

/// The versions from `min_version` to `max_version`.
fn versions(tls: &Tls) -> Result<Vec<&'static SupportedProtocolVersion>, WebConfigError> {
    const VERSIONS: &[(&str, Option<&SupportedProtocolVersion>)] = &[
        ("TLS10", None),
        ("TLS11", None),
        ("TLS12", Some(&TLS12)),
        ("TLS13", Some(&TLS13)),
    ];
    let place = |key: &str, given: Option<&str>, default: &str| {
        let name = given.filter(|name| !name.is_empty()).unwrap_or(default);
        let key = format!("tls_server_config.{key}");
        match VERSIONS.iter().position(|(known, _)| *known == name) {
            None => Err(refused(key, format!("{name} is neither TLS12 nor TLS13"))),
            Some(place)
                if VERSIONS
                    .get(place)
                    .is_none_or(|(_, version)| version.is_none()) =>
            {
                Err(refused(
                    key,
                    format!("{name} is broken and not offered; TLS12 and TLS13 are"),
                ))
            }
            Some(place) => Ok(place),
        }
    };
    let min = place("min_version", tls.min_version.as_deref(), "TLS12")?;
    let max = place("max_version", tls.max_version.as_deref(), "TLS13")?;
    let range = VERSIONS.get(min..=max).unwrap_or_default();
    if range.is_empty() {
        let problem = "min_version is above max_version";
        return Err(refused("tls_server_config", problem));
    }
    Ok(range
        .iter()
        .rev()
        .filter_map(|(_, version)| *version)
        .collect())
}
