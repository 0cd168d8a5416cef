//! What the broker answers to ApiVersions, asked once in every version: clients ask before they have
//! logged in, when there is no connection of theirs yet. Also the request that serves as a barrier.
//!
//! SaslHandshake and SaslAuthenticate are added where the broker does not list them: authn serves
//! them.

use std::io;

use bytes::Bytes;
use protocol::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};
use protocol::messages::header::RequestHeader;
use protocol::{ApiKey, DecodeError, EncodeError, ErrorCode, Request, Response, Str, frame};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest answer that is read; Kafka's has about 1 KiB.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The version of the barrier's request: every Kafka has it, and its answer is the shortest.
const BARRIER_VERSION: i16 = 0;

/// The answers, by version.
#[derive(Clone, Debug, Default)]
pub struct ApiVersions(Vec<(i16, ApiVersionsResponse)>);

/// Why there are no answers.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The socket, which a broker closes whose key is another one.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The request.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The answer.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Not what was asked for.
    #[error("it answers something else")]
    Nonsense,
}

impl ApiVersions {
    /// Asks over a connection of its own.
    pub async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> Result<Self, AskError> {
        let mut answers = Vec::new();
        for version in ApiKey::ApiVersions.versions() {
            let request = request(version, i32::from(version))?;
            stream.write_all(&request).await?;
            let answer = read_frame(&mut stream).await?;
            let (header, response) = frame::decode_response(answer, ApiKey::ApiVersions, version)?;
            let Response::ApiVersions(response) = response else {
                return Err(AskError::Nonsense);
            };
            if header.correlation_id != i32::from(version) {
                return Err(AskError::Nonsense);
            }
            // A version that the broker does not have is answered so, in version 0's shape.
            if response.error_code == ErrorCode::NONE {
                answers.push((version, with_sasl(response)));
            }
        }
        Ok(Self(answers))
    }

    /// The answer in `version`, if the broker has that version.
    pub fn answer(&self, version: i16) -> Option<ApiVersionsResponse> {
        let answer = self.0.iter().find(|(known, _)| *known == version);
        answer.map(|(_, response)| response.clone())
    }
}

/// The request whose answer comes after all earlier answers, with its length. It needs no count of
/// requests without an answer (`acks=0`).
pub fn barrier(correlation_id: i32) -> Result<Bytes, EncodeError> {
    request(BARRIER_VERSION, correlation_id)
}

fn request(version: i16, correlation_id: i32) -> Result<Bytes, EncodeError> {
    let header = RequestHeader {
        request_api_key: ApiKey::ApiVersions.code(),
        request_api_version: version,
        correlation_id,
        client_id: Some(Str::from_static("authn")),
    };
    let request = ApiVersionsRequest {
        client_software_name: Str::from_static("outrigger-authn"),
        client_software_version: Str::from_static(env!("CARGO_PKG_VERSION")),
    };
    let rope = frame::encode_request(&header, &Request::ApiVersions(request))?;
    Ok(rope.to_bytes())
}

async fn read_frame<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Bytes, AskError> {
    let length = usize::try_from(stream.read_i32().await?).map_err(|_| AskError::Nonsense)?;
    if length > ANSWER_BYTES_MAX {
        return Err(AskError::Nonsense);
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).await?;
    Ok(frame.into())
}

fn with_sasl(mut response: ApiVersionsResponse) -> ApiVersionsResponse {
    for key in [ApiKey::SaslHandshake, ApiKey::SaslAuthenticate] {
        let versions = key.versions();
        let ours = ApiVersion {
            api_key: key.code(),
            min_version: *versions.start(),
            max_version: *versions.end(),
        };
        response
            .api_keys
            .retain(|known| known.api_key != key.code());
        response.api_keys.push(ours);
    }
    response.api_keys.sort_by_key(|known| known.api_key);
    response
}
