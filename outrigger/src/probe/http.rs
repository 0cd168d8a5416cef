//! One GET over plain HTTP/1.1, for the admin servers of our own processes.
//!
//! No redirects, no TLS, no chunked bodies: our admin servers send none.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Asks `base_url` (`http://host:port`) for `path`.
pub(super) async fn get(base_url: &str, path: &str) -> io::Result<Answer> {
    let address = base_url
        .strip_prefix("http://")
        .unwrap_or(base_url)
        .trim_end_matches('/');
    let stream = TcpStream::connect(address).await?;
    let mut stream = stream.take(ANSWER_BYTES_MAX);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse(&String::from_utf8_lossy(&bytes))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let (protocol, rest) = head.lines().next()?.split_once(' ')?;
    let status = rest.get(..3)?.parse().ok()?;
    protocol.starts_with("HTTP/1.").then(|| Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn answers_are_read_and_nonsense_is_not() {
        let answer = parse("HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\n{}").expect("HTTP");
        assert_eq!((answer.status, answer.body.as_str()), (503, "{}"));
        for text in [
            "",
            "\0\0\0\u{7}",
            "HTTP/1.1 200 OK\r\n",
            "SSH-2.0 200\r\n\r\n",
            "HTTP/1.1 x\r\n\r\n",
        ] {
            assert!(parse(text).is_none(), "{text:?}");
        }
    }
}
