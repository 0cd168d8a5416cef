//! Key stores and trust stores: PEM (KIP-651) and PKCS#12, which Java writes since version 9.
//!
//! What a store is shows in its first bytes, so that a wrong `ssl.*.type` does no harm, as in
//! Java. JKS is recognized and refused: its cipher is Sun's own.

use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// How a JKS file begins.
const JKS_MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
/// How DER of a sequence begins, which PKCS#12 is.
const DER_SEQUENCE: u8 = 0x30;
/// How the label of a key begins that is encrypted.
const ENCRYPTED_KEY: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

/// `ssl.truststore.type` and `ssl.keystore.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFormat {
    /// Certificates and keys as text.
    Pem,
    /// One encrypted file.
    Pkcs12,
}

/// Why a store gives no key or certificate. The text ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Java's old format.
    #[error(
        "it is a JKS file; convert it with `keytool -importkeystore -srckeystore OLD \
         -destkeystore NEW.p12 -deststoretype PKCS12`"
    )]
    Jks,
    /// Neither of the formats that are read.
    #[error("it is neither PEM nor PKCS#12; give one of these")]
    UnknownFormat,
    /// Text was announced, or looked like it, and is not well-formed.
    #[error("it is not well-formed PEM; give -----BEGIN … ----- blocks as openssl writes them")]
    Pem(#[source] rustls_pki_types::pem::Error),
    /// The file is damaged, or the password is wrong.
    #[error("it cannot be opened as PKCS#12; check the password, ssl.*.password")]
    Pkcs12(#[source] p12_keystore::error::Error),
    /// A key in PEM that wants a password.
    #[error(
        "its private key is encrypted; decrypt it with `openssl pkcs8 -in KEY -out NEW`, or use a \
         PKCS#12 store"
    )]
    EncryptedKey,
    /// A store without what was looked for.
    #[error("it holds no certificate")]
    NoCertificate,
    /// A store without a key.
    #[error("it holds no private key with its certificate")]
    NoKey,
    /// A certificate that is none.
    #[error("it holds a certificate that is not well-formed")]
    Certificate(#[source] rustls::Error),
    /// Key and certificate do not go together, or no version of TLS is left.
    #[error("key and certificate cannot be used together")]
    Configuration(#[source] rustls::Error),
}

/// What a store is by its first bytes, else what it was said to be.
fn format_of(content: &[u8], said: Option<StoreFormat>) -> Result<StoreFormat, StoreError> {
    if content.starts_with(&JKS_MAGIC) {
        return Err(StoreError::Jks);
    }
    if content.first() == Some(&DER_SEQUENCE) {
        return Ok(StoreFormat::Pkcs12);
    }
    let text = std::str::from_utf8(content).is_ok_and(|text| text.contains("-----BEGIN "));
    match (text, said) {
        (true, _) | (false, Some(StoreFormat::Pem)) => Ok(StoreFormat::Pem),
        (false, _) => Err(StoreError::UnknownFormat),
    }
}

/// Every certificate of a store.
pub(super) fn certificates(
    content: &[u8],
    said: Option<StoreFormat>,
    password: Option<&str>,
) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let certificates = match format_of(content, said)? {
        StoreFormat::Pem => CertificateDer::pem_slice_iter(content)
            .collect::<Result<Vec<_>, _>>()
            .map_err(StoreError::Pem)?,
        StoreFormat::Pkcs12 => opened(content, password)?
            .entries()
            .flat_map(|(_, entry)| match entry {
                KeyStoreEntry::Certificate(certificate) => vec![owned(certificate)],
                KeyStoreEntry::PrivateKeyChain(chain) => chain.certs().iter().map(owned).collect(),
                KeyStoreEntry::Secret(_) => Vec::new(),
            })
            .collect(),
    };
    if certificates.is_empty() {
        return Err(StoreError::NoCertificate);
    }
    Ok(certificates)
}

/// The first key of a store, and its chain.
pub(super) fn identity(
    content: &[u8],
    said: Option<StoreFormat>,
    password: Option<&str>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), StoreError> {
    match format_of(content, said)? {
        StoreFormat::Pem => {
            let key = pem_key(content)?;
            let chain = certificates(content, Some(StoreFormat::Pem), None)?;
            Ok((chain, key))
        }
        StoreFormat::Pkcs12 => {
            let store = opened(content, password)?;
            let (_, chain) = store.private_key_chain().ok_or(StoreError::NoKey)?;
            let key = PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec());
            let certificates: Vec<_> = chain.certs().iter().map(owned).collect();
            if certificates.is_empty() {
                return Err(StoreError::NoKey);
            }
            Ok((certificates, key.into()))
        }
    }
}

/// The key in PEM, in any of its three forms.
pub(super) fn pem_key(content: &[u8]) -> Result<PrivateKeyDer<'static>, StoreError> {
    if std::str::from_utf8(content).is_ok_and(|text| text.contains(ENCRYPTED_KEY)) {
        return Err(StoreError::EncryptedKey);
    }
    PrivateKeyDer::from_pem_slice(content).map_err(|error| match error {
        rustls_pki_types::pem::Error::NoItemsFound => StoreError::NoKey,
        error => StoreError::Pem(error),
    })
}

/// An opened PKCS#12 file. Certificates without Java's mark of trust are taken too: `openssl
/// pkcs12 -export -nokeys` writes none.
fn opened(content: &[u8], password: Option<&str>) -> Result<KeyStore, StoreError> {
    let password = password.unwrap_or_default();
    KeyStore::from_pkcs12(content, password, Pkcs12ImportPolicy::Relaxed)
        .map_err(StoreError::Pkcs12)
}

fn owned(certificate: &p12_keystore::Certificate) -> CertificateDer<'static> {
    CertificateDer::from(certificate.as_der().to_vec())
}
