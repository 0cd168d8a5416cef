//! A request as it was sent: its head, its body within limits, and the body without what gzip and
//! `aws-chunked` put around it.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming as Body;
use hyper::http::request::Parts;

use crate::operation::{Operation, Service};

/// The longest body of the JSON services: 10 MiB of Kinesis records in base64, and some.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest object; S3 takes 5 GB, tests do not.
const OBJECT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A request.
pub(crate) struct Incoming {
    pub(crate) parts: Parts,
    pub(crate) operation: Operation,
    /// Of S3: bucket, and key unless the bucket itself is meant; decoded.
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// As it was sent.
    pub(crate) body: Bytes,
}

/// Why a body could not be had.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    TooLarge,
    Broken(&'static str),
}

impl Incoming {
    /// What is asked for, before the body is there.
    pub(crate) fn head(parts: Parts) -> Self {
        let mut incoming = Self {
            operation: Operation::Unknown,
            bucket: String::new(),
            key: String::new(),
            body: Bytes::new(),
            parts,
        };
        if let Some(target) = incoming.header("x-amz-target") {
            incoming.operation = Operation::of_target(target);
        } else if incoming
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
        {
            // STS is the only service here that speaks forms.
            incoming.operation = Operation::AssumeRole;
        } else {
            (incoming.bucket, incoming.key) = incoming.place();
            let query = incoming.parts.uri.query().unwrap_or_default();
            incoming.operation = Operation::of_object(
                incoming.parts.method.as_str(),
                !incoming.key.is_empty(),
                query,
            );
        }
        incoming
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Bucket and key: the bucket is the first part of the path, or stands before `localhost`.
    fn place(&self) -> (String, String) {
        let host = self.header("host").unwrap_or_default();
        let path = self.parts.uri.path().trim_start_matches('/');
        let before_localhost = host.split_once(".localhost").map(|(bucket, _)| bucket);
        let (bucket, key) = match before_localhost {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        (unescaped(bucket), unescaped(key))
    }

    pub(crate) async fn read(&mut self, body: Body) -> Result<(), Unreadable> {
        let limit = match self.operation.service() {
            Service::S3 => OBJECT_BYTES_MAX,
            _ => BODY_BYTES_MAX,
        };
        match Limited::new(body, limit).collect().await {
            Ok(collected) => {
                self.body = collected.to_bytes();
                Ok(())
            }
            Err(cause) if cause.is::<http_body_util::LengthLimitError>() => {
                Err(Unreadable::TooLarge)
            }
            Err(_) => Err(Unreadable::Broken("the connection ended in the body")),
        }
    }

    /// The body as it was meant.
    pub(crate) fn payload(&self) -> Result<Bytes, Unreadable> {
        let chunked = self
            .header("x-amz-content-sha256")
            .is_some_and(|hash| hash.starts_with("STREAMING-"));
        if chunked {
            return unchunked(&self.body).ok_or(Unreadable::Broken("aws-chunked"));
        }
        let encoding = self.header("content-encoding").unwrap_or("identity");
        match (self.operation.service(), encoding) {
            // S3 keeps what it is given, whatever it is called.
            (Service::S3, _) | (_, "identity") => Ok(self.body.clone()),
            (_, "gzip") => gunzipped(&self.body),
            _ => Err(Unreadable::Broken("content-encoding")),
        }
    }
}

/// Never more than the limit, whatever the bytes claim.
fn gunzipped(body: &[u8]) -> Result<Bytes, Unreadable> {
    let mut plain = Vec::new();
    let limit = BODY_BYTES_MAX as u64 + 1;
    let read = MultiGzDecoder::new(body)
        .take(limit)
        .read_to_end(&mut plain);
    match read {
        Err(_) => Err(Unreadable::Broken("gzip")),
        Ok(bytes) if bytes > BODY_BYTES_MAX => Err(Unreadable::TooLarge),
        Ok(_) => Ok(plain.into()),
    }
}

/// Chunks `<size in hex>[;chunk-signature=..]CRLF<bytes>CRLF` up to one of size 0 and its trailers.
fn unchunked(body: &[u8]) -> Option<Bytes> {
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let (line, after) = rest.split_at_checked(end)?;
        let size = std::str::from_utf8(line).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        let after = after.get(2..)?;
        if size == 0 {
            return Some(plain.into());
        }
        let (chunk, after) = after.split_at_checked(size)?;
        plain.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n")?;
    }
}

/// Without percent signs; what is no escape stays.
pub(crate) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        rest = match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                after.get(2..).unwrap_or_default()
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
