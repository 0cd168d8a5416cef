//! AWS Signature Version 4 of the one request that Amazon MSK's mechanisms sign:
//! `GET https://HOST/?Action=kafka-cluster:Connect`, presigned, with no header but `host`.
//!
//! The canonical request and the string to sign (AWS, "Create a signed AWS API request"):
//!
//!     GET                                    AWS4-HMAC-SHA256
//!     /                                      DATE
//!     Action=…&X-Amz-…=…                     DAY/REGION/kafka-cluster/aws4_request
//!     host:HOST                              hex(sha256(canonical request))
//!
//!     host
//!     hex(sha256(""))

use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::AwsCredentials;

/// What is asked for.
pub(super) const ACTION: &str = "kafka-cluster:Connect";
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(super) const SIGNED_HEADERS: &str = "host";
/// How long a signature is good, in seconds: what AWS's own signers take, and the most that is
/// accepted.
pub(super) const EXPIRES: &str = "900";
const SERVICE: &str = "kafka-cluster";
const TERMINATOR: &str = "aws4_request";
const HEX: &[u8; 16] = b"0123456789abcdef";

/// A signed request, in pieces; the mechanisms write them differently.
pub(super) struct Signed {
    /// `AKID/DAY/REGION/kafka-cluster/aws4_request`.
    pub(super) credential: String,
    /// `yyyymmddThhmmssZ`.
    pub(super) date: String,
    /// In hexadecimal digits.
    pub(super) signature: String,
    /// The query, encoded and in order, without the signature.
    pub(super) query: String,
}

/// Signs for `host` and `region`, at a time in milliseconds since 1970.
pub(super) fn sign(credentials: &AwsCredentials, region: &str, host: &str, now_ms: i64) -> Signed {
    let date = Timestamp::from_millisecond(now_ms)
        .unwrap_or_default()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let day = date.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{region}/{SERVICE}/{TERMINATOR}");
    let credential = format!("{}/{scope}", credentials.access_key_id);
    let query = query(credentials, &credential, &date);
    let nothing = hex(digest::digest(&digest::SHA256, b"").as_ref());
    let canonical = format!("GET\n/\n{query}\nhost:{host}\n\n{SIGNED_HEADERS}\n{nothing}");
    let hashed = digest::digest(&digest::SHA256, canonical.as_bytes());
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{}", hex(hashed.as_ref()));
    let secret = credentials.secret_access_key.expose();
    let mut key = Zeroizing::new(format!("AWS4{secret}").into_bytes());
    for part in [day, region, SERVICE, TERMINATOR] {
        key = Zeroizing::new(hmac_sha256(&key, part));
    }
    let signature = hex(&hmac_sha256(&key, &to_sign));
    Signed {
        credential,
        date,
        signature,
        query,
    }
}

/// Already in the order of its keys, which the canonical request wants.
fn query(credentials: &AwsCredentials, credential: &str, date: &str) -> String {
    let mut query = format!(
        "Action={}&X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={}&X-Amz-Date={date}\
         &X-Amz-Expires={EXPIRES}",
        encode(ACTION),
        encode(credential),
    );
    if let Some(token) = &credentials.session_token {
        query.push_str("&X-Amz-Security-Token=");
        query.push_str(&encode(token.expose()));
    }
    query.push_str("&X-Amz-SignedHeaders=");
    query.push_str(SIGNED_HEADERS);
    query
}

/// Percent-encoding as SigV4 wants it: RFC 3986's unreserved characters stay.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn hmac_sha256(key: &[u8], data: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, data.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().map(char::from);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(digit).collect()
}

#[cfg(test)]
mod tests;
