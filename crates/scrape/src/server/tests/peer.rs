//! A client that shows what it gets.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A connection to the server.
pub(super) struct Peer<S>(BufStream<S>);

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Peer<TcpStream> {
    pub(super) async fn connect(port: u16) -> Self {
        Self(BufStream::new(
            TcpStream::connect(("127.0.0.1", port)).await.unwrap(),
        ))
    }
}

impl Peer<tokio_rustls::client::TlsStream<TcpStream>> {
    /// With the server's authority, and a chain and key of its own.
    pub(super) async fn connect_tls(
        port: u16,
        authority: &str,
        own: Option<(&str, &str)>,
    ) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
            .unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = builder.with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let chain = CertificateDer::from_pem_slice(chain.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![chain], key).unwrap()
            }
        };
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?;
        Ok(Self(BufStream::new(stream)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// `GET path` with further header lines, each with its end.
    pub(super) async fn get(&mut self, path: &str, headers: &str) -> std::io::Result<Answer> {
        self.send("GET", path, headers).await?;
        self.answer(true).await
    }

    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
    ) -> std::io::Result<()> {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        self.0.write_all(head.as_bytes()).await?;
        self.0.flush().await
    }

    pub(super) async fn answer(&mut self, has_body: bool) -> std::io::Result<Answer> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut answer = Answer {
            status: status.ok_or(std::io::ErrorKind::UnexpectedEof)?,
            headers,
            body: Vec::new(),
        };
        if has_body {
            let length = answer
                .header("content-length")
                .and_then(|text| text.parse().ok());
            answer
                .body
                .resize(length.expect("every body has its length"), 0);
            self.0.read_exact(&mut answer.body).await?;
        }
        Ok(answer)
    }

    async fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        Ok(line.trim_end().to_owned())
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}
