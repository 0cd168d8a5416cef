//! A running stub: a thread and a runtime of its own, so that the clock of a test's runtime may stand still.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::certificate::Certificate;
use crate::kinesis::Record;
use crate::logs::LogEvent;
use crate::operation::{Operation, Service};
use crate::oracle::Oracle;
use crate::report::Counts;
use crate::s3::Object;
use crate::script::Script;
use crate::server::Server;
use crate::settings::Settings;
use crate::state::{State, lock};
use crate::violation::Violation;

/// The services, until this is dropped.
pub struct Stub {
    address: SocketAddr,
    authority_pem: Option<String>,
    state: Arc<State>,
    up: Option<watch::Sender<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    /// Listens, and serves from a thread of its own.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let certificate = match settings.tls {
            true => Some(Certificate::make().map_err(io::Error::other)?),
            false => None,
        };
        let state = Arc::new(State::new(&settings));
        let server = Server {
            state: Arc::clone(&state),
            acceptor: certificate.as_ref().map(|made| made.acceptor.clone()),
            latency: settings.latency,
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(settings.threads.max(1))
            .enable_all()
            .build()?;
        let listener = listen(&runtime, settings.address)?;
        let address = listener.local_addr()?;
        let (up, watched) = watch::channel(true);
        let thread = std::thread::Builder::new()
            .name("aws-stub".to_owned())
            .spawn(move || runtime.block_on(server.run(listener, watched)))?;
        Ok(Self {
            address,
            authority_pem: certificate.map(|made| made.authority_pem),
            state,
            up: Some(up),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `--endpoint-url`.
    pub fn endpoint(&self) -> String {
        let scheme = match self.authority_pem {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{}", self.address)
    }

    /// The authority that a client must trust, with TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// Cuts all connections and listens no more, or listens again at the same address. What was accepted stays.
    pub fn set_up(&self, up: bool) {
        if let Some(sender) = &self.up {
            sender.send_replace(up);
        }
    }

    /// From now on, this goes wrong; operations are counted from 0 again.
    pub fn set_script(&self, script: Script) {
        *lock(&self.state.script) = script;
    }

    /// What AWS would not have taken; at most the first thousand.
    pub fn violations(&self) -> Vec<Violation> {
        self.state.violations.all().0
    }

    /// Requests of an operation.
    pub fn counts(&self, operation: Operation) -> Counts {
        let counts = lock(&self.state.counts);
        counts.get(&operation).copied().unwrap_or_default()
    }

    /// All log events, in the order of acceptance.
    pub fn log_events(&self) -> Vec<LogEvent> {
        lock(&self.state.logs).accepted.clone()
    }

    /// The records of a Kinesis stream, in the order of acceptance.
    pub fn records(&self, stream: &str) -> Vec<Record> {
        lock(&self.state.kinesis).records(stream)
    }

    /// The records of a Firehose delivery stream, in the order of acceptance.
    pub fn delivered(&self, stream: &str) -> Vec<Vec<u8>> {
        lock(&self.state.firehose).records(stream)
    }

    /// The objects of a bucket.
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Object> {
        lock(&self.state.s3).objects(bucket)
    }

    /// What became of numbered lines at a service.
    pub fn oracle(&self, service: Service) -> Oracle {
        let oracle = self.state.totals(service, |totals| totals.oracle.clone());
        oracle.unwrap_or_default()
    }

    /// How many events, records or objects' events a service accepted.
    pub fn accepted(&self, service: Service) -> u64 {
        let events = self.state.totals(service, |totals| totals.events);
        events.unwrap_or(0)
    }

    /// Everything that can be told in numbers; `written` says how many numbered lines each writer wrote.
    pub fn report(&self, written: &BTreeMap<u8, u32>) -> Value {
        self.state.report(written)
    }

    /// How many events each service accepted.
    pub fn totals(&self) -> Value {
        self.state.events()
    }

    /// Numbered lines that each service accepted in the last so many milliseconds.
    pub fn recent(&self, window_ms: i64) -> Value {
        self.state.recent(window_ms)
    }
}

/// Blocks on nothing: whoever starts a stub may be in a runtime of their own.
fn listen(runtime: &Runtime, address: SocketAddr) -> io::Result<TcpListener> {
    let _inside = runtime.enter();
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

impl Drop for Stub {
    fn drop(&mut self) {
        // Going down ends `serve`, and the missing sender ends `run`.
        if let Some(sender) = self.up.take() {
            sender.send_replace(false);
        }
        if let Some(thread) = self.thread.take() {
            // A panic in there was printed; a test sees what is missing.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
