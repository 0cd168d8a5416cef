//! One unsigned HEAD to an endpoint: name, connection, TLS, and the time of whoever answers. What it
//! answers does not matter, only that it does.

use crate::probe::explained;
use client::{HostCheck, Tls, TlsVersions, Transport, TrustAnchors};
use service::environment::variable;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TIMEOUT: Duration = Duration::from_secs(5);
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Where distributions keep the authorities that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The time of `endpoint` (a URL) in milliseconds since 1970, where it tells.
pub(super) async fn reach(endpoint: &str) -> Result<Option<i64>, String> {
    let asked = tokio::time::timeout(TIMEOUT, ask(endpoint)).await;
    asked.unwrap_or_else(|_| Err(format!("no answer within {TIMEOUT:?}")))
}

async fn ask(endpoint: &str) -> Result<Option<i64>, String> {
    let (scheme, rest) = endpoint.split_once("://").ok_or("it is not a URL")?;
    let host = rest.split('/').next().unwrap_or_default();
    let is_secure = scheme == "https";
    let transport = Transport {
        tls: is_secure.then(trusted).transpose()?,
        sasl: None,
    };
    let address = match (has_port(host), is_secure) {
        (true, _) => host.to_owned(),
        (false, true) => format!("{host}:443"),
        (false, false) => format!("{host}:80"),
    };
    let stream = transport.open(&address).await;
    let mut stream = stream.map_err(|error| explained(&error))?;
    let request = format!("HEAD / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let sent = stream.write.write_all(request.as_bytes()).await;
    sent.map_err(|error| error.to_string())?;
    let flushed = stream.write.flush().await;
    flushed.map_err(|error| error.to_string())?;
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES_MAX && !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read.read_buf(&mut head).await;
        if read.map_err(|error| error.to_string())? == 0 {
            break;
        }
    }
    let head = String::from_utf8_lossy(&head);
    if head.starts_with("HTTP/1.") {
        Ok(date_in(&head))
    } else {
        Err("it does not answer as a web server does".to_owned())
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// The system's authorities, or those that AWS's SDKs are told.
fn trusted() -> Result<Tls, String> {
    let named = variable("AWS_CA_BUNDLE");
    let bundles = named.as_deref().into_iter().chain(BUNDLES);
    let pem = bundles
        .into_iter()
        .find_map(|path| std::fs::read(path).ok());
    let pem = pem.ok_or("no bundle of authorities is installed (Debian: ca-certificates)")?;
    let trust = TrustAnchors::from_system_bundle(&pem).map_err(|error| explained(&error))?;
    Tls::new(&trust, None, HostCheck::Https, TlsVersions::Both).map_err(|error| explained(&error))
}

/// `date: Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn date_in(head: &str) -> Option<i64> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut dates = fields.filter(|(name, _)| name.eq_ignore_ascii_case("date"));
    let (_, date) = dates.next()?;
    let date = jiff::fmt::rfc2822::parse(date.trim()).ok()?;
    Some(date.timestamp().as_millisecond())
}
