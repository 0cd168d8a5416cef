//! What an exporter's answer to a choice comes to.

use super::scrape;
use service::Clock;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An exporter that answers what begins with `path` with a status, everything else with one gauge, and the paths
/// that it was asked for.
async fn exporter(
    path: &'static str,
    status: &'static str,
) -> (String, Arc<Mutex<Vec<String>>>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, body) = match target.starts_with(path) {
                true => (status, "no\n"),
                false => ("200 OK", "f 1\n"),
            };
            told.lock().unwrap().push(target);
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, asked, serving)
}

/// Which paths get which status, what comes of it, and what was asked for.
type Case = (
    &'static str,
    &'static str,
    Result<usize, &'static str>,
    &'static [&'static str],
);

#[tokio::test]
async fn a_refused_choice_is_asked_again_as_a_whole() {
    let cases: [Case; 4] = [
        ("/none", "", Ok(1), &["/metrics?collect[]=cpu"]),
        (
            "/metrics?",
            "400 Bad Request",
            Ok(1),
            &["/metrics?collect[]=cpu", "/metrics"],
        ),
        (
            "/metrics",
            "400 Bad Request",
            Err("it answers 400 Bad Request"),
            &["/metrics?collect[]=cpu", "/metrics"],
        ),
        (
            "/metrics?",
            "503 Service Unavailable",
            Err("it answers 503 Service Unavailable"),
            &["/metrics?collect[]=cpu"],
        ),
    ];
    for (path, status, expected, paths) in cases {
        let (url, asked, serving) = exporter(path, status).await;
        let clock = Clock::real();
        let answer = scrape(Some(&url), "/metrics?collect[]=cpu", &clock).await;
        let families = answer.map(|(families, _)| families.len());
        assert_eq!(families, expected.map_err(str::to_owned), "{path} {status}");
        assert_eq!(*asked.lock().unwrap(), paths, "{path} {status}");
        serving.abort();
    }
}
