//! Amazon MSK's logins with AWS credentials: the JSON of `AWS_MSK_IAM`, and the token that is
//! carried by OAUTHBEARER. Both are the same presigned request.
//!
//! Credentials are looked up at each login, so that a re-authentication takes a session that was
//! renewed meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::aws_region::region_in;
use super::{AwsCredentials, CredentialSource, SaslError, sigv4};

/// The only version of the mechanism.
const VERSION: &str = "2020_10_22";
const NAME: &str = "AWS_MSK_IAM";
/// For the server's log; not signed.
const USER_AGENT: &str = concat!("outrigger/", env!("CARGO_PKG_VERSION"));

/// Whose credentials are signed with, where, and by which clock.
#[derive(Clone, Debug)]
pub struct IamLogin {
    /// Where keys come from.
    pub credentials: CredentialSource,
    /// The region, where the host name holds none.
    pub region: Option<String>,
    /// Milliseconds since 1970: signatures carry the time.
    pub now_ms: fn() -> i64,
}

impl IamLogin {
    /// The one message of `AWS_MSK_IAM`: signed for the host that was dialled, so that no other
    /// server can use it.
    pub(super) fn payload(&self, host: &str) -> Result<Vec<u8>, SaslError> {
        let credentials = self.credentials.resolve()?;
        let region = region_in(host).map(str::to_owned);
        let region = region.map_or_else(|| self.configured_region(), Ok)?;
        let signed = sigv4::sign(&credentials, &region, host, (self.now_ms)());
        let mut payload = json!({
            "version": VERSION,
            "host": host,
            "user-agent": USER_AGENT,
            "action": sigv4::ACTION,
            "x-amz-algorithm": sigv4::ALGORITHM,
            "x-amz-credential": signed.credential,
            "x-amz-date": signed.date,
            "x-amz-signedheaders": sigv4::SIGNED_HEADERS,
            "x-amz-expires": sigv4::EXPIRES,
            "x-amz-signature": signed.signature,
        });
        if let (Some(token), Some(object)) = (&credentials.session_token, payload.as_object_mut()) {
            let token = Value::from(token.expose());
            object.insert("x-amz-security-token".to_owned(), token);
        }
        Ok(payload.to_string().into_bytes())
    }

    /// The token of AWS's signers: a presigned URL of the region's MSK endpoint, in base64. It
    /// names no cluster.
    pub(super) fn token(&self, host: &str) -> Result<String, SaslError> {
        let credentials = self.credentials.resolve()?;
        let region = self.configured_region().or_else(|error| {
            let region = region_in(host).map(str::to_owned);
            region.ok_or(error)
        })?;
        let endpoint = format!("kafka.{region}.amazonaws.com");
        let signed = sigv4::sign(&credentials, &region, &endpoint, (self.now_ms)());
        // What follows the signature is not covered by it.
        let url = format!(
            "https://{endpoint}/?{}&X-Amz-Signature={}&User-Agent={}",
            signed.query,
            signed.signature,
            sigv4::encode(USER_AGENT),
        );
        Ok(URL_SAFE_NO_PAD.encode(url))
    }

    fn configured_region(&self) -> Result<String, SaslError> {
        let region = self.region.clone();
        let region = region.or_else(|| self.credentials.region());
        region.ok_or(SaslError::NoRegion)
    }
}

/// Takes the server's answer: an object with its version, never nothing.
pub(super) fn check_answer(answer: &[u8]) -> Result<(), SaslError> {
    let answer: Option<Value> = serde_json::from_slice(answer).ok();
    let version = answer.as_ref().and_then(|answer| answer.get("version"));
    match version.and_then(Value::as_str) {
        Some(VERSION) => Ok(()),
        _ => Err(SaslError::Unreadable(NAME)),
    }
}

impl AwsCredentials {
    /// Long-lived keys, or those of a session with its token.
    pub fn new(access_key_id: &str, secret_access_key: &str, session_token: Option<&str>) -> Self {
        Self {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: super::Password::new(secret_access_key),
            session_token: session_token.map(super::Password::new),
        }
    }
}

#[cfg(test)]
mod tests;
