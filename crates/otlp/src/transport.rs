//! One HTTP/1.1 connection to a collector, kept open between requests, plain or under TLS.
//!
//! It sends what it is given once and says what came back; whether to try again is decided above
//! it. What comes back is read up to a limit, and nothing of it is trusted.

mod tls;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, Uri, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use service::Secret;
use service::build_info::VERSION;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::settings::{self, Settings};
pub use tls::TlsFileError;

/// Answers have a few bytes; more of one is not read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Headers of a file.
const HEADERS_FILE_BYTES_MAX: u64 = 64 * 1024;

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The collector is not reachable.
    #[error("cannot connect: {0}")]
    Connect(std::io::Error),
    /// Files for TLS.
    #[error(transparent)]
    Files(#[from] TlsFileError),
    /// The name of the collector in its URL.
    #[error("{0} is no name that a certificate can have")]
    Name(String),
    /// HTTP went wrong.
    #[error("{0}")]
    Http(#[from] hyper::Error),
    /// The request cannot be made.
    #[error("the request cannot be written: {0}")]
    Request(#[from] hyper::http::Error),
    /// The body of the answer.
    #[error("the answer cannot be read, or is longer than 64 KiB")]
    Answer,
    /// The file with headers.
    #[error("{}: {problem}", path.display())]
    Headers {
        /// The file.
        path: PathBuf,
        /// What is wrong, without any value.
        problem: String,
    },
    /// It took too long.
    #[error("no answer within outrigger.otlp.timeout.ms")]
    Timeout,
}

/// What a collector said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Of HTTP.
    pub status: u16,
    /// As it was written.
    pub retry_after: Option<String>,
    /// Read up to a limit.
    pub body: Bytes,
}

/// The way to one URL.
#[derive(Debug)]
pub(crate) struct Transport {
    uri: Uri,
    timeout: Duration,
    gzip: bool,
    headers: Secret<Vec<(HeaderName, HeaderValue)>>,
    headers_file: Option<PathBuf>,
    files: tls::Files,
    open: Option<Connection>,
}

#[derive(Debug)]
struct Connection {
    requests: SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Transport {
    /// A way that is not open yet.
    pub fn new(uri: Uri, settings: &Settings) -> Self {
        Self {
            uri,
            timeout: settings.timeout,
            gzip: settings.gzip,
            headers: settings.headers.clone(),
            headers_file: settings.headers_file.clone(),
            files: tls::Files {
                authorities: settings.certificate.clone(),
                client: settings.client_certificate.clone(),
            },
            open: None,
        }
    }

    /// Where it leads, for people.
    pub fn target(&self) -> &Uri {
        &self.uri
    }

    /// Sends one body and waits for the answer.
    ///
    /// # Errors
    /// There was none.
    pub async fn post(&mut self, body: Bytes) -> Result<Answer, TransportError> {
        let timeout = self.timeout;
        let posted = tokio::time::timeout(timeout, self.post_in_time(body)).await;
        let posted = posted.unwrap_or(Err(TransportError::Timeout));
        if posted.is_err() {
            // What is left of it belongs to an answer that nobody waits for.
            self.open = None;
        }
        posted
    }

    async fn post_in_time(&mut self, body: Bytes) -> Result<Answer, TransportError> {
        let kept = self
            .open
            .as_ref()
            .is_some_and(|open| open.requests.is_ready());
        if kept {
            // A collector may close what was idle at any time: that is no failure of its own.
            if let Ok(response) = self.send(&body).await {
                return self.answer(response).await;
            }
        }
        self.open = Some(self.connect().await?);
        let response = self.send(&body).await?;
        self.answer(response).await
    }

    async fn send(&mut self, body: &Bytes) -> Result<Response<Incoming>, TransportError> {
        let request = self.request(body.clone())?;
        let Some(open) = &mut self.open else {
            return Err(TransportError::Answer);
        };
        Ok(open.requests.send_request(request).await?)
    }

    async fn answer(&mut self, response: Response<Incoming>) -> Result<Answer, TransportError> {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after
            .and_then(|text| text.to_str().ok())
            .map(str::to_owned);
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
        let body = body.await.map_err(|_| TransportError::Answer)?.to_bytes();
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }

    fn request(&self, body: Bytes) -> Result<Request<Full<Bytes>>, TransportError> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let host = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::USER_AGENT, format!("outrigger/{VERSION}"));
        if self.gzip {
            request = request.header(header::CONTENT_ENCODING, "gzip");
        }
        let from_file = self.headers_file.as_deref().map(read_headers).transpose()?;
        let from_file = from_file.unwrap_or_default();
        for (name, value) in self.headers.expose().iter().chain(&from_file) {
            request = request.header(name, value);
        }
        Ok(request.body(Full::new(body))?)
    }

    async fn connect(&self) -> Result<Connection, TransportError> {
        let host = self.uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let connected = TcpStream::connect((host, settings::port(&self.uri))).await;
        let stream = connected.map_err(TransportError::Connect)?;
        stream.set_nodelay(true).map_err(TransportError::Connect)?;
        if !settings::is_https(&self.uri) {
            return open(stream).await;
        }
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| TransportError::Name(host.to_owned()))?;
        // Read for each connection, which is rare: certificates are renewed.
        let config = tls::config(self.files.clone()).await?;
        let connected = TlsConnector::from(config).connect(name, stream).await;
        open(connected.map_err(TransportError::Connect)?).await
    }
}

async fn open<S>(stream: S) -> Result<Connection, TransportError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // How it ends shows in the request that was under way.
    let task = service::spawn::task("otlp connection", async move {
        let _ = connection.await;
    });
    Ok(Connection { requests, task })
}

/// `name: value`, one a line; empty lines and those that begin with `#` do not count.
fn read_headers(path: &Path) -> Result<Vec<(HeaderName, HeaderValue)>, TransportError> {
    let problem = |problem: String| TransportError::Headers {
        path: path.to_owned(),
        problem,
    };
    let text = service::files::read_text(path, HEADERS_FILE_BYTES_MAX);
    let text = Secret::new(text.map_err(|error| problem(error.to_string()))?);
    let lines = text.expose().lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let headers = lines.map(|line| {
        let pair = line.split_once([':', '=']);
        let (name, value) =
            pair.ok_or_else(|| "a line is not of the form name: value".to_owned())?;
        settings::header(name.trim(), value.trim())
    });
    headers.collect::<Result<_, String>>().map_err(problem)
}
