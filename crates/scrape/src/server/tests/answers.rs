//! Answers: formats, encodings, failures, and one collection for all.

use std::io::Read;

use exposition::Format;
use flate2::read::GzDecoder;

use super::peer::Peer;
use super::{OPEN_METRICS, read, start, until};
use crate::Web;

#[tokio::test]
async fn one_connection_serves_page_after_page() {
    let running = start(Web::default()).await;
    let mut peer = Peer::connect(running.port).await;
    let page = peer.get("/", "").await.unwrap();
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(page.text().contains("<a href=\"/metrics\">"));
    assert_eq!(peer.get("/nowhere", "").await.unwrap().status, 404);
    peer.send("DELETE", "/metrics", "").await.unwrap();
    let refused = peer.answer(true).await.unwrap();
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("GET, HEAD"))
    );
    peer.send("HEAD", "/metrics", OPEN_METRICS).await.unwrap();
    let head = peer.answer(false).await.unwrap();
    assert_eq!(
        head.header("content-type"),
        Some(Format::OpenMetrics1.content_type())
    );
    assert_eq!((head.status, running.collections()), (200, 0));

    let text = peer.get("/metrics", "").await.unwrap();
    assert_eq!(
        text.header("content-type"),
        Some(Format::Text004.content_type())
    );
    assert_eq!(text.header("vary"), Some("Accept, Accept-Encoding"));
    assert_eq!(text.header("content-encoding"), None);
    let families = read(&text.body, Format::Text004);
    assert_eq!(
        families.first().map(|family| &*family.name),
        Some("runs_total")
    );
    assert!(
        families
            .iter()
            .any(|family| family.name == "outrigger_scrape_requests_total")
    );

    let open_metrics = peer.get("/metrics", OPEN_METRICS).await.unwrap();
    assert_eq!(
        open_metrics.header("content-type"),
        Some(Format::OpenMetrics1.content_type())
    );
    read(&open_metrics.body, Format::OpenMetrics1);
    assert!(open_metrics.text().contains("# TYPE runs counter\n"));
    let own = peer.get("/metrics?do=text", OPEN_METRICS).await.unwrap();
    assert!(own.text().starts_with("# TYPE own gauge\nown 1\n") && own.text().ends_with("# EOF\n"));
    running.stop().await;
}

#[tokio::test]
async fn gzip_is_for_whoever_takes_it() {
    let running = start(Web {
        disable_exporter_metrics: true,
        ..Web::default()
    })
    .await;
    let mut peer = Peer::connect(running.port).await;
    let plain = peer
        .get("/metrics?do=large", "Accept-Encoding: gzip;q=0\r\n")
        .await
        .unwrap();
    let packed = peer
        .get("/metrics?do=large", "Accept-Encoding: gzip\r\n")
        .await
        .unwrap();
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 4 < plain.body.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed.body)
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
    assert_eq!(read(&plain.body, Format::Text004)[0].samples.len(), 50_000);
    running.stop().await;
}

#[tokio::test]
async fn fifty_at_once_get_the_answer_of_one_collection() {
    let running = start(Web {
        disable_exporter_metrics: true,
        ..Web::default()
    })
    .await;
    let mut peers = Vec::new();
    for number in 0..50 {
        let mut peer = Peer::connect(running.port).await;
        let encoding = if number % 2 == 0 {
            "Accept-Encoding: gzip\r\n"
        } else {
            ""
        };
        peer.send("GET", "/metrics?do=wait", encoding)
            .await
            .unwrap();
        peers.push(peer);
    }
    let in_flight = || {
        let gathered = service::families(&running.registry);
        let family = gathered
            .iter()
            .find(|f| f.name == "outrigger_scrape_requests_in_flight");
        family.map(|family| family.samples[0].value)
    };
    until("all have asked", async || in_flight() == Some(50.0)).await;
    running.exporter.gate.add_permits(1);
    for (number, peer) in peers.iter_mut().enumerate() {
        let answer = peer.answer(true).await.unwrap();
        let mut body = answer.body.clone();
        if number % 2 == 0 {
            body.clear();
            GzDecoder::new(&*answer.body)
                .read_to_end(&mut body)
                .unwrap();
        }
        assert_eq!(
            str::from_utf8(&body).unwrap().lines().last(),
            Some("runs_total 0")
        );
    }
    assert_eq!((running.collections(), in_flight()), (1, Some(0.0)));
    // Asked afterwards, it is collected anew.
    let next = peers[1].get("/metrics", "").await.unwrap();
    assert!(next.text().ends_with("runs_total 1\n"));
    running.stop().await;
}

#[tokio::test]
async fn parameters_that_mean_nothing_make_no_other_collection() {
    let running = start(Web {
        max_requests: 1,
        ..Web::default()
    })
    .await;
    let mut peers = Vec::new();
    for query in ["do=wait", "do=wait&x=1", "y&do=wait&x=2"] {
        let mut peer = Peer::connect(running.port).await;
        let path = format!("/metrics?{query}");
        peer.send("GET", &path, "").await.unwrap();
        let asked = peers.len() + 1;
        until("it was asked", async || {
            let gathered = service::families(&running.registry);
            let mut families = gathered.iter();
            let in_flight = families.find(|f| f.name == "outrigger_scrape_requests_in_flight");
            in_flight.is_some_and(|f| f.samples[0].value == asked as f64)
        })
        .await;
        peers.push(peer);
    }
    running.exporter.gate.add_permits(1);
    for mut peer in peers {
        assert_eq!(peer.answer(true).await.unwrap().status, 200);
    }
    assert_eq!(running.collections(), 1);
    running.stop().await;
}

#[tokio::test]
async fn an_impatient_asker_fails_nobody_else() {
    let running = start(Web::default()).await;
    let mut patient = Peer::connect(running.port).await;
    let mut impatient = Peer::connect(running.port).await;
    let hurry = "X-Prometheus-Scrape-Timeout-Seconds: 1\r\n";
    impatient
        .send("GET", "/metrics?do=wait", hurry)
        .await
        .unwrap();
    until("it collects", async || running.collections() == 1).await;
    patient.send("GET", "/metrics?do=wait", "").await.unwrap();
    let late = impatient.answer(true).await.unwrap();
    assert_eq!(late.status, 503);
    running.exporter.gate.add_permits(1);
    assert_eq!(patient.answer(true).await.unwrap().status, 200);
    running.stop().await;
}

#[tokio::test]
async fn there_are_no_more_collections_than_allowed() {
    let running = start(Web {
        max_requests: 1,
        ..Web::default()
    })
    .await;
    let mut first = Peer::connect(running.port).await;
    first.send("GET", "/metrics?do=wait", "").await.unwrap();
    until("it collects", async || running.collections() == 1).await;
    let mut other = Peer::connect(running.port).await;
    let refused = other.get("/metrics?collect[]=cpu", "").await.unwrap();
    assert_eq!(refused.status, 503);
    assert!(
        refused.text().contains("web.max-requests"),
        "{}",
        refused.text()
    );
    running.exporter.gate.add_permits(1);
    assert_eq!(first.answer(true).await.unwrap().status, 200);
    assert_eq!(
        other
            .get("/metrics?collect[]=cpu", "")
            .await
            .unwrap()
            .status,
        200
    );
    running.stop().await;
}

#[tokio::test]
async fn what_fails_fails_clearly_and_never_by_half() {
    let running = start(Web::default()).await;
    let mut peer = Peer::connect(running.port).await;
    for (what, status, text) in [
        ("query", 400, "no such collector\n"),
        ("unavailable", 503, "not yet\n"),
        ("internal", 500, "never\n"),
        ("panic", 500, "the collection broke off; see the log\n"),
    ] {
        let answer = peer.get(&format!("/metrics?do={what}"), "").await.unwrap();
        assert_eq!((answer.status, answer.text()), (status, text));
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
    }
    let impatient = "X-Prometheus-Scrape-Timeout-Seconds: 0.05\r\n";
    let late = peer.get("/metrics?do=wait", impatient).await.unwrap();
    assert_eq!(late.status, 503);
    assert!(late.text().contains("took longer"), "{}", late.text());
    // The collection ends with who waits for it: what comes next is not kept waiting by it.
    running.exporter.gate.add_permits(1);
    assert_eq!(peer.get("/metrics?do=wait", "").await.unwrap().status, 200);
    running.stop().await;
}

#[tokio::test]
async fn hostile_requests_end_their_own_connection_only() {
    let running = start(Web::default()).await;
    let long = format!(
        "X-Long: {}\r\n",
        "x".repeat(4 * super::super::HEADER_BYTES_MAX)
    );
    for (method, path, headers) in [
        ("GET", "/metrics", long.as_str()),
        ("GET /metrics HTTP/9.9\r\n\r\n", "", ""),
        ("\u{0}\u{1}", "", ""),
    ] {
        let mut peer = Peer::connect(running.port).await;
        // It may be cut off while it still sends.
        let _ = peer.send(method, path, headers).await;
        if let Ok(answer) = peer.answer(false).await {
            assert!((400..506).contains(&answer.status), "{answer:?}");
        }
    }
    let mut peer = Peer::connect(running.port).await;
    let odd = peer
        .get("/metrics?collect[]=%FF&&=&%", "Accept: \u{FF}\r\n")
        .await
        .unwrap();
    assert_eq!(odd.status, 200);
    running.stop().await;
}
