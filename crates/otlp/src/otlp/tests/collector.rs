//! A strict collector of ours: it takes OTLP over HTTP exactly as the specification has it, keeps what
//! it took, and answers as a script says.

use std::collections::VecDeque;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(super) enum Say {
    /// A status, a Retry-After and a body.
    Status(u16, Option<&'static str>, Vec<u8>),
    /// Nothing at all.
    Nothing,
    /// The connection is closed instead.
    Hangup,
    /// 200 and an empty message, then the connection is closed.
    LastOk,
}

impl Say {
    pub fn ok() -> Self {
        Self::Status(200, None, Vec::new())
    }

    pub fn status(status: u16) -> Self {
        Self::Status(status, None, b"no".to_vec())
    }
}

#[derive(Debug, Default)]
struct Taken {
    script: VecDeque<Say>,
    metrics: Vec<ExportMetricsServiceRequest>,
    spans: Vec<Span>,
    headers: Vec<HeaderMap>,
    /// What a client of OTLP must never send.
    faults: Vec<String>,
    connections: usize,
}

/// A running collector; it ends when dropped.
#[derive(Debug)]
pub(super) struct Collector {
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    _serving: JoinSet<()>,
}

impl Collector {
    /// Answers as `script` says, and with 200 after it.
    pub async fn start(script: Vec<Say>) -> Self {
        Self::start_with(script, None).await
    }

    pub async fn start_with(script: Vec<Say>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Taken {
            script: script.into(),
            ..Taken::default()
        }));
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&taken), tls));
        Self {
            address,
            taken,
            _serving: serving,
        }
    }

    /// Every number that came for this metric, in the order of arrival.
    pub fn values(&self, name: &str) -> Vec<f64> {
        let taken = self.taken.lock().unwrap();
        let of_resources = taken
            .metrics
            .iter()
            .flat_map(|request| &request.resource_metrics);
        let of_scopes = of_resources.flat_map(|of_resource| &of_resource.scope_metrics);
        let metrics = of_scopes.flat_map(|of_scope| &of_scope.metrics);
        let mut values = Vec::new();
        for metric in metrics.filter(|metric| metric.name == name) {
            let points = match metric.data.as_ref().unwrap() {
                Data::Gauge(gauge) => &gauge.data_points,
                Data::Sum(sum) => &sum.data_points,
                other => panic!("{other:?} has no numbers"),
            };
            values.extend(points.iter().map(|point| match point.value {
                Some(Value::AsDouble(value)) => value,
                other => panic!("{other:?} is no double"),
            }));
        }
        values
    }

    /// Every request for metrics.
    pub fn metrics(&self) -> Vec<ExportMetricsServiceRequest> {
        self.taken.lock().unwrap().metrics.clone()
    }

    /// Every span.
    pub fn spans(&self) -> Vec<Span> {
        self.taken.lock().unwrap().spans.clone()
    }

    /// A header of every request, answered or not.
    pub fn header(&self, name: &str) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let values = taken.headers.iter().filter_map(|headers| headers.get(name));
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    /// Requests that came, answered or not.
    pub fn requests(&self) -> usize {
        self.taken.lock().unwrap().headers.len()
    }

    pub fn connections(&self) -> usize {
        self.taken.lock().unwrap().connections
    }

    /// Panics with what a client of OTLP must never send.
    pub fn check(&self) {
        let taken = self.taken.lock().unwrap();
        assert!(taken.faults.is_empty(), "{:?}", taken.faults);
    }
}

async fn accept(listener: TcpListener, taken: Arc<Mutex<Taken>>, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        taken.lock().unwrap().connections += 1;
        let (taken, tls) = (Arc::clone(&taken), tls.clone());
        connections.spawn(async move {
            match tls {
                None => serve(stream, taken).await,
                // A client that does not trust us leaves.
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, taken).await;
                    }
                }
            }
        });
    }
}

async fn serve<S>(stream: S, taken: Arc<Mutex<Taken>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let service = service_fn(|request| answer(request, &taken));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Hanging up is an error of the service's.
    let _ = connection.await;
}

async fn answer(
    request: Request<Incoming>,
    taken: &Mutex<Taken>,
) -> Result<Response<Full<Bytes>>, &'static str> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|_| "the client left")?
        .to_bytes();
    let say = {
        let mut taken = taken.lock().unwrap();
        taken.headers.push(head.headers.clone());
        let say = taken.script.pop_front().unwrap_or_else(Say::ok);
        let is_taken = matches!(&say, Say::Status(200, ..) | Say::LastOk);
        let path = head.uri.path();
        if let Err(fault) = take(
            &mut taken,
            &head.method,
            path,
            &head.headers,
            &body,
            is_taken,
        ) {
            taken.faults.push(fault);
        }
        say
    };
    let mut response = Response::builder().header("content-type", "application/x-protobuf");
    match say {
        Say::Nothing => std::future::pending().await,
        Say::Hangup => Err("as the script says"),
        Say::LastOk => {
            response = response.header("connection", "close");
            Ok(response.body(Full::default()).unwrap())
        }
        Say::Status(status, retry_after, body) => {
            if let Some(retry_after) = retry_after {
                response = response.header("retry-after", retry_after);
            }
            let status = StatusCode::from_u16(status).unwrap();
            Ok(response.status(status).body(Full::from(body)).unwrap())
        }
    }
}

fn take(
    taken: &mut Taken,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    is_taken: bool,
) -> Result<(), String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if method != Method::POST || header("content-type") != Some("application/x-protobuf") {
        return Err(format!("{method} {:?}", header("content-type")));
    }
    if header("host").is_none_or(str::is_empty) || header("user-agent").is_none() {
        return Err("a header is missing".to_owned());
    }
    let mut plain = Vec::new();
    match header("content-encoding") {
        Some("gzip") => drop(GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        None => plain.extend_from_slice(body),
        Some(other) => return Err(format!("content-encoding {other}")),
    }
    match path {
        "/v1/metrics" => {
            let request = ExportMetricsServiceRequest::decode(plain.as_slice());
            let request = request.map_err(|error| error.to_string())?;
            if request.resource_metrics.is_empty() {
                return Err("an empty request".to_owned());
            }
            taken.metrics.extend(is_taken.then_some(request));
        }
        "/v1/traces" => {
            let request = ExportTraceServiceRequest::decode(plain.as_slice());
            let request = request.map_err(|error| error.to_string())?;
            let of_scopes = request
                .resource_spans
                .into_iter()
                .flat_map(|r| r.scope_spans);
            let spans: Vec<Span> = of_scopes.flat_map(|scope| scope.spans).collect();
            if spans
                .iter()
                .any(|s| s.trace_id.len() != 16 || s.span_id.len() != 8)
            {
                return Err("an id of another length".to_owned());
            }
            taken
                .spans
                .extend(is_taken.then_some(spans).into_iter().flatten());
        }
        other => return Err(format!("path {other}")),
    }
    Ok(())
}

/// A port where nobody listens.
pub(super) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert!(TcpStream::connect(address).await.is_err());
    address
}

/// Waits until something holds.
pub(super) async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "{what} in time");
}
