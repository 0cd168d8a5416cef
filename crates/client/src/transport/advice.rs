//! What a failed TLS handshake says about the two ends, and which key to set next.

use std::io;
use std::sync::Arc;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

use crate::ClientError;

/// The first two bytes of a TLS alert: record type 21, major version 3 (RFC 8446 §5.1).
const ALERT_START: [u8; 2] = [21, 3];

/// Why TLS did not come about, as the reader can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsAdvice {
    /// The server's certificate comes from an authority that is not trusted here.
    UnknownAuthority,
    /// The server's certificate is for other names.
    OtherName,
    /// The server's certificate is not valid now.
    OutOfTime,
    /// The server wants a certificate of the client, and got none.
    CertificateWanted,
    /// The server does not accept the client's certificate.
    CertificateRefused,
    /// No common version or cipher suite.
    NothingInCommon,
    /// The other end does not speak TLS.
    NotTls,
    /// The other end hung up without a word: it refuses the address, or does not speak TLS.
    HungUp,
    /// Something else; the cause says what.
    Other,
}

impl TlsAdvice {
    /// The sentence for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::UnknownAuthority => {
                "its certificate comes from an authority that is not trusted here; set \
                 ssl.truststore.location to the CA certificate of the cluster"
            }
            Self::OtherName => {
                "its certificate is for another host name; connect by a name that it lists, or \
                 set ssl.endpoint.identification.algorithm to nothing"
            }
            Self::OutOfTime => "its certificate has expired or is not valid yet; renew it there",
            Self::CertificateWanted => {
                "it demands a client certificate; set ssl.keystore.location to one"
            }
            Self::CertificateRefused => {
                "it refuses the client certificate in ssl.keystore.location; use one that is \
                 valid, not revoked, and of an authority that the server trusts"
            }
            Self::NothingInCommon => {
                "there is no TLS version or cipher suite in common; this client speaks TLS 1.2 \
                 and 1.3"
            }
            Self::NotTls => {
                "it does not speak TLS; set security.protocol to PLAINTEXT, or take the port of \
                 a TLS listener"
            }
            Self::HungUp => {
                "it hung up before a word of TLS; either it does not take connections from this \
                 address (a network rule or a limit of connections, which the server's log \
                 tells), or it is no listener with TLS"
            }
            Self::Other => "the handshake failed",
        }
    }
}

/// Whether a frame's beginning is in truth a TLS server's complaint about bytes that are none.
pub(crate) fn is_tls_alert(start: &[u8]) -> bool {
    start.starts_with(&ALERT_START)
}

/// The error of a TLS stream that could not be opened.
pub(crate) fn refusal(address: &str, source: io::Error) -> ClientError {
    ClientError::Tls {
        address: address.to_owned(),
        advice: of_handshake(&source),
        source: Arc::new(source),
    }
}

/// The error of an open stream that broke; in TLS 1.3 a server refuses a client's certificate
/// only after the client thinks that all is well.
pub(crate) fn broken(address: &str, source: io::Error) -> ClientError {
    let address = address.to_owned();
    match tls_error(&source).map(of_error) {
        Some(TlsAdvice::Other) | None => ClientError::Broken {
            address,
            source: Arc::new(source),
        },
        Some(advice) => ClientError::Tls {
            address,
            advice,
            source: Arc::new(source),
        },
    }
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn of_handshake(error: &io::Error) -> TlsAdvice {
    match tls_error(error) {
        Some(error) => of_error(error),
        // A plaintext listener takes our hello for a frame that is too large; who is refused is told
        // nothing at all.
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => TlsAdvice::HungUp,
            _ => TlsAdvice::Other,
        },
    }
}

fn of_error(error: &Error) -> TlsAdvice {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        ) => TlsAdvice::NotTls,
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::PeerIncompatible(_) => TlsAdvice::NothingInCommon,
        _ => TlsAdvice::Other,
    }
}

fn of_certificate(error: &CertificateError) -> TlsAdvice {
    match error {
        CertificateError::UnknownIssuer => TlsAdvice::UnknownAuthority,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsAdvice::OtherName
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsAdvice::OutOfTime,
        _ => TlsAdvice::Other,
    }
}

fn of_alert(alert: AlertDescription) -> TlsAdvice {
    match alert {
        AlertDescription::CertificateRequired => TlsAdvice::CertificateWanted,
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => TlsAdvice::CertificateRefused,
        AlertDescription::HandshakeFailure
        | AlertDescription::ProtocolVersion
        | AlertDescription::InsufficientSecurity => TlsAdvice::NothingInCommon,
        _ => TlsAdvice::Other,
    }
}
