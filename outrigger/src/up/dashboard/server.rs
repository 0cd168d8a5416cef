//! Answers a browser on this machine: files and JSON, to GET and HEAD, and nothing that changes
//! anything.
//!
//! A page of somebody else must not read it through the browser of a user: it answers only to hosts
//! that cannot be made to mean us by somebody's DNS, and no script of another origin gets an answer.

use super::assets::ASSETS;
use super::history::Span;
use super::state::State;
use super::view;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// A few browsers with six connections each.
const CONNECTIONS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 16 * 1024;
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A browser opens a new one when it is cut.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(300);
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// Said with every answer: what the page may load (itself, nothing else), and who may use it.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// What the server knows.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) state: Arc<Mutex<State>>,
    /// The host that it was asked to listen on, if that is a name.
    pub(super) host: Arc<str>,
}

/// Answers for as long as it is polled. When all places are taken, the oldest connection makes room: its
/// browser opens a new one, and a stranger who opens many keeps nobody out.
pub(super) async fn serve(listener: TcpListener, served: Served) {
    let mut connections = JoinSet::new();
    let mut oldest_first = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            Some(_) = connections.join_next() => {
                oldest_first.retain(|connection: &AbortHandle| !connection.is_finished());
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, mostly: the others need a moment to close.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if oldest_first.len() >= CONNECTIONS_MAX
            && let Some(oldest) = oldest_first.pop_front()
        {
            oldest.abort();
        }
        oldest_first.push_back(connections.spawn(serve_connection(served.clone(), stream)));
    }
}

async fn serve_connection(served: Served, stream: TcpStream) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = answer(&served, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    // What a stranger does wrong here concerns nobody else: it is not logged.
    let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await;
}

fn answer<B>(served: &Served, request: &Request<B>) -> Response<Full<Bytes>> {
    let refusal = refusal(served, request);
    let (status, kind, body) = match refusal {
        Some((status, why)) => (status, TEXT, Bytes::from_static(why.as_bytes())),
        None => content(served, request.uri().path(), request.uri().query()),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// Why a request gets no answer.
fn refusal<B>(served: &Served, request: &Request<B>) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        Some((StatusCode::METHOD_NOT_ALLOWED, "this page is only read\n"))
    } else if !is_us(headers, &served.host) {
        let why = "call it by its address, or as localhost\n";
        Some((StatusCode::MISDIRECTED_REQUEST, why))
    } else if is_foreign(headers) {
        Some((StatusCode::FORBIDDEN, "not for pages of others\n"))
    } else {
        None
    }
}

/// Whether `Host` is an address, `localhost` or the name that it listens on: with any other name
/// somebody's DNS may have led a browser here.
fn is_us(headers: &HeaderMap, own: &str) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(host) = host.map(without_port) else {
        return false;
    };
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    address.unwrap_or(host).parse::<IpAddr>().is_ok()
        || host.eq_ignore_ascii_case("localhost")
        || host.eq_ignore_ascii_case(own)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a page of another origin asks: one may link here, but not read.
fn is_foreign(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = value("sec-fetch-site");
    let follows_a_link = value("sec-fetch-mode") == Some("navigate");
    matches!(site, Some("cross-site" | "same-site")) && !follows_a_link
}

fn content(served: &Served, path: &str, query: Option<&str>) -> (StatusCode, &'static str, Bytes) {
    let json = |value: serde_json::Value| (StatusCode::OK, JSON, Bytes::from(value.to_string()));
    if let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) {
        return (StatusCode::OK, asset.kind, Bytes::from_static(asset.bytes));
    }
    match path {
        "/api/panels" => json(view::panels()),
        "/api/history" => {
            let (span, since) = asked(query.unwrap_or_default());
            let state = served.state.lock().unwrap_or_else(PoisonError::into_inner);
            json(view::history(&state, span, since))
        }
        _ => (
            StatusCode::NOT_FOUND,
            TEXT,
            Bytes::from_static(b"there is no such page\n"),
        ),
    }
}

/// `span=coarse&since=1700000000`: what is not understood is as if it were not there.
fn asked(query: &str) -> (Span, f64) {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (mut span, mut since) = (Span::Fine, 0.0);
    for (name, value) in &mut pairs {
        match (name, value) {
            ("span", "coarse") => span = Span::Coarse,
            ("since", value) => {
                since = value
                    .parse()
                    .ok()
                    .filter(|s: &f64| s.is_finite())
                    .unwrap_or(since)
            }
            _ => {}
        }
    }
    (span, since)
}

#[cfg(test)]
mod tests;
