//! Whole frames: the fixed prefix, the header and the body of requests and responses.
//!
//! Reading goes in stages, because each stage can fail in its own way and the answer depends on
//! it: a frame without a correlation id cannot be answered at all, an unknown ApiVersions version
//! is answered with version 0, a broken body closes the connection. Frames are without their
//! length prefix when read and with it when written.
//!
//! ```text
//! request:  length i32 | api key i16 | version i16 | correlation id i32 | client id | tags? | body
//! response: length i32 | correlation id i32 | tags? | body
//! ```

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::messages::header::{RequestHeader, ResponseHeader};
use crate::{ApiKey, ErrorCounts, Reader, Request, Response, Rope, Writer};

/// The eight bytes that open every request of every API and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The API as the client numbers it; see [`ApiKey::from_i16`].
    pub api_key: i16,
    /// The version of the API.
    pub api_version: i16,
    /// What the response must repeat.
    pub correlation_id: i32,
}

/// A request read to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedRequest {
    /// Its header.
    pub header: RequestHeader,
    /// Its body.
    pub request: Request,
    /// Bytes of the frame behind the header.
    pub body_bytes: usize,
    /// Bytes of memory that the request owns beyond its frame.
    pub charged: usize,
}

/// Why a frame is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The frame ends before the correlation id: there is nobody to answer.
    #[error("frame of {0} bytes is too short for a request")]
    TooShort(usize),
    /// No API has this key.
    #[error("unknown API key {}", .0.api_key)]
    UnknownApi(Prefix),
    /// The API exists, this version of it does not. The client id may still be read.
    #[error("{api_key} has no version {}", .prefix.api_version)]
    UnsupportedVersion {
        /// How the request opens.
        prefix: Prefix,
        /// The API it asks for.
        api_key: ApiKey,
    },
    /// The header or the body is broken.
    #[error("broken {api_key} request, version {}", .prefix.api_version)]
    Broken {
        /// How the request opens.
        prefix: Prefix,
        /// The API it asks for.
        api_key: ApiKey,
        /// What is wrong and where.
        source: DecodeError,
    },
}

/// The prefix of a request, without touching the rest.
pub fn decode_prefix(frame: &[u8]) -> Result<Prefix, RequestError> {
    let [k0, k1, v0, v1, c0, c1, c2, c3] = *frame
        .first_chunk::<8>()
        .ok_or(RequestError::TooShort(frame.len()))?;
    Ok(Prefix {
        api_key: i16::from_be_bytes([k0, k1]),
        api_version: i16::from_be_bytes([v0, v1]),
        correlation_id: i32::from_be_bytes([c0, c1, c2, c3]),
    })
}

/// The header that opens `reader`, in the form that `api_key` uses at `version`; also for a
/// version that the API does not have, where the newest form is the best guess.
pub fn decode_request_header(
    reader: &mut Reader,
    api_key: ApiKey,
    version: i16,
) -> Result<RequestHeader, DecodeError> {
    RequestHeader::decode(reader, api_key.request_header_version(version))
}

/// A whole request. Bytes after the body are tolerated, as in Kafka.
pub fn decode_request(frame: Bytes) -> Result<DecodedRequest, RequestError> {
    let prefix = decode_prefix(&frame)?;
    let api_key = ApiKey::from_i16(prefix.api_key).ok_or(RequestError::UnknownApi(prefix))?;
    let version = prefix.api_version;
    if !api_key.versions().contains(&version) {
        return Err(RequestError::UnsupportedVersion { prefix, api_key });
    }
    let broken = |source| RequestError::Broken {
        prefix,
        api_key,
        source,
    };
    let mut reader = Reader::new(frame);
    let header = decode_request_header(&mut reader, api_key, version).map_err(broken)?;
    let body_bytes = reader.remaining();
    let request = Request::decode(api_key, version, &mut reader).map_err(broken)?;
    Ok(DecodedRequest {
        header,
        request,
        body_bytes,
        charged: reader.charged(),
    })
}

/// A whole response to a request of `api_key` at `version`.
pub fn decode_response(
    frame: Bytes,
    api_key: ApiKey,
    version: i16,
) -> Result<(ResponseHeader, Response), DecodeError> {
    let mut reader = Reader::new(frame);
    let header = ResponseHeader::decode(&mut reader, api_key.response_header_version(version))?;
    let response = Response::decode(api_key, version, &mut reader)?;
    Ok((header, response))
}

/// A request frame with its length prefix. Key and version in `header` must be those of
/// `request`.
pub fn encode_request(header: &RequestHeader, request: &Request) -> Result<Rope, EncodeError> {
    let version = header.request_api_version;
    let mut writer = Writer::framed();
    header.encode(
        &mut writer,
        request.api_key().request_header_version(version),
    )?;
    request.encode(&mut writer, version)?;
    writer.finish()
}

/// A response frame with its length prefix. `api_key` is that of the request; `version` the one
/// to answer in.
pub fn encode_response(
    correlation_id: i32,
    api_key: ApiKey,
    version: i16,
    response: &Response,
) -> Result<Rope, EncodeError> {
    encode_response_counted(correlation_id, api_key, version, response).map(|(rope, _)| rope)
}

/// The same, with the error codes that the response carries.
pub fn encode_response_counted(
    correlation_id: i32,
    api_key: ApiKey,
    version: i16,
    response: &Response,
) -> Result<(Rope, ErrorCounts), EncodeError> {
    let mut writer = Writer::framed();
    ResponseHeader { correlation_id }
        .encode(&mut writer, api_key.response_header_version(version))?;
    response.encode(&mut writer, version)?;
    writer.finish_counted()
}
