//! TLS to a collector: the authorities that it must come from, and what this process shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// The files; without them it is the system's authorities and nothing to show.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub authorities: Option<PathBuf>,
    /// Chain and key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// A file for TLS that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It does not hold what it must.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The system has none.
    #[error("this system has no certificates of authorities; set outrigger.otlp.certificate")]
    NoAuthorities,
    /// They do not go together.
    #[error("TLS cannot be set up: {0}")]
    Combination(#[from] rustls::Error),
    /// The process is ending.
    #[error("the process is ending")]
    Ending,
}

/// A configuration out of the files as they are now, read off the runtime's threads.
pub(super) async fn config(files: Files) -> Result<Arc<ClientConfig>, TlsFileError> {
    let read = tokio::task::spawn_blocking(move || read(&files));
    read.await.unwrap_or(Err(TlsFileError::Ending))
}

fn read(files: &Files) -> Result<Arc<ClientConfig>, TlsFileError> {
    let mut roots = RootCertStore::empty();
    match &files.authorities {
        Some(path) => {
            for certificate in certificates(path)? {
                let added = roots.add(certificate);
                added.map_err(|error| problem(path, &error))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(TlsFileError::NoAuthorities);
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let mut config = match &files.client {
        Some((chain, key)) => {
            let read = PrivateKeyDer::from_pem_file(key).map_err(|error| problem(key, &error))?;
            builder.with_client_auth_cert(certificates(chain)?, read)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| problem(path, &error))?;
    let read: Result<Vec<_>, _> = read.collect();
    let certificates = read.map_err(|error| problem(path, &error))?;
    if certificates.is_empty() {
        return Err(problem(path, &"there is no certificate in it"));
    }
    Ok(certificates)
}

fn problem(path: &Path, problem: &dyn std::fmt::Display) -> TlsFileError {
    TlsFileError::File {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}
