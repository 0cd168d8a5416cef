//! Who gets an answer, and what a browser is told with it.

use super::{CONNECTIONS_MAX, Served, answer, asked, serve};
use crate::up::dashboard::assets::ASSETS;
use crate::up::dashboard::history::Span;
use crate::up::dashboard::state::State;
use http_body_util::BodyExt;
use hyper::{Request, StatusCode};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn served() -> Served {
    Served {
        state: Arc::new(Mutex::new(State::new(0.0))),
        host: Arc::from("kafka.lan"),
    }
}

/// Status of a request given as `METHOD PATH`, with headers `name: value`.
fn status(request: &str, headers: &[&str]) -> StatusCode {
    let (method, path) = request.split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(path);
    for header in headers {
        let (name, value) = header.split_once(": ").unwrap();
        builder = builder.header(name, value);
    }
    answer(&served(), &builder.body(()).unwrap()).status()
}

#[test]
fn only_hosts_that_nobody_elses_dns_can_claim_are_answered() {
    for (host, status_expected) in [
        ("host: 127.0.0.1:11000", 200),
        ("host: [::1]:11000", 200),
        ("host: 192.0.2.7", 200),
        ("host: localhost:11000", 200),
        ("host: LOCALHOST", 200),
        ("host: kafka.lan:80", 200),
        ("host: rebound.example:11000", 421),
        ("host: 127.0.0.1.example", 421),
        ("host: localhost.example", 421),
        ("host: x@127.0.0.1", 421),
        ("host: ", 421),
        ("x: y", 421),
    ] {
        for path in ["GET /", "GET /api/history", "GET /none"] {
            let status = status(path, &[host]).as_u16();
            let found = if path == "GET /none" { 404 } else { 200 };
            let expected = if status_expected == 200 {
                found
            } else {
                status_expected
            };
            assert_eq!(status, expected, "{path} {host}");
        }
    }
}

#[test]
fn it_is_only_read_and_only_by_its_own_page() {
    const HOST: &str = "host: localhost";
    for (request, header, expected) in [
        ("GET /", "x: y", 200),
        ("HEAD /", "x: y", 200),
        ("POST /", "x: y", 405),
        ("PUT /api/history", "x: y", 405),
        ("DELETE /page.js", "x: y", 405),
        ("OPTIONS /", "x: y", 405),
        ("GET /api/history", "sec-fetch-site: same-origin", 200),
        ("GET /api/history", "sec-fetch-site: none", 200),
        ("GET /api/history", "sec-fetch-site: cross-site", 403),
        ("GET /api/panels", "sec-fetch-site: same-site", 403),
        ("GET /../../etc/passwd", "x: y", 404),
        ("GET /%2e%2e/etc/passwd", "x: y", 404),
    ] {
        assert_eq!(
            status(request, &[HOST, header]).as_u16(),
            expected,
            "{request} {header}"
        );
    }
    let link = [
        "sec-fetch-site: cross-site",
        "sec-fetch-mode: navigate",
        HOST,
    ];
    assert_eq!(status("GET /", &link), StatusCode::OK);
}

#[test]
fn every_answer_forbids_what_the_page_does_not_need() {
    let request = Request::get("/")
        .header("host", "localhost")
        .body(())
        .unwrap();
    let response = answer(&served(), &request);
    let value = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    let policy = value("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(value("x-content-type-options"), "nosniff");
    assert_eq!(value("cross-origin-resource-policy"), "same-origin");
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[test]
fn the_page_names_no_other_host() {
    for asset in ASSETS {
        let text = str::from_utf8(asset.bytes).unwrap();
        let license = text.contains("MIT License") || asset.path == "/uplot.js";
        let is_name =
            asset.path == "/icon.svg" || asset.path == "/chart.js" || asset.path == "/page.js";
        let foreign = ["https://", "http://", "url(", "@import"]
            .iter()
            .filter(|word| text.contains(**word));
        let foreign: Vec<_> = foreign.collect();
        // Namespaces of SVG are names, and uPlot says where it comes from.
        assert!(
            license || (is_name && foreign == [&"http://"]) || foreign.is_empty(),
            "{}: {foreign:?}",
            asset.path
        );
        for line in text
            .lines()
            .filter(|line| is_name && line.contains("http://"))
        {
            assert!(line.contains("http://www.w3.org/2000/svg"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_fresh_page_has_panels_and_no_figures_yet() {
    let get = async |path: &str| {
        let request = Request::get(path)
            .header("host", "localhost")
            .body(())
            .unwrap();
        let body = answer(&served(), &request)
            .into_body()
            .collect()
            .await
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&body.to_bytes()).unwrap()
    };
    let panels = get("/api/panels").await;
    assert_eq!(panels[0]["id"], "bytes-in");
    let history = get("/api/history?span=fine").await;
    assert_eq!(history["times"], serde_json::json!([]));
    assert_eq!(history["panels"]["bytes-in"], serde_json::json!([]));
}

#[test]
fn a_query_that_is_not_understood_asks_for_everything() {
    for (query, expected) in [
        ("", (Span::Fine, 0.0)),
        ("span=coarse&since=17.5", (Span::Coarse, 17.5)),
        ("since=x&span=y&z", (Span::Fine, 0.0)),
        ("since=NaN", (Span::Fine, 0.0)),
        ("since=inf", (Span::Fine, 0.0)),
    ] {
        assert_eq!(asked(query), expected);
    }
}

#[tokio::test]
async fn a_stranger_who_opens_many_connections_keeps_nobody_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, served()));
    let mut silent = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let mut browser = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    browser.write_all(request).await.unwrap();
    let mut response = Vec::new();
    browser.read_to_end(&mut response).await.unwrap();
    assert!(response.starts_with(b"HTTP/1.1 200 OK\r\n"));
    // The oldest made room, and no other had to wait out its time for that.
    assert_eq!(silent[0].read(&mut [0]).await.unwrap(), 0);
    let second = silent[1].try_read(&mut [0]);
    assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    server.abort();
}
