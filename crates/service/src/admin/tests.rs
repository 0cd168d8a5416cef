//! Answers over a real socket, and what a stranger gets.

use super::{Admin, CONNECTIONS_MAX, Content, Health};
use crate::shutdown::{Cause, channel};
use prometheus::Registry;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn ask(addr: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(addr).await.expect("connected");
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    // A reset after the answer is as good as a close.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(addr: SocketAddr, path: &str) -> (String, String) {
    let answer = ask(
        addr,
        format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes(),
    )
    .await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    (
        head.lines().next().expect("a status line").to_owned(),
        body.to_owned(),
    )
}

#[tokio::test]
async fn further_content_is_told_the_query() {
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let admin = Admin::bind(any, Health::starting(&[]), Registry::new()).await;
    let admin = admin.expect("bound").with("/mbeans", |query| Content {
        kind: "text/plain",
        bytes: query.to_uppercase().into_bytes(),
    });
    let addr = admin.local_addr();
    let (_trigger, signal) = channel();
    let served = tokio::spawn(admin.serve(signal));
    for (path, expected) in [("/mbeans?since=a", "SINCE=A"), ("/mbeans", "")] {
        let (status, body) = get(addr, path).await;
        assert_eq!(
            (status.as_str(), body.as_str()),
            ("HTTP/1.1 200 OK", expected)
        );
    }
    served.abort();
}

#[tokio::test]
async fn health_and_metrics_are_served() {
    let registry = Registry::new();
    crate::build_info::register(&registry, "broker").expect("registered");
    let health = Health::starting(&["listener", "storage"]);
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let admin = Admin::bind(any, health.clone(), registry)
        .await
        .expect("bound");
    let addr = admin.local_addr();
    let (trigger, signal) = channel();
    let served = tokio::spawn(admin.serve(signal));

    let (status, body) = get(addr, "/healthz").await;
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(
        body,
        r#"{"status":"degraded","reasons":[{"component":"listener","reason":"starting"},{"component":"storage","reason":"starting"}]}"#
    );
    health.ok("listener");
    health.ok("storage");
    let (status, body) = get(addr, "/healthz").await;
    assert_eq!(
        (status.as_str(), body.as_str()),
        ("HTTP/1.1 200 OK", r#"{"status":"ok"}"#)
    );
    let (status, body) = get(addr, "/metrics").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(
        body.contains("outrigger_build_info{process=\"broker\",version=\""),
        "{body}"
    );
    assert_eq!(get(addr, "/other").await.0, "HTTP/1.1 404 Not Found");

    trigger.request(Cause::Internal);
    served.await.expect("ended");
}

#[tokio::test]
async fn strangers_are_refused_and_take_no_place_for_ever() {
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let mut admin = Admin::bind(any, Health::default(), Registry::new())
        .await
        .expect("bound");
    admin.header_timeout = Duration::from_millis(200);
    let addr = admin.local_addr();
    let (_trigger, signal) = channel();
    tokio::spawn(admin.serve(signal));
    let huge = [
        b"GET /healthz HTTP/1.1\r\nx: ".as_slice(),
        &[b'a'; 64 * 1024],
        b"\r\n\r\n",
    ]
    .concat();
    let cases: [(&[u8], &str); 3] = [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "HTTP/1.1 400"),
        (
            b"POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 405",
        ),
        (&huge, "HTTP/1.1 431"),
    ];
    for (request, answer) in cases {
        let got = ask(addr, request).await;
        // An unread remainder makes the kernel reset the connection, which may eat the answer.
        assert!(got.starts_with(answer) || got.is_empty(), "{got}");
    }
    let mut silent = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        silent.push(TcpStream::connect(addr).await.expect("connected"));
    }
    // The header timeout frees the places; the last one to ask waits no longer than that.
    assert_eq!(get(addr, "/healthz").await.0, "HTTP/1.1 200 OK");
}
