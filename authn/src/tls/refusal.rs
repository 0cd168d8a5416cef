//! Why a handshake failed: a word for metrics and a sentence for people.
//!
//! The words are a closed set, so that no stranger chooses a label.

use rustls::{CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible};
use std::fmt;

/// The words, with those of handshakes that failed before rustls had anything to say.
pub const REASONS: [&str; 16] = [
    CLOSED,
    TOO_LONG,
    "no_certificate",
    "not_tls",
    "incompatible",
    "refused_by_client",
    "protocol",
    "expired",
    "not_valid_yet",
    "revoked",
    "unknown_issuer",
    "no_revocation_list",
    "revocation_list_expired",
    "purpose",
    "ca_certificate",
    "certificate",
];
/// The client left.
pub const CLOSED: &str = "closed";
/// The client sent more than a handshake may have.
pub const TOO_LONG: &str = "too_long";

/// What rustls passes on from its verifier without a name of its own.
const OF_AN_AUTHORITY: &str = "CaUsedAsEndEntity";

/// A failed handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    reason: &'static str,
    text: String,
    is_of_certificate: bool,
}

impl Refusal {
    /// Describes what rustls reported.
    pub fn of(error: &Error) -> Self {
        let (reason, text) = match error {
            Error::InvalidCertificate(problem) => certificate(problem),
            Error::NoCertificatesPresented => (
                "no_certificate",
                "the client showed no certificate, and one is required".to_owned(),
            ),
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => (
                "not_tls",
                "what the client sent is not TLS; its security.protocol must be SSL or SASL_SSL"
                    .to_owned(),
            ),
            Error::PeerIncompatible(problem) => ("incompatible", incompatible(problem)),
            Error::AlertReceived(alert) => (
                "refused_by_client",
                format!("the client refused us with the alert {alert:?}"),
            ),
            other => ("protocol", other.to_string()),
        };
        Self {
            reason,
            text,
            is_of_certificate: matches!(
                error,
                Error::InvalidCertificate(_) | Error::NoCertificatesPresented
            ),
        }
    }

    /// Whether the client's certificate, or that there is none, is what is wrong: to an audit that
    /// is a failed login, where any other failure is no login at all.
    pub fn is_of_certificate(&self) -> bool {
        self.is_of_certificate
    }

    /// One word out of a closed set.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn certificate(problem: &CertificateError) -> (&'static str, String) {
    use CertificateError as E;
    let (reason, text) = match problem {
        E::Expired | E::ExpiredContext { .. } => {
            ("expired", "a certificate of the client's chain has expired")
        }
        E::NotValidYet | E::NotValidYetContext { .. } => (
            "not_valid_yet",
            "a certificate of the client's chain is not valid yet; compare the clocks",
        ),
        E::Revoked => ("revoked", "a certificate of the client's chain is revoked"),
        // A namesake of an authority signed it.
        E::UnknownIssuer | E::BadSignature => (
            "unknown_issuer",
            "the client's certificate leads to no authority of the truststore; is an intermediate certificate missing in the client's keystore?",
        ),
        E::UnknownRevocationStatus => (
            "no_revocation_list",
            "no revocation list covers a certificate of the client's chain",
        ),
        E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => (
            "revocation_list_expired",
            "the revocation list for the client's certificate has expired; install a new one",
        ),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => (
            "purpose",
            "the client's certificate is not for client authentication (extended key usage)",
        ),
        E::Other(OtherError(cause)) if cause.to_string() == OF_AN_AUTHORITY => (
            "ca_certificate",
            "the client's certificate is an authority's (CA:TRUE), as a self-signed one of `openssl req -x509` is; give the client one that an authority of the truststore has signed",
        ),
        _ => ("certificate", ""),
    };
    if text.is_empty() {
        return (
            reason,
            format!("the client's certificate is refused: {problem}"),
        );
    }
    (reason, text.to_owned())
}

fn incompatible(problem: &PeerIncompatible) -> String {
    match problem {
        PeerIncompatible::NoCipherSuitesInCommon => {
            "the client and ssl.cipher.suites have no cipher suite in common".to_owned()
        }
        PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::Tls13RequiredForQuic
        | PeerIncompatible::SupportedVersionsExtensionRequired => {
            "the client speaks no version of TLS that ssl.enabled.protocols lists".to_owned()
        }
        other => format!("the client's TLS does not fit: {other:?}"),
    }
}
