//! One GET over plain HTTP/1.1.

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::source::SourceError;

/// A million attributes with their names.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// The body that `address` (`host:port`) answers for `path`.
pub(super) async fn get(address: &str, path: &str) -> Result<Bytes, SourceError> {
    let failed = |what: &dyn std::fmt::Display| SourceError(format!("{address}: {what}"));
    let stream = TcpStream::connect(address).await.map_err(|e| failed(&e))?;
    // A snapshot is one answer to one small request.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| failed(&e))?;
    let request = Request::get(path)
        .header(header::HOST, address)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|e| failed(&e))?;
    let exchange = async move {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        let mut bytes = BytesMut::new();
        let mut fits = true;
        while let Some(frame) = body.frame().await.transpose()? {
            if let Ok(data) = frame.into_data() {
                fits = bytes.len() + data.len() <= ANSWER_BYTES_MAX;
                if !fits {
                    break;
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok::<_, hyper::Error>((status, bytes.freeze(), fits))
    };
    let mut exchange = std::pin::pin!(exchange);
    let mut connection = std::pin::pin!(connection);
    let answer = tokio::select! {
        answer = &mut exchange => answer,
        // Where the connection ends first, what is left of the answer has been read.
        _ = &mut connection => exchange.await,
    };
    let (status, bytes, fits) = answer.map_err(|e| failed(&e))?;
    if status != StatusCode::OK {
        return Err(failed(&format_args!("it answers {status} for /mbeans")));
    }
    if !fits {
        let most = ANSWER_BYTES_MAX >> 20;
        return Err(failed(&format_args!(
            "its answer is larger than {most} MiB"
        )));
    }
    Ok(bytes)
}
