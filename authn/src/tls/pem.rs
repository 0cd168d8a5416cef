//! Reads keys, certificates and revocation lists from PEM files.
//!
//! Java's keystore formats are recognized only to say what to do instead.

use super::TlsError;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The largest public revocation lists have some 20 MiB as PEM.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// How DER begins: a sequence with a length of two bytes. A PKCS#12 file is one.
const DER_SEQUENCE: [u8; 2] = [0x30, 0x82];
const JKS_MAGIC: [u8; 4] = [0xFE, 0xED, 0xFE, 0xED];
const ENCRYPTED_MARKS: [&[u8]; 2] = [
    b"-----BEGIN ENCRYPTED PRIVATE KEY-----",
    b"Proc-Type: 4,ENCRYPTED",
];

/// The bytes of one file, wiped when dropped, because it may hold a key.
pub(super) struct PemFile {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
}

impl PemFile {
    pub(super) fn read(path: &Path) -> Result<Self, TlsError> {
        let bytes = read(path).map_err(|source| TlsError::Read {
            path: path.to_owned(),
            source,
        })?;
        let file = Self {
            path: path.to_owned(),
            bytes,
        };
        match other_format(&file.bytes) {
            Some(problem) => Err(file.not_pem(problem.to_owned())),
            None => Ok(file),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All certificates; at least one.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        self.all("CERTIFICATE")
    }

    /// All revocation lists; at least one.
    pub(super) fn crls(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
        self.all("X509 CRL")
    }

    /// The first private key.
    pub(super) fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        match PrivateKeyDer::from_pem_slice(&self.bytes) {
            Ok(key) => Ok(key),
            Err(pem::Error::NoItemsFound) if self.is_encrypted() => Err(TlsError::EncryptedKey {
                path: self.path.clone(),
            }),
            Err(pem::Error::NoItemsFound) => Err(self.missing("PRIVATE KEY")),
            // The error of an encrypted key of the old form is about its extra header lines.
            Err(_) if self.is_encrypted() => Err(TlsError::EncryptedKey {
                path: self.path.clone(),
            }),
            Err(error) => Err(self.not_pem(error.to_string())),
        }
    }

    fn all<T: PemObject>(&self, label: &'static str) -> Result<Vec<T>, TlsError> {
        let found = T::pem_slice_iter(&self.bytes)
            .collect::<Result<Vec<T>, _>>()
            .map_err(|error| self.not_pem(error.to_string()))?;
        if found.is_empty() {
            return Err(self.missing(label));
        }
        Ok(found)
    }

    fn is_encrypted(&self) -> bool {
        ENCRYPTED_MARKS
            .iter()
            .any(|mark| self.bytes.windows(mark.len()).any(|window| window == *mark))
    }

    fn missing(&self, what: &'static str) -> TlsError {
        TlsError::Missing {
            path: self.path.clone(),
            what,
        }
    }

    fn not_pem(&self, problem: String) -> TlsError {
        TlsError::NotPem {
            path: self.path.clone(),
            problem,
        }
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // Room for all at once: a buffer that grows leaves copies of the key behind.
    let size = file.metadata()?.len().min(FILE_BYTES_MAX);
    let capacity = usize::try_from(size).unwrap_or(0).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == FILE_BYTES_MAX {
        let problem = format!("{FILE_BYTES_MAX} bytes or longer");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}

fn other_format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&DER_SEQUENCE) {
        return Some(
            "it looks like PKCS#12 or DER; convert it: openssl pkcs12 -in STORE -nodes -out NEW.pem",
        );
    }
    bytes.starts_with(&JKS_MAGIC).then_some(
        "it is a Java keystore; convert it: keytool -importkeystore -srckeystore STORE -destkeystore NEW.p12 -deststoretype PKCS12, then openssl pkcs12 -in NEW.p12 -nodes -out NEW.pem",
    )
}
