//! What the configuration says about one listener's TLS.
//!
//! Values only: files are opened in `pem` and put together in `served`.

use super::suites::CipherSuites;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The TLS of one listener.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// The server's key and certificate chain.
    pub keystore: Keystore,
    /// `ssl.truststore.location`: a PEM file with the authorities that may issue client certificates.
    pub truststore: Option<PathBuf>,
    /// `outrigger.ssl.crl.location`: PEM files with revocation lists. Where there is one, each
    /// certificate of a client's chain must be covered by one.
    pub crls: Vec<PathBuf>,
    /// `outrigger.ssl.crl.expiry`.
    pub crl_expiry: CrlExpiry,
    /// `ssl.client.auth`.
    pub client_auth: ClientAuth,
    /// `ssl.enabled.protocols`.
    pub protocols: Protocols,
    /// `ssl.cipher.suites`.
    pub cipher_suites: CipherSuites,
}

/// Where key and certificate are, all as PEM.
#[derive(Clone, Debug)]
pub enum Keystore {
    /// One file with both, as Kafka's `ssl.keystore.location` of type PEM.
    OneFile(PathBuf),
    /// A file for each.
    Pair {
        /// The chain, the server's own certificate first.
        certificate: PathBuf,
        /// The private key, not encrypted.
        key: PathBuf,
    },
}

/// Whether clients show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// They are not asked.
    #[default]
    None,
    /// They are asked; one that is shown must be good.
    Requested,
    /// Without a good one the handshake fails.
    Required,
}

/// What a revocation list is worth after its `nextUpdate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrlExpiry {
    /// Nothing: no client certificate is accepted until there is a new one. A list that nobody
    /// replaces any more would let every later revocation go unnoticed.
    #[default]
    Enforced,
    /// As much as before.
    Ignored,
}

/// The versions of TLS that are spoken; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocols {
    /// 1.2 and 1.3.
    Both,
    /// 1.2 alone.
    Tls12,
    /// 1.3 alone.
    Tls13,
}

/// A value that a key does not have. The caller names the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{value}' is not one of {allowed}")]
pub struct InvalidSetting {
    pub(super) value: String,
    pub(super) allowed: String,
}

impl TlsSettings {
    /// Every file that is read.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = match &self.keystore {
            Keystore::OneFile(file) => vec![file.clone()],
            Keystore::Pair { certificate, key } => vec![certificate.clone(), key.clone()],
        };
        files.extend(self.truststore.clone());
        files.extend(self.crls.iter().cloned());
        files
    }
}

impl InvalidSetting {
    fn new(value: &str, allowed: &str) -> Self {
        Self {
            value: value.to_owned(),
            allowed: allowed.to_owned(),
        }
    }
}

impl FromStr for ClientAuth {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        match text {
            "none" => Ok(Self::None),
            "requested" => Ok(Self::Requested),
            "required" => Ok(Self::Required),
            _ => Err(InvalidSetting::new(text, "none, requested, required")),
        }
    }
}

impl FromStr for CrlExpiry {
    type Err = InvalidSetting;

    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        match text {
            "enforced" => Ok(Self::Enforced),
            "ignored" => Ok(Self::Ignored),
            _ => Err(InvalidSetting::new(text, "enforced, ignored")),
        }
    }
}

impl FromStr for Protocols {
    type Err = InvalidSetting;

    /// Reads Kafka's list, such as `TLSv1.2,TLSv1.3`. Older versions are refused, not skipped:
    /// who lists one expects that it works.
    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let (mut tls12, mut tls13) = (false, false);
        for name in text.split(',').map(str::trim) {
            match name {
                "TLSv1.2" => tls12 = true,
                "TLSv1.3" => tls13 = true,
                _ => return Err(InvalidSetting::new(name, "TLSv1.2, TLSv1.3")),
            }
        }
        match (tls12, tls13) {
            (true, true) => Ok(Self::Both),
            (true, false) => Ok(Self::Tls12),
            (false, _) => Ok(Self::Tls13),
        }
    }
}

impl fmt::Display for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Requested => "requested",
            Self::Required => "required",
        })
    }
}
