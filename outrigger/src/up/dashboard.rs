//! The page that `up` serves: the main figures of the exporters, since the start, without anything
//! else to be installed.
//!
//! It asks the exporters every few seconds as Prometheus would, and keeps what the panels show in a
//! ring. It only reads: neither a browser nor an exporter can change anything through it.

mod assets;
mod figures;
mod history;
mod panel;
mod panels;
mod paths;
mod server;
mod source;
mod state;
mod view;

use crate::endpoints::Endpoints;
use server::Served;
use service::Clock;
use state::State;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// The key in `http` of `endpoints.json`.
pub(crate) const KEY: &str = "dashboard";
/// As often as the rates of the broker change.
const INTERVAL: Duration = Duration::from_secs(5);

/// The page, for as long as it lives.
#[derive(Debug)]
pub(super) struct Dashboard {
    address: SocketAddr,
    endpoints: watch::Sender<Option<Endpoints>>,
    /// They end with it.
    _tasks: JoinSet<()>,
}

impl Dashboard {
    /// Binds `HOST:PORT` and begins to answer; figures come once it knows whom to ask.
    pub(super) async fn start(listen: &str, clock: &Clock) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let host = listen.rsplit_once(':').map_or(listen, |(host, _)| host);
        let state = Arc::new(Mutex::new(State::new(now(clock))));
        let served = Served {
            state: Arc::clone(&state),
            host: Arc::from(host),
        };
        let (endpoints, told) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(listener, served));
        tasks.spawn(watch_over(told, state, clock.clone()));
        Ok(Self {
            address,
            endpoints,
            _tasks: tasks,
        })
    }

    /// Where a browser finds it.
    pub(super) fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("http://{address}")
    }

    /// Whom to ask from now on.
    pub(super) fn tell(&self, endpoints: &Endpoints) {
        self.endpoints.send_replace(Some(endpoints.clone()));
    }
}

async fn watch_over(
    mut told: watch::Receiver<Option<Endpoints>>,
    state: Arc<Mutex<State>>,
    clock: Clock,
) {
    if told.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(endpoints) = told.borrow_and_update().clone() else {
            continue;
        };
        let round = source::ask(&endpoints, &clock).await;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take(now(&clock), &endpoints, round);
    }
}

/// Seconds since 1970.
fn now(clock: &Clock) -> f64 {
    clock.now_ms() as f64 / 1e3
}
