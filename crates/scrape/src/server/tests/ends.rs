//! How it begins and ends.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use prometheus::Registry;
use service::Clock;
use service::shutdown::Cause;
use tokio::sync::Semaphore;

use super::peer::Peer;
use super::{ABOUT, Scripted, start, until};
use crate::{ServeError, Server, Web};

#[tokio::test]
async fn what_is_under_way_at_the_end_is_finished() {
    let running = start(Web::default()).await;
    let mut idle = Peer::connect(running.port).await;
    assert_eq!(idle.get("/", "").await.unwrap().status, 200);
    let mut busy = Peer::connect(running.port).await;
    busy.send("GET", "/metrics?do=wait", "").await.unwrap();
    until("it collects", async || running.collections() == 1).await;
    running.trigger.request(Cause::Terminate);
    assert!(idle.get("/", "").await.is_err());
    running.exporter.gate.add_permits(1);
    assert_eq!(busy.answer(true).await.unwrap().status, 200);
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_served_says_why() {
    let exporter = Arc::new(Scripted {
        collections: AtomicUsize::new(0),
        gate: Semaphore::new(0),
    });
    let running = start(Web::default()).await;
    let taken = format!("127.0.0.1:{}", running.port);
    for (address, expected) in [
        (taken.as_str(), "in use by another process"),
        ("nowhere", "web.listen-address: \"nowhere\" is no HOST:PORT"),
        ("no.such.invalid:1", "cannot resolve no.such.invalid"),
    ] {
        let web = Web {
            listen_addresses: vec!["127.0.0.1:0".to_owned(), address.to_owned()],
            ..Web::default()
        };
        let registry = Registry::new();
        let bound = Server::bind(&web, ABOUT, Arc::clone(&exporter), &registry, Clock::real());
        let error: ServeError = bound.await.err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
    running.stop().await;
}
