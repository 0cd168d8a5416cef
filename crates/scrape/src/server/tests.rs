//! A server and raw clients: what goes over the wire.

mod answers;
mod ends;
mod guarded;
mod peer;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use exposition::{Family, Format};
use prometheus::Registry;
use service::shutdown::{Cause, Trigger, channel};
use service::{Clock, spawn};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::Server;
use crate::{About, Collected, Exporter, Failure, Request, Web};

const ABOUT: About = About {
    name: "exporter-test",
    description: "Tests",
    version: "0",
    default_listen: "127.0.0.1:0",
    links: &[],
};

/// What its queries ask for happens: `wait`, `fail`, `panic`, `text`, `large`.
#[derive(Debug)]
struct Scripted {
    collections: AtomicUsize,
    gate: Semaphore,
}

impl Exporter for Scripted {
    async fn collect(&self, request: Request) -> Result<Collected, Failure> {
        let run = self.collections.fetch_add(1, Ordering::Relaxed);
        match request.query.first("do") {
            Some("wait") => {
                let _permit = self.gate.acquire().await;
            }
            Some("query") => return Err(Failure::Query("no such collector".to_owned())),
            Some("unavailable") => return Err(Failure::Unavailable("not yet".to_owned())),
            Some("internal") => return Err(Failure::Internal("never".to_owned())),
            Some("panic") => panic!("a collector's own fault"),
            Some("text") => {
                return Ok(Collected::Text(b"# TYPE own gauge\nown 1\n".to_vec()));
            }
            Some("large") => {
                let mut family = Family::gauge("large", "");
                for number in 0..50_000 {
                    let number = format!("{number}");
                    family.push(vec![("number".into(), number.into())], 1.0);
                }
                return Ok(Collected::Families(vec![family]));
            }
            _ => {}
        }
        let family = Family::counter("runs_total", "Collections before").with(vec![], run as f64);
        Ok(Collected::Families(vec![family]))
    }

    fn parameters(&self) -> Option<&'static [&'static str]> {
        Some(&["do", "collect[]"])
    }
}

/// A running server and the hands on it.
struct Running {
    port: u16,
    exporter: Arc<Scripted>,
    registry: Registry,
    trigger: Trigger,
    serving: JoinHandle<()>,
}

async fn start(web: Web) -> Running {
    let exporter = Arc::new(Scripted {
        collections: AtomicUsize::new(0),
        gate: Semaphore::new(0),
    });
    let registry = Registry::new();
    let server = Server::bind(&web, ABOUT, Arc::clone(&exporter), &registry, Clock::real());
    let server = server.await.unwrap();
    let port = server.addresses()[0].port();
    assert!(
        server
            .addresses()
            .iter()
            .all(|address| address.ip().is_loopback())
    );
    let (trigger, signal) = channel();
    let serving = spawn::task("server", server.serve(signal));
    Running {
        port,
        exporter,
        registry,
        trigger,
        serving,
    }
}

impl Running {
    fn collections(&self) -> usize {
        self.exporter.collections.load(Ordering::Relaxed)
    }

    async fn stop(self) {
        self.trigger.request(Cause::Internal);
        let stopped = tokio::time::timeout(Duration::from_secs(20), self.serving);
        stopped.await.expect("it ends").unwrap();
    }
}

/// Waits until something holds; a minute is a failure.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(waited.is_ok(), "{what}");
}

const OPEN_METRICS: &str = "Accept: application/openmetrics-text;version=1.0.0\r\n";

/// The families of a body, which must be whole.
fn read(body: &[u8], format: Format) -> Vec<Family> {
    exposition::parse_as(str::from_utf8(body).unwrap(), format).unwrap()
}
