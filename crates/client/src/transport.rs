//! The seam under a connection: how a byte stream to a broker is opened. TCP, with or without TLS;
//! a login, where there is one, is spoken over the open stream (`crate::sasl`).

mod advice;
mod tls;

use std::fmt;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::ClientError;
use crate::sasl::Sasl;
pub use advice::TlsAdvice;
use advice::refusal;
pub(crate) use advice::{broken, is_tls_alert};
pub use tls::{ClientIdentity, HostCheck, StoreError, StoreFormat, Tls, TlsVersions, TrustAnchors};

/// How bytes travel to brokers: what Kafka's clients call `security.protocol`.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// Encryption; `None` is a bare TCP stream.
    pub tls: Option<Tls>,
    /// The login; `None` asks for none, though a certificate may be one.
    pub sasl: Option<Sasl>,
}

/// The four values of `security.protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityProtocol {
    /// Neither encryption nor login.
    Plaintext,
    /// TLS, with or without a client certificate.
    Ssl,
    /// A login over a bare stream.
    SaslPlaintext,
    /// A login over TLS.
    SaslSsl,
}

/// All of them.
const SECURITY_PROTOCOLS: [SecurityProtocol; 4] = [
    SecurityProtocol::Plaintext,
    SecurityProtocol::Ssl,
    SecurityProtocol::SaslPlaintext,
    SecurityProtocol::SaslSsl,
];

impl SecurityProtocol {
    /// As Kafka spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::Ssl => "SSL",
            Self::SaslPlaintext => "SASL_PLAINTEXT",
            Self::SaslSsl => "SASL_SSL",
        }
    }

    /// The protocol of this name, in any case, as Kafka takes it.
    pub fn named(name: &str) -> Option<Self> {
        SECURITY_PROTOCOLS
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(name))
    }

    /// Whether it encrypts.
    pub fn has_tls(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    /// Whether it logs in.
    pub fn has_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

impl fmt::Display for SecurityProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Both directions of an open stream.
pub struct Stream {
    /// What the broker sends.
    pub read: Box<dyn AsyncRead + Send + Unpin>,
    /// What is sent to it.
    pub write: Box<dyn AsyncWrite + Send + Unpin>,
}

impl Transport {
    /// Its name among Kafka's four.
    pub fn security_protocol(&self) -> SecurityProtocol {
        match (&self.tls, &self.sasl) {
            (None, None) => SecurityProtocol::Plaintext,
            (Some(_), None) => SecurityProtocol::Ssl,
            (None, Some(_)) => SecurityProtocol::SaslPlaintext,
            (Some(_), Some(_)) => SecurityProtocol::SaslSsl,
        }
    }

    /// Opens a stream to `address`, `host:port`, with TLS where there is any. The login is not
    /// spoken: it needs frames, and is the connection's.
    ///
    /// # Errors
    /// Where nobody listens, or TLS does not come about.
    pub async fn open(&self, address: &str) -> Result<Stream, ClientError> {
        let connected = async {
            let stream = TcpStream::connect(address).await?;
            // Requests are whole when they are written; waiting for more only delays them.
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = connected.await.map_err(|source| ClientError::Connect {
            address: address.to_owned(),
            source: Arc::new(source),
        })?;
        let Some(tls) = &self.tls else {
            let (read, write) = stream.into_split();
            return Ok(Stream {
                read: Box::new(read),
                write: Box::new(write),
            });
        };
        let stream = tls.connect(stream, host_of(address)).await;
        let stream = stream.map_err(|source| refusal(address, source))?;
        let (read, write) = tokio::io::split(stream);
        Ok(Stream {
            read: Box::new(read),
            write: Box::new(write),
        })
    }
}

/// The host of `host:port`, without the brackets of an IPv6 address.
pub(crate) fn host_of(address: &str) -> &str {
    let host = match address.rsplit_once(':') {
        Some((host, _)) => host,
        None => address,
    };
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests;
