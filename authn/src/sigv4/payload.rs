//! The JSON object of AWS_MSK_IAM: flat, every key once, every value a string, none unknown.

use serde::Deserialize;
use serde::de::{self, Deserializer};

use super::Values;

/// Longest payload: ten short values, and a session token.
pub const PAYLOAD_BYTES_MAX: usize = 16 * 1024;
/// The one version there is.
const VERSION: &str = "2020_10_22";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    version: String,
    host: String,
    #[serde(rename = "user-agent", default, deserialize_with = "string")]
    user_agent: Option<String>,
    action: String,
    #[serde(rename = "x-amz-algorithm")]
    algorithm: String,
    #[serde(rename = "x-amz-credential")]
    credential: String,
    #[serde(rename = "x-amz-date")]
    date: String,
    #[serde(rename = "x-amz-security-token", default, deserialize_with = "string")]
    session_token: Option<String>,
    #[serde(rename = "x-amz-signedheaders")]
    signed_headers: String,
    #[serde(rename = "x-amz-expires")]
    expires: String,
    #[serde(rename = "x-amz-signature")]
    signature: String,
}

/// An optional value may be absent, never null.
fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer)
        .map(Some)
        .map_err(|_| de::Error::custom("no string"))
}

pub(super) fn values(bytes: &[u8]) -> Result<Values, &'static str> {
    if bytes.len() > PAYLOAD_BYTES_MAX {
        return Err("a payload longer than 16 KiB");
    }
    // serde would also read the fields from an array, in order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err("no JSON object");
    }
    let payload: Payload = serde_json::from_slice(bytes)
        .map_err(|_| "no JSON object of the known keys, each once, with strings")?;
    if payload.version != VERSION {
        return Err("another version");
    }
    Ok(Values {
        action: payload.action,
        algorithm: payload.algorithm,
        credential: payload.credential,
        date: payload.date,
        expires: payload.expires,
        host: payload.host,
        session_token: payload.session_token,
        signature: payload.signature,
        signed_headers: payload.signed_headers,
        user_agent: payload.user_agent,
    })
}
