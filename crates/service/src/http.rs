//! One GET over plain HTTP/1.1, of another process of ours: no redirects, no TLS, no compression.

use std::io;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// Nobody listens.
    #[error(transparent)]
    Connect(#[from] io::Error),
    /// Address or path are none.
    #[error(transparent)]
    Request(#[from] hyper::http::Error),
    /// What came is not HTTP, or it broke off.
    #[error(transparent)]
    Exchange(#[from] hyper::Error),
    /// More bytes than were asked for.
    #[error("its answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
}

/// What `address` (`host:port`) answers for `path` to somebody who understands `accept`: at most `bytes_max` bytes.
///
/// # Errors
/// There is no whole answer. Whatever status it has is no error.
pub async fn get(
    address: &str,
    path: &str,
    accept: &str,
    bytes_max: usize,
) -> Result<(StatusCode, Bytes), GetError> {
    let stream = TcpStream::connect(address).await?;
    // One small request, one answer.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(header::HOST, address)
        .header(header::CONNECTION, "close")
        .header(header::ACCEPT, accept)
        .body(Empty::<Bytes>::new())?;
    let exchange = async move {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await.transpose()? {
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > bytes_max {
                    return Err(GetError::TooLarge(bytes_max));
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok((status, bytes.freeze()))
    };
    // The connection has to be driven until the answer is read; where it ends first, what is left has been read.
    let mut exchange = std::pin::pin!(exchange);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        answer = &mut exchange => answer,
        _ = &mut connection => exchange.await,
    }
}

#[cfg(test)]
mod tests {
    use super::{GetError, get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// What a server that answers this makes of a GET of at most four bytes.
    async fn answered(answer: &'static str) -> Result<(u16, String), GetError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(request).unwrap()
        };
        let (request, answer) = tokio::join!(server, get(&address, "/a?b", "text/plain", 4));
        let expected = format!(
            "GET /a?b HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\naccept: text/plain\r\n\r\n"
        );
        assert_eq!(request, expected);
        let (status, body) = answer?;
        Ok((status.as_u16(), String::from_utf8(body.to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn an_answer_comes_whole_or_not_at_all() {
        for (answer, expected) in [
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd",
                (200, "abcd"),
            ),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\nabc", (503, "abc")),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                (200, "abc"),
            ),
        ] {
            let (status, body) = answered(answer).await.unwrap();
            assert_eq!((status, body.as_str()), expected);
        }
        for cut in [
            "",
            "SSH-2.0-OpenSSH\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc",
        ] {
            let error = answered(cut).await.unwrap_err();
            assert!(matches!(error, GetError::Exchange(_)), "{cut:?}: {error}");
        }
        let error = answered("HTTP/1.1 200 OK\r\n\r\nabcde").await.unwrap_err();
        assert!(matches!(error, GetError::TooLarge(4)), "{error}");
    }

    #[tokio::test]
    async fn what_cannot_be_asked_says_why() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let error = get(&address, "no path", "*/*", 1).await.unwrap_err();
        assert!(matches!(error, GetError::Request(_)), "{error}");
        drop(listener);
        let error = get(&address, "/", "*/*", 1).await.unwrap_err();
        assert!(matches!(error, GetError::Connect(_)), "{error}");
    }
}
