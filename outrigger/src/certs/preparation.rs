//! What `up` asks for at each start: an authority, a certificate for the listeners, and one client
//! that can log in. What is there and good stays.

use super::authority::{Authority, not_after_ms};
use super::client::{self, Subject};
use super::directory::{self, PkiDir};
use super::error::CertsError;
use super::issued::Issued;
use super::server;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::path::{Path, PathBuf};

/// The client that `up` makes, as `CN=outrigger`.
pub(super) const OWN_CLIENT: &str = "outrigger";
/// A start-up renews it in the last month.
const CLIENT_DAYS: u32 = 397;
const RENEWAL_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prepared {
    /// The authority's certificate, for clients and for `ssl.truststore.location`.
    pub(crate) ca_cert: PathBuf,
    /// Key and chain of the listeners, for `ssl.keystore.location`.
    pub(crate) server_pem: PathBuf,
    /// The revocation list, for `outrigger.ssl.crl.location`.
    pub(crate) crl: PathBuf,
    /// The client's certificate.
    pub(crate) client_cert: PathBuf,
    /// The client's private key.
    pub(crate) client_key: PathBuf,
    /// Both as PKCS#12.
    pub(crate) keystore_p12: PathBuf,
    /// The authority as PKCS#12.
    pub(crate) truststore_p12: PathBuf,
    /// The password of both stores, without a line end.
    pub(crate) store_password_file: PathBuf,
    /// What ACLs call the client, such as `User:CN=outrigger`.
    pub(crate) client_principal: String,
}

/// Makes what is missing in `dir`, renews what is about to end or lacks one of `names`, by which
/// clients reach the listeners. Blocks for the time of some key generations at the first start.
///
/// # Errors
/// A file cannot be read or written, or holds what it should not.
pub(crate) fn prepare(dir: &Path, names: &[String], now_ms: i64) -> Result<Prepared, CertsError> {
    let dir = PkiDir::new(dir);
    let _lock = dir.lock()?;
    let authority = Authority::open_or_create(&dir, now_ms)?;
    let mut issued = Issued::read(&dir)?;
    let mut is_changed = server::prepare(&dir, &authority, &mut issued, names, now_ms)?;
    if !has_good_client(&dir, &authority, now_ms) {
        let subject = Subject {
            name: OWN_CLIENT.to_owned(),
            ..Subject::default()
        };
        client::issue(
            &dir,
            &authority,
            &mut issued,
            &subject,
            None,
            CLIENT_DAYS,
            now_ms,
        )?;
        is_changed = true;
    }
    if is_changed || !dir.crl().exists() {
        authority.publish(&dir, &mut issued, now_ms)?;
    }
    prepared(&dir)
}

fn prepared(dir: &PkiDir) -> Result<Prepared, CertsError> {
    let folder = dir.client(OWN_CLIENT);
    let pem = directory::read(&folder.cert())?;
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
    let certificate = certificate.map_err(|error| CertsError::Damaged {
        path: folder.cert(),
        problem: error.to_string(),
    })?;
    Ok(Prepared {
        ca_cert: dir.ca_cert(),
        server_pem: dir.server(),
        crl: dir.crl(),
        client_cert: folder.cert(),
        client_key: folder.key(),
        keystore_p12: folder.keystore(),
        truststore_p12: folder.truststore(),
        store_password_file: folder.store_password(),
        client_principal: client::principal(&certificate)?,
    })
}

/// Whether the folder is whole, and its certificate of this authority and not about to end. A
/// revoked one stays: who revoked it does not want it back.
fn has_good_client(dir: &PkiDir, authority: &Authority, now_ms: i64) -> bool {
    let folder = dir.client(OWN_CLIENT);
    if !folder.files().iter().all(|file| file.exists()) {
        return false;
    }
    let Ok(pem) = directory::read(&folder.cert()) else {
        return false;
    };
    let Ok(certificate) = CertificateDer::from_pem_slice(pem.as_bytes()) else {
        return false;
    };
    let left_ms = not_after_ms(&certificate)
        .unwrap_or(0)
        .saturating_sub(now_ms);
    left_ms > RENEWAL_MS && authority.has_issued_der(&certificate)
}
