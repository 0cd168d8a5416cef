//! Who sent a request: Signature Version 4, checked in full against the secrets the stub knows.
//!
//! S3's signed chunks are not checked one by one; log delivery sends whole bodies.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::answer::Answer;
use crate::fault::{expired, skewed};
use crate::incoming::Incoming;
use crate::operation::Service;

/// How far the date of a request may be off: S3 says 15 minutes, the others 5.
const OBJECT_SKEW_MS_MAX: i64 = 15 * 60 * 1000;
const SKEW_MS_MAX: i64 = 5 * 60 * 1000;

/// A secret, and for how long it is one.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) secret: String,
    /// The token that comes with it, if it is one of a session, and when it ends.
    pub(crate) session: Option<(String, i64)>,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not signed, or not as the rules say: a bug of the client, whoever it is.
    Malformed(&'static str),
    UnknownKey,
    Expired,
    Skewed,
    Mismatch,
}

impl Refused {
    /// What a test sees; what only time brings about is no bug.
    pub(crate) fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(rule) => Some(rule),
            Self::UnknownKey => Some("unknown access key"),
            Self::Mismatch => Some("signature"),
            Self::Expired | Self::Skewed => None,
        }
    }

    pub(crate) fn answer(&self, service: Service) -> Answer {
        let (status, code) = match (self, service) {
            (Self::Malformed(_), Service::S3) => (403, "AccessDenied"),
            (Self::Malformed(_), Service::Sts) => (403, "MissingAuthenticationToken"),
            (Self::Malformed(_), _) => (400, "MissingAuthenticationTokenException"),
            (Self::UnknownKey, Service::S3) => (403, "InvalidAccessKeyId"),
            (Self::UnknownKey, Service::Sts) => (403, "InvalidClientTokenId"),
            (Self::UnknownKey, _) => (400, "UnrecognizedClientException"),
            (Self::Expired, service) => expired(service),
            (Self::Skewed, service) => skewed(service),
            (Self::Mismatch, Service::S3 | Service::Sts) => (403, "SignatureDoesNotMatch"),
            (Self::Mismatch, _) => (400, "InvalidSignatureException"),
        };
        let message = match self {
            Self::Expired => "The security token included in the request is expired",
            Self::Skewed => "Signature expired: the clock is wrong",
            _ => "The request is not signed as it must be",
        };
        Answer::error(service, status, code, message)
    }
}

/// The parts of the header `authorization`.
struct Authorization<'a> {
    key: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let rest = header.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|part| part.trim().strip_prefix(name))
        };
        let mut scope = part("Credential=")?.split('/');
        let authorization = Self {
            key: scope.next()?,
            day: scope.next()?,
            region: scope.next().filter(|region| !region.is_empty())?,
            service: scope.next()?,
            signed: part("SignedHeaders=")?,
            signature: part("Signature=")?,
        };
        (scope.next() == Some("aws4_request") && scope.next().is_none()).then_some(authorization)
    }
}

/// Checks a request; `secret` knows what belongs to an access key.
pub(crate) fn check(
    incoming: &Incoming,
    now_ms: i64,
    secret: impl Fn(&str) -> Option<Secret>,
) -> Result<(), Refused> {
    let service = incoming.operation.service();
    let header = incoming.header("authorization");
    let header = header.ok_or(Refused::Malformed("not signed"))?;
    let authorization = Authorization::parse(header).ok_or(Refused::Malformed("authorization"))?;
    let date = incoming.header("x-amz-date").unwrap_or_default();
    let at_ms = date_ms(date).ok_or(Refused::Malformed("x-amz-date"))?;
    if !date.starts_with(authorization.day) || authorization.service != service.name() {
        return Err(Refused::Malformed("credential scope"));
    }
    let secret = secret(authorization.key).ok_or(Refused::UnknownKey)?;
    if let Some((token, until_ms)) = &secret.session {
        if incoming.header("x-amz-security-token") != Some(token) {
            return Err(Refused::UnknownKey);
        }
        if now_ms >= *until_ms {
            return Err(Refused::Expired);
        }
    }
    let skew_max = match service {
        Service::S3 => OBJECT_SKEW_MS_MAX,
        _ => SKEW_MS_MAX,
    };
    if now_ms.abs_diff(at_ms) > skew_max.unsigned_abs() {
        return Err(Refused::Skewed);
    }
    let canonical = canonical(incoming, authorization.signed)?;
    let expected = signature(&secret.secret, &authorization, date, &canonical);
    if expected == authorization.signature {
        Ok(())
    } else {
        Err(Refused::Mismatch)
    }
}

/// `20261129T072000Z` as milliseconds since 1970.
fn date_ms(date: &str) -> Option<i64> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    let at = TimeZone::UTC.to_timestamp(time).ok()?;
    Some(at.as_millisecond())
}

/// The canonical request.
fn canonical(incoming: &Incoming, signed: &str) -> Result<String, Refused> {
    let uri = &incoming.parts.uri;
    let mut pairs: Vec<String> = uri
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'))
        .map(|pair| match pair.contains('=') {
            true => pair.to_owned(),
            false => format!("{pair}="),
        })
        .collect();
    pairs.sort_unstable();
    let mut text = format!(
        "{}\n{}\n{}\n",
        incoming.parts.method,
        uri.path(),
        pairs.join("&")
    );
    for required in ["host", "x-amz-date"] {
        if !signed.split(';').any(|name| name == required) {
            return Err(Refused::Malformed("signed headers"));
        }
    }
    for name in signed.split(';') {
        let value = incoming.header(name);
        let value = value.ok_or(Refused::Malformed("a signed header is missing"))?;
        let words: Vec<&str> = value.split_whitespace().collect();
        text.push_str(&format!("{name}:{}\n", words.join(" ")));
    }
    let hash = hex(digest(&SHA256, &incoming.body).as_ref());
    let claimed = incoming.header("x-amz-content-sha256").unwrap_or(&hash);
    if claimed.len() == hash.len() && claimed != hash {
        return Err(Refused::Malformed("x-amz-content-sha256"));
    }
    text.push_str(&format!("\n{signed}\n{claimed}"));
    Ok(text)
}

fn signature(secret: &str, scope: &Authorization<'_>, date: &str, canonical: &str) -> String {
    let mac = |key: &[u8], text: &str| sign(&Key::new(HMAC_SHA256, key), text.as_bytes());
    let day = mac(format!("AWS4{secret}").as_bytes(), scope.day);
    let region = mac(day.as_ref(), scope.region);
    let service = mac(region.as_ref(), scope.service);
    let key = mac(service.as_ref(), "aws4_request");
    let hash = hex(digest(&SHA256, canonical.as_bytes()).as_ref());
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{}/{}/{}/aws4_request\n{hash}",
        scope.day, scope.region, scope.service
    );
    hex(mac(key.as_ref(), &text).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
