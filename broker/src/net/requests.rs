//! A frame to a request that this broker serves, or the reason why it is none.

use bytes::Bytes;
use protocol::frame::{self, DecodedRequest};
use protocol::{ApiKey, Request, Str};

use crate::api;

/// A request and what its answer needs.
#[derive(Debug)]
pub struct Received {
    /// Which API.
    pub api_key: ApiKey,
    /// Where it stands in the table.
    pub position: usize,
    /// In which version.
    pub version: i16,
    /// Echoed in the answer.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<Str>,
    /// The body.
    pub request: Request,
    /// Bytes of the body in its frame.
    pub body_bytes: usize,
    /// Memory that the body owns beyond its frame.
    pub decoded_bytes: usize,
}

/// What a frame turned out to be.
#[derive(Debug)]
pub enum Decoded {
    /// A request for a handler.
    Request(Box<Received>),
    /// ApiVersions in a version from the future: answered in version 0 (KIP-511), so that the
    /// client learns what there is.
    UnsupportedApiVersions {
        /// Echoed in the answer.
        correlation_id: i32,
    },
}

/// Why a frame ends its connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It cannot be read.
    #[error(transparent)]
    Frame(#[from] frame::RequestError),
    /// The API exists in Kafka, but is not served here in this version.
    #[error("{api} version {version} is not served; ApiVersions says what is")]
    NotServed {
        /// Kafka's name of the API.
        api: &'static str,
        /// The version asked for.
        version: i16,
    },
}

/// Reads one request. Key and version are checked before anything behind them is parsed.
pub fn decode(frame: Bytes) -> Result<Decoded, RequestError> {
    let prefix = frame::decode_prefix(&frame)?;
    if let Some(api_key) = ApiKey::from_i16(prefix.api_key) {
        let version = prefix.api_version;
        if !api::serves(api_key, version) {
            if api_key == ApiKey::ApiVersions {
                let correlation_id = prefix.correlation_id;
                return Ok(Decoded::UnsupportedApiVersions { correlation_id });
            }
            return Err(RequestError::NotServed {
                api: api_key.name(),
                version,
            });
        }
    }
    let DecodedRequest {
        header,
        request,
        body_bytes,
        charged,
    } = frame::decode_request(frame)?;
    let api_key = request.api_key();
    let version = header.request_api_version;
    let position = api::position(api_key).ok_or(RequestError::NotServed {
        api: api_key.name(),
        version,
    })?;
    Ok(Decoded::Request(Box::new(Received {
        api_key,
        position,
        version,
        correlation_id: header.correlation_id,
        client_id: header.client_id,
        request,
        body_bytes,
        decoded_bytes: charged,
    })))
}
