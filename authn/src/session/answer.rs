//! The frames that answer a login, each `None` where it cannot be encoded, which only a text
//! longer than the protocol carries could cause.

use bytes::Bytes;
use protocol::frame::{self, Prefix};
use protocol::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};
use protocol::messages::sasl_authenticate::SaslAuthenticateResponse;
use protocol::messages::sasl_handshake::SaslHandshakeResponse;
use protocol::{ApiKey, ErrorCode, Response, Str};

use crate::mechanism::Mechanism;

/// First version of ApiVersions that tells the client's software (KIP-511).
const SOFTWARE_VERSION: i16 = 3;

pub(super) fn api_versions(prefix: Prefix, response: ApiVersionsResponse) -> Option<Bytes> {
    let response = Response::ApiVersions(response);
    encode(prefix, ApiKey::ApiVersions, prefix.api_version, &response)
}

pub(super) fn api_versions_error(prefix: Prefix, error_code: ErrorCode) -> Option<Bytes> {
    let response = ApiVersionsResponse {
        error_code,
        ..ApiVersionsResponse::default()
    };
    api_versions(prefix, response)
}

/// The answer, in version 0, to a version that is not served; it names those that are.
pub(super) fn unsupported_api_versions(prefix: Prefix) -> Option<Bytes> {
    let versions = ApiKey::ApiVersions.versions();
    let response = Response::ApiVersions(ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION,
        api_keys: vec![ApiVersion {
            api_key: ApiKey::ApiVersions.code(),
            min_version: *versions.start(),
            max_version: *versions.end(),
        }],
        ..ApiVersionsResponse::default()
    });
    encode(prefix, ApiKey::ApiVersions, 0, &response)
}

/// Lists what is offered, whether the handshake succeeds or not.
pub(super) fn handshake(
    prefix: Prefix,
    error_code: ErrorCode,
    mechanisms: &[Mechanism],
) -> Option<Bytes> {
    let response = Response::SaslHandshake(SaslHandshakeResponse {
        error_code,
        mechanisms: mechanisms
            .iter()
            .map(|mechanism| Str::from_static(mechanism.name()))
            .collect(),
    });
    encode(prefix, ApiKey::SaslHandshake, prefix.api_version, &response)
}

/// A token of the server; without a prefix it goes out bare.
pub(super) fn token(
    prefix: Option<Prefix>,
    token: Vec<u8>,
    session_lifetime_ms: i64,
) -> Option<Bytes> {
    let Some(prefix) = prefix else {
        let mut raw = u32::try_from(token.len()).ok()?.to_be_bytes().to_vec();
        raw.extend(token);
        return Some(raw.into());
    };
    let response = Response::SaslAuthenticate(SaslAuthenticateResponse {
        auth_bytes: token.into(),
        session_lifetime_ms,
        ..SaslAuthenticateResponse::default()
    });
    encode(
        prefix,
        ApiKey::SaslAuthenticate,
        prefix.api_version,
        &response,
    )
}

/// SASL_AUTHENTICATION_FAILED with a text.
pub(super) fn refused(prefix: Prefix, text: String) -> Option<Bytes> {
    authenticate_error(prefix, ErrorCode::SASL_AUTHENTICATION_FAILED, text)
}

/// An error of SaslAuthenticate.
pub(super) fn authenticate_error(
    prefix: Prefix,
    error_code: ErrorCode,
    text: String,
) -> Option<Bytes> {
    let response = Response::SaslAuthenticate(SaslAuthenticateResponse {
        error_code,
        error_message: Some(Str::from(text)),
        ..SaslAuthenticateResponse::default()
    });
    encode(
        prefix,
        ApiKey::SaslAuthenticate,
        prefix.api_version,
        &response,
    )
}

/// What Kafka takes as name and version of a client's software.
pub(super) fn is_valid_software(version: i16, request: &ApiVersionsRequest) -> bool {
    let texts = [
        &request.client_software_name,
        &request.client_software_version,
    ];
    version < SOFTWARE_VERSION || texts.into_iter().all(|text| is_software_text(text))
}

/// `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`.
fn is_software_text(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let bytes = text.as_bytes();
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
}

fn encode(prefix: Prefix, api_key: ApiKey, version: i16, response: &Response) -> Option<Bytes> {
    frame::encode_response(prefix.correlation_id, api_key, version, response)
        .ok()
        .map(|rope| rope.to_bytes())
}
