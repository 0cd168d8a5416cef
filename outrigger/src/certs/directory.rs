//! The directory of an authority: its paths, and reading and writing its files.
//!
//! What the files mean is for the others.

use super::error::CertsError;
use service::files::{Lock, LockError, create_private_dir, read_text, write_atomic};
use std::path::{Path, PathBuf};

/// Our own files are small; the list of a thousand issued certificates has 200 KiB.
const FILE_BYTES_MAX: u64 = 64 << 20;

const SERVED: &str = "served";
/// The authority's certificate, in its directory. What authn reads is in a folder of its own, so
/// that it can be kept from the authority's key.
pub(crate) const CA: &str = "served/ca.pem";
/// The listeners' key and chain, there too.
pub(crate) const SERVER: &str = "served/server.pem";
/// The revocation list, there too.
pub(crate) const CRL: &str = "served/crl.pem";

/// The directory; nothing need exist.
#[derive(Clone, Debug)]
pub(super) struct PkiDir(PathBuf);

/// The folder of one client.
#[derive(Clone, Debug)]
pub(super) struct ClientDir(PathBuf);

impl PkiDir {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn ca_cert(&self) -> PathBuf {
        self.0.join(CA)
    }

    pub(super) fn ca_key(&self) -> PathBuf {
        self.0.join("ca-key.pem")
    }

    pub(super) fn server(&self) -> PathBuf {
        self.0.join(SERVER)
    }

    pub(super) fn crl(&self) -> PathBuf {
        self.0.join(CRL)
    }

    pub(super) fn issued(&self) -> PathBuf {
        self.0.join("issued.json")
    }

    pub(super) fn client(&self, name: &str) -> ClientDir {
        ClientDir(self.0.join("clients").join(name))
    }

    /// Whether an authority was made here; its certificate is written last.
    pub(super) fn has_authority(&self) -> bool {
        self.ca_cert().exists()
    }

    /// Makes the directory and keeps other commands out until the lock is dropped.
    pub(super) fn lock(&self) -> Result<Lock, CertsError> {
        create(&self.0.join(SERVED))?;
        let path = self.0.join(".lock");
        Lock::acquire(&path).map_err(|error| match error {
            LockError::Held(_) => CertsError::Busy {
                dir: self.0.clone(),
            },
            LockError::Io(source) => CertsError::Write { path, source },
        })
    }
}

impl ClientDir {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn cert(&self) -> PathBuf {
        self.0.join("client.pem")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.0.join("client-key.pem")
    }

    pub(super) fn ca_cert(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    pub(super) fn keystore(&self) -> PathBuf {
        self.0.join("keystore.p12")
    }

    pub(super) fn truststore(&self) -> PathBuf {
        self.0.join("truststore.p12")
    }

    pub(super) fn store_password(&self) -> PathBuf {
        self.0.join("store-password")
    }

    pub(super) fn java(&self) -> PathBuf {
        self.0.join("java.properties")
    }

    pub(super) fn kcat(&self) -> PathBuf {
        self.0.join("kcat.conf")
    }

    /// Every file without which a client cannot come; those that only name them are made with them.
    pub(super) fn files(&self) -> [PathBuf; 6] {
        [
            self.cert(),
            self.key(),
            self.ca_cert(),
            self.keystore(),
            self.truststore(),
            self.store_password(),
        ]
    }
}

/// Creates a directory for the owner alone.
pub(super) fn create(path: &Path) -> Result<(), CertsError> {
    create_private_dir(path).map_err(|source| CertsError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Replaces a file, for the owner alone.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CertsError> {
    write_atomic(path, bytes).map_err(|source| CertsError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Reads a text file.
pub(super) fn read(path: &Path) -> Result<String, CertsError> {
    read_text(path, FILE_BYTES_MAX).map_err(|source| CertsError::Read {
        path: path.to_owned(),
        source,
    })
}
