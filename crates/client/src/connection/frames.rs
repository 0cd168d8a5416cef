//! The two tasks of a connection: frames out, frames in.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use protocol::{ApiKey, ErrorCode, Response, Rope, frame};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::pending::{Pending, Waiting};
use crate::{ClientError, transport};

/// Room for the first read of a frame; it doubles as bytes come in.
const READ_BYTES_MIN: usize = 16 << 10;
const LENGTH_BYTES: usize = 4;

/// Writes frames until the connection fails or is dropped.
pub(super) async fn write(
    mut stream: Box<dyn AsyncWrite + Send + Unpin>,
    mut frames: mpsc::UnboundedReceiver<Rope>,
    pending: Arc<Pending>,
) {
    while let Some(mut frame) = frames.recv().await {
        let written = async {
            stream.write_all_buf(&mut frame).await?;
            stream.flush().await
        };
        if let Err(source) = written.await {
            return pending.fail(&transport::broken(pending.address(), source));
        }
    }
}

/// Reads frames and hands each to the request it answers, until the stream ends.
pub(super) async fn read(
    mut stream: Box<dyn AsyncRead + Send + Unpin>,
    frame_bytes_max: usize,
    pending: Arc<Pending>,
) {
    let mut buffer = BytesMut::new();
    let error = loop {
        match read_frame(&mut stream, &mut buffer, frame_bytes_max).await {
            Ok(Some(frame)) => {
                if let Err(error) = answer(&pending, frame) {
                    break error;
                }
            }
            Ok(None) => break pending.closed(),
            Err(source) => break transport::broken(pending.address(), source),
        }
    };
    pending.fail(&error);
}

/// The next frame without its length; `None` at a clean end. The buffer grows with what arrives,
/// not with what the length claims.
async fn read_frame(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
    frame_bytes_max: usize,
) -> io::Result<Option<Bytes>> {
    let mut needed = LENGTH_BYTES;
    let mut length = None;
    loop {
        if length.is_none()
            && let Some((claim, _)) = buffer.split_first_chunk::<LENGTH_BYTES>()
        {
            let claim = usize::try_from(i32::from_be_bytes(*claim)).unwrap_or(usize::MAX);
            if claim > frame_bytes_max {
                if transport::is_tls_alert(buffer) {
                    let text = "the listener speaks TLS; set security.protocol to SSL or SASL_SSL";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
                let text = format!("a frame of {claim} bytes, at most {frame_bytes_max} are read");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            length = Some(claim);
            needed = LENGTH_BYTES + claim;
        }
        if length.is_some() && buffer.len() >= needed {
            let frame = buffer.split_to(needed).freeze();
            return Ok(Some(frame.slice(LENGTH_BYTES..)));
        }
        let missing = needed - buffer.len();
        buffer.reserve(missing.min(buffer.len().max(READ_BYTES_MIN)));
        if stream.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() {
                Ok(None)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
        }
    }
}

/// Decodes a frame as the answer to the oldest request. An answer to another one, or to none,
/// ends the connection.
fn answer(pending: &Pending, frame: Bytes) -> Result<(), ClientError> {
    let address = || pending.address().to_owned();
    let Some(request) = pending.pop() else {
        return Err(ClientError::Broken {
            address: address(),
            source: Arc::new(io::Error::new(
                io::ErrorKind::InvalidData,
                "an answer that nobody asked for",
            )),
        });
    };
    let decoded = decode(&request, frame);
    let failure = decoded.as_ref().err().map(|source| {
        let api = request.api;
        let address = address();
        ClientError::Unreadable {
            address,
            api,
            source: *source,
        }
    });
    let result = match (&failure, decoded) {
        (None, Ok(response)) => Ok(response),
        (Some(failure), _) => Err(failure.clone()),
        (None, Err(_)) => Err(pending.closed()),
    };
    // A waiter that went away needs no answer.
    let _ = request.answer.send(result);
    failure.map_or(Ok(()), Err)
}

/// The response in `frame`; `Err(None)` where it answers another request.
fn decode(request: &Waiting, frame: Bytes) -> Result<Response, Option<protocol::DecodeError>> {
    let version = if request.api == ApiKey::ApiVersions && is_downgraded(&frame) {
        0
    } else {
        request.version
    };
    let (header, response) = frame::decode_response(frame, request.api, version).map_err(Some)?;
    if header.correlation_id == request.correlation_id {
        Ok(response)
    } else {
        Err(None)
    }
}

/// Whether an ApiVersions answer says UNSUPPORTED_VERSION, and so is of version 0. Its error code
/// follows the correlation id in every version.
fn is_downgraded(frame: &[u8]) -> bool {
    frame
        .get(4..6)
        .is_some_and(|code| code == ErrorCode::UNSUPPORTED_VERSION.0.to_be_bytes())
}
