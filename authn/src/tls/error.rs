//! Why TLS cannot be served, and why a peer is refused after a handshake.

use super::refusal::Refusal;
use std::io;
use std::path::PathBuf;

/// Files that cannot be served. The text names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no PEM text, or a damaged one.
    #[error("{} is not a PEM file: {problem}", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// What must be in the file is not.
    #[error("{} holds no {what}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What is looked for, as its PEM label.
        what: &'static str,
    },
    /// A private key that is encrypted.
    #[error(
        "the private key in {} is encrypted; write it without a passphrase, readable by its owner alone: openssl pkey -in KEY -out NEW",
        path.display()
    )]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// A private key of an algorithm that is not supported.
    #[error("the private key in {} is not an RSA, ECDSA or Ed25519 key", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
    /// Key and certificate do not belong together.
    #[error(
        "the private key in {} is not that of the first certificate in {}; the server's own certificate comes first, its issuers after it",
        key.display(), certificate.display()
    )]
    KeyMismatch {
        /// The file with the key.
        key: PathBuf,
        /// The file with the chain.
        certificate: PathBuf,
    },
    /// A certificate or revocation list that cannot be understood.
    #[error("{} holds a {what} that cannot be read: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// A certificate or a revocation list.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A trusted certificate that may not sign others.
    #[error(
        "{} holds {subject:?}, which is no authority (no CA in its basic constraints); list the authorities that issue client certificates, not the certificates", path.display()
    )]
    NoAuthority {
        /// The file.
        path: PathBuf,
        /// Whose certificate it is.
        subject: String,
    },
    /// Clients are to show certificates and nothing says whose are good.
    #[error(
        "ssl.client.auth={client_auth} needs ssl.truststore.location: a PEM file with the authorities that issue client certificates"
    )]
    NoTruststore {
        /// The setting.
        client_auth: super::ClientAuth,
    },
    /// The parts are good and do not go together.
    #[error("TLS cannot be served: {0}")]
    Combination(#[source] rustls::Error),
}

/// A peer whose handshake succeeded and who is refused all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// A resumed session without a certificate where one is required.
    #[error("the resumed session has no client certificate, and one is required")]
    NoCertificate,
    /// The certificate of a resumed session would not be accepted today.
    #[error("the client certificate of a resumed session is refused: {0}")]
    Resumed(Refusal),
}
