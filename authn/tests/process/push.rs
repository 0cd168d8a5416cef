//! The push of a sandboxed authn: metrics and spans reach a collector on its port.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::broker::{PASSWORD, PATIENCE, USER};
use crate::client::{connect, scram};
use crate::process::Authn;

/// Takes requests and answers 200; what came, as it came.
async fn collect(listener: TcpListener, came: Arc<Mutex<Vec<u8>>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(take(stream, Arc::clone(&came)));
    }
}

async fn take(mut stream: TcpStream, came: Arc<Mutex<Vec<u8>>>) {
    let mut request = Vec::new();
    loop {
        let mut part = vec![0; 64 * 1024];
        let count = stream.read(&mut part).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        if request.len() < head.len() + 4 + length {
            continue;
        }
        came.lock().unwrap().append(&mut request);
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandboxed_authn_reaches_its_collector_and_tells_of_logins() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let properties = format!(
        "outrigger.otlp.endpoint=http://127.0.0.1:{}\n\
         outrigger.otlp.interval.ms=200\n\
         outrigger.otlp.compression=none\n\
         outrigger.otlp.headers.file=DIR/secrets/headers\n\
         outrigger.otlp.traces.sampling.ratio=1",
        listener.local_addr().unwrap().port()
    );
    let came: Arc<Mutex<Vec<u8>>> = Arc::default();
    tokio::spawn(collect(listener, Arc::clone(&came)));
    let mut authn = Authn::prepared(&properties, |at| {
        std::fs::create_dir(at.join("secrets")).unwrap();
        std::fs::write(at.join("secrets/headers"), "authorization: Bearer t0ken\n").unwrap();
    })
    .await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SASL_SCRAM");
    for (password, code) in [(PASSWORD, 0), ("wrong", 58)] {
        let mut client = connect(address, authn.pki.client(None)).await;
        assert_eq!(scram(&mut client, USER, password).await.code, code);
    }
    let _relayed = broker.next().await;
    let name = "outrigger_otlp_sent_items_total";
    authn.until_metric(name, "signal=\"metrics\"", 1.0).await;
    // Spans that are too few for a request leave with the process, at the latest.
    assert_eq!(authn.terminate().await, 0);
    let has = |text: &str| {
        let came = came.lock().unwrap();
        came.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    let arrived = async {
        while !has("POST /v1/traces") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    for text in [
        "POST /v1/metrics",
        "authorization: Bearer t0ken",
        "outrigger_authn_logins_total",
        "process_resident_memory_bytes",
        "outrigger-authn",
        "tls handshake",
        "broker connection",
        "SCRAM-SHA-512",
        "wrong password",
    ] {
        assert!(has(text), "{text}");
    }
    let log = authn.log_with("authn.log", "pushed by OTLP").await;
    assert!(!log.contains("t0ken"), "{log}");
}
