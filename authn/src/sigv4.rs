//! Checks the signature of a presigned `kafka-cluster:Connect` (AWS Signature Version 4), in the
//! two forms that clients of Amazon MSK send it: a JSON object and a URL.
//!
//! The request is never taken from the client: its few values are, each once and in a narrow
//! grammar, and the canonical request is built anew from them. Whether a time, host or key is
//! acceptable is decided by `mechanism::iam`.
//!
//! ```text
//! GET
//! /
//! Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=...&X-Amz-Date=...
//!   &X-Amz-Expires=...[&X-Amz-Security-Token=...]&X-Amz-SignedHeaders=host
//! host:...
//!
//! host
//! e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
//! ```

pub mod keys;
mod payload;
mod percent;
mod time;
mod url;

use aws_lc_rs::{constant_time, digest};

pub use keys::{SecretAccessKey, SigningKey, SigningKeys};
pub use payload::PAYLOAD_BYTES_MAX;

/// The one action there is.
const ACTION: &str = "kafka-cluster:Connect";
/// The one algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The one header that is signed.
const SIGNED_HEADERS: &str = "host";
/// Name of the service in scopes.
const SERVICE: &str = "kafka-cluster";
/// What every scope ends with.
const TERMINATOR: &str = "aws4_request";
/// `hex(sha256(""))`: the request has no body.
const EMPTY_BODY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Longest access key id; AWS documents 16 to 128 characters.
const ACCESS_KEY_ID_BYTES_MAX: usize = 128;
/// Longest name of a region; those of AWS have up to 15 characters.
const REGION_BYTES_MAX: usize = 32;
/// Longest host name (RFC 1035).
const HOST_BYTES_MAX: usize = 253;
/// Longest session token; AWS documents 4 KiB and reserves the right to more.
const SESSION_TOKEN_BYTES_MAX: usize = 12 * 1024;

/// A presigned request whose parts are well-formed; nothing is verified yet.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The signed host.
    pub host: String,
    /// Whose key signed.
    pub access_key_id: String,
    /// Day of the scope, which is that of the signature: `yyyyMMdd`.
    pub day: String,
    /// Region of the scope.
    pub region: String,
    /// When it was signed, milliseconds since the epoch.
    pub signed_at_ms: i64,
    /// For how long, in milliseconds: more than 0, at most 15 minutes.
    pub expires_ms: i64,
    /// Present with temporary credentials.
    pub session_token: Option<String>,
    /// What the client calls itself; not signed, so nothing may depend on it.
    pub user_agent: Option<String>,
    date: String,
    expires: String,
    signature: [u8; 32],
}

/// The values of a request, before any of them is looked at.
#[derive(Default)]
struct Values {
    action: String,
    algorithm: String,
    credential: String,
    date: String,
    expires: String,
    host: String,
    session_token: Option<String>,
    signature: String,
    signed_headers: String,
    user_agent: Option<String>,
}

impl SignedRequest {
    /// Reads the JSON object of AWS_MSK_IAM; the error says what is wrong with it.
    pub fn of_json(bytes: &[u8]) -> Result<Self, &'static str> {
        Self::of_values(payload::values(bytes)?)
    }

    /// Reads the URL that is an OAUTHBEARER token of Amazon MSK, base64url without padding.
    pub fn of_token(token: &str) -> Result<Self, &'static str> {
        Self::of_url(&url::of_token(token)?)
    }

    /// Reads such a URL.
    pub fn of_url(url: &str) -> Result<Self, &'static str> {
        Self::of_values(url::values(url)?)
    }

    fn of_values(values: Values) -> Result<Self, &'static str> {
        let constants = [
            (&*values.action, ACTION, "another action"),
            (&values.algorithm, ALGORITHM, "another algorithm"),
            (
                &values.signed_headers,
                SIGNED_HEADERS,
                "other signed headers",
            ),
        ];
        for (found, expected, problem) in constants {
            if found != expected {
                return Err(problem);
            }
        }
        let [access_key_id, day, region] = scope(&values.credential)?;
        let signed_at_ms = time::date(&values.date).ok_or("a date that is none")?;
        if values.date.get(..8) != Some(day) {
            return Err("the scope's day is not that of the date");
        }
        if !is_host(&values.host) {
            return Err("a host that is none");
        }
        if values
            .session_token
            .as_deref()
            .is_some_and(|token| !is_session_token(token))
        {
            return Err("a session token that is none");
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            signed_at_ms,
            expires_ms: time::expires(&values.expires).ok_or("an expiry that is none")?,
            signature: signature(&values.signature).ok_or("a signature that is none")?,
            host: values.host,
            session_token: values.session_token,
            user_agent: values.user_agent,
            date: values.date,
            expires: values.expires,
        })
    }

    /// Whether the key of this request's day and region made the signature; takes the same time
    /// for every wrong one.
    pub fn is_signed_by(&self, key: &SigningKey) -> bool {
        let signature = key.sign(self.string_to_sign().as_bytes());
        constant_time::verify_slices_are_equal(&signature, &self.signature).is_ok()
    }

    /// The signature that it should have.
    #[cfg(test)]
    pub(crate) fn signature_of(&self, key: &SigningKey) -> String {
        hex(&key.sign(self.string_to_sign().as_bytes()))
    }

    fn string_to_sign(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.canonical_request().as_bytes());
        format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            self.date,
            self.scope(),
            hex(hash.as_ref())
        )
    }

    fn canonical_request(&self) -> String {
        let credential = format!("{}/{}", self.access_key_id, self.scope());
        let mut parameters = vec![
            ("Action", ACTION),
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &self.date),
            ("X-Amz-Expires", &self.expires),
        ];
        if let Some(token) = &self.session_token {
            parameters.push(("X-Amz-Security-Token", token));
        }
        parameters.push(("X-Amz-SignedHeaders", SIGNED_HEADERS));
        let query: Vec<_> = parameters
            .into_iter()
            .map(|(name, value)| format!("{name}={}", percent::encode(value)))
            .collect();
        format!(
            "GET\n/\n{}\nhost:{}\n\n{SIGNED_HEADERS}\n{EMPTY_BODY_HASH}",
            query.join("&"),
            self.host
        )
    }

    fn scope(&self) -> String {
        format!("{}/{}/{SERVICE}/{TERMINATOR}", self.day, self.region)
    }
}

/// Shows nothing that would let a reader log in.
impl std::fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedRequest")
            .field("host", &self.host)
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("date", &self.date)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// `AKID/yyyyMMdd/REGION/kafka-cluster/aws4_request`.
fn scope(credential: &str) -> Result<[&str; 3], &'static str> {
    let mut parts = credential.split('/');
    let mut part = || parts.next().unwrap_or_default();
    let [access_key_id, day, region, service, terminator] =
        [part(), part(), part(), part(), part()];
    if parts.next().is_some() || service != SERVICE || terminator != TERMINATOR {
        return Err("a scope of another service, or none");
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !fits(access_key_id, ACCESS_KEY_ID_BYTES_MAX, is_word) {
        return Err("an access key id that is none");
    }
    if !fits(region, REGION_BYTES_MAX, is_region) {
        return Err("a region that is none");
    }
    Ok([access_key_id, day, region])
}

/// A name or an address without a port; it goes into the signed text as it is.
fn is_host(host: &str) -> bool {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    fits(host, HOST_BYTES_MAX, is_host) || fits(inner.unwrap_or(host), HOST_BYTES_MAX, is_address)
}

fn is_session_token(token: &str) -> bool {
    fits(token, SESSION_TOKEN_BYTES_MAX, |byte| {
        byte.is_ascii_graphic()
    })
}

fn fits(text: &str, bytes_max: usize, is_allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.len() <= bytes_max && text.bytes().all(is_allowed)
}

/// 64 lower-case hexadecimal digits.
fn signature(text: &str) -> Option<[u8; 32]> {
    let mut signature = [0; 32];
    let digits = text.as_bytes().as_chunks::<2>();
    if text.len() != 2 * signature.len() {
        return None;
    }
    for (byte, &[high, low]) in signature.iter_mut().zip(digits.0) {
        *byte = percent::digit(high)? << 4 | percent::digit(low)?;
    }
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower.then_some(signature)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests;
