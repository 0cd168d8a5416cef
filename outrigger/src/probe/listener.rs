//! One Kafka connection to exactly the address given, whatever the broker advertises.
//!
//! The client crate follows advertised addresses, as clients must. Who starts a broker behind a
//! port mapping cannot reach those, and asks the listener itself. One request at a time.

use super::explained;
use bytes::{Bytes, BytesMut};
use client::{Stream, Transport};
use protocol::messages::header::RequestHeader;
use protocol::{ApiKey, Request, Response, Str, frame};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// The answers asked for here are far smaller.
const FRAME_BYTES_MAX: usize = 16 << 20;

/// An open connection.
pub(crate) struct Listener {
    address: String,
    stream: Stream,
    timeout: Duration,
    correlation_id: i32,
}

impl Listener {
    /// Connects to `address` without TLS; `timeout` is for this and for each answer.
    pub(crate) async fn connect(address: &str, timeout: Duration) -> Result<Self, String> {
        Self::connect_by(&Transport::default(), address, timeout).await
    }

    /// The same by a transport; a login beside a certificate is not made.
    pub(crate) async fn connect_by(
        transport: &Transport,
        address: &str,
        timeout: Duration,
    ) -> Result<Self, String> {
        let stream = tokio::time::timeout(timeout, transport.open(address)).await;
        let stream = match stream {
            Ok(stream) => stream.map_err(|error| explained(&error))?,
            Err(_) => return Err(format!("{address} does not answer within {timeout:?}")),
        };
        Ok(Self {
            address: address.to_owned(),
            stream,
            timeout,
            correlation_id: 0,
        })
    }

    /// Sends a request in `version` and gives the answer to it.
    pub(crate) async fn ask(&mut self, request: Request, version: i16) -> Result<Response, String> {
        let api = request.api_key();
        self.correlation_id += 1;
        let header = RequestHeader {
            request_api_key: api.code(),
            request_api_version: version,
            correlation_id: self.correlation_id,
            client_id: Some(Str::from_static("outrigger-up")),
        };
        let mut bytes =
            frame::encode_request(&header, &request).map_err(|error| explained(&error))?;
        let exchange = async {
            let Stream { read, write } = &mut self.stream;
            write.write_all_buf(&mut bytes).await?;
            write.flush().await?;
            read_frame(read).await
        };
        let answer = within(self.timeout, exchange).await;
        let answer = answer.map_err(|error| format!("{} ({api}): {error}", self.address))?;
        self.read(answer, api, version)
    }

    fn read(&self, answer: Bytes, api: ApiKey, version: i16) -> Result<Response, String> {
        match frame::decode_response(answer, api, version) {
            Ok((header, response)) if header.correlation_id == self.correlation_id => Ok(response),
            _ => Err(format!(
                "{} did not answer as a Kafka broker does ({api})",
                self.address
            )),
        }
    }
}

/// The error, also when time is up, without an address.
async fn within<T>(timeout: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = || {
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer within {timeout:?}"),
        )
    };
    tokio::time::timeout(timeout, work)
        .await
        .map_err(|_| late())?
}

/// A frame without its length. The buffer grows with what arrives, not with what is claimed.
async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Bytes> {
    let length = stream.read_i32().await?;
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= FRAME_BYTES_MAX);
    let Some(length) = length else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not speak Kafka",
        ));
    };
    let mut buffer = BytesMut::with_capacity(length.min(4096));
    while buffer.len() < length {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    // One request is out at a time: anything behind its answer would be nonsense.
    Ok(buffer.split_to(length).freeze())
}

#[cfg(test)]
mod tests;
