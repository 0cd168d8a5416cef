//! The broker as a child process: started, watched until clients can use it, stopped.
//!
//! It is watched from outside, by the Kafka protocol and its admin HTTP, as any other engine would
//! be. It dies with us: see `broker_command`.

use super::directory::write_error;
use super::failure::UpError;
use super::listeners::pinned;
use super::plan::Plan;
use super::properties;
use crate::endpoints::BrokerEndpoints;
use crate::{output, probe};
use rustix::process::{Pid, Signal, kill_process};
use service::Clock;
use service::files::{remove_if_exists, write_atomic};
use std::convert::Infallible;
use std::fs;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};

pub(super) const NAME: &str = "broker";
/// Reading a file and, once it is there, two round trips over loopback: cheap enough for this pace.
const PROBE_INTERVAL: Duration = Duration::from_millis(2);
/// Without news for this long, a start is talked about.
const SLOW_START: Duration = Duration::from_secs(3);
const WATCH_INTERVAL: Duration = Duration::from_secs(5);
/// The broker has its own, shorter deadline for draining.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);

/// A started broker.
#[derive(Debug)]
pub(super) struct Engine {
    child: Child,
    pid: u32,
    started: Duration,
}

/// A broker that clients can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) endpoints: BrokerEndpoints,
    pub(super) cluster_id: String,
}

impl Engine {
    /// Writes the configuration and starts the broker in a process group of its own, so that
    /// Ctrl-C reaches us alone and the broker is stopped in order.
    pub(super) fn start(plan: &Plan, clock: &Clock) -> Result<Self, UpError> {
        let data_dir = &plan.data_dir;
        let file = data_dir.broker_properties();
        let text = properties::text(&plan.broker);
        write_atomic(&file, text.as_bytes()).map_err(write_error(&file))?;
        let endpoints = data_dir.broker_endpoints();
        remove_if_exists(&endpoints).map_err(write_error(&endpoints))?;
        let spawned = std::env::current_exe().and_then(|program| {
            Command::new(program)
                .arg("broker")
                .arg(crate::broker_command::SUPERVISOR_OPTION)
                .arg(std::process::id().to_string())
                .arg("--config")
                .arg(&file)
                .stdin(Stdio::null())
                .process_group(0)
                .kill_on_drop(true)
                .spawn()
        });
        let child = spawned.map_err(|error| UpError::Spawn { name: NAME, error })?;
        let pid = child.id().unwrap_or_default();
        let pid_file = data_dir.broker_pid();
        fs::write(&pid_file, pid.to_string()).map_err(write_error(&pid_file))?;
        Ok(Self {
            child,
            pid,
            started: clock.monotonic(),
        })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// How long it has been running.
    pub(super) fn ran(&self, clock: &Clock) -> Duration {
        clock.monotonic().saturating_sub(self.started)
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&mut self) -> Result<ExitStatus, UpError> {
        self.child
            .wait()
            .await
            .map_err(|error| UpError::Spawn { name: NAME, error })
    }

    /// Waits until it is healthy and answers Kafka clients, or has ended.
    pub(super) async fn ready_or_ended(
        &mut self,
        plan: &Plan,
        clock: &Clock,
    ) -> Result<Result<Ready, ExitStatus>, UpError> {
        let pid = self.pid;
        let started = self.started;
        tokio::select! {
            ready = until_ready(plan, pid, started, clock) => Ok(Ok(ready)),
            ended = self.ended() => ended.map(Err),
        }
    }

    /// Asks it to drain and end, and ends it when it does not.
    pub(super) async fn stop(mut self) -> Result<ExitStatus, UpError> {
        self.signal(Signal::TERM);
        if let Ok(ended) = tokio::time::timeout(STOP_TIMEOUT, self.ended()).await {
            return ended;
        }
        output::note(&format!(
            "the {NAME} (pid {}) does not end by itself; killing it",
            self.pid
        ));
        self.signal(Signal::KILL);
        self.ended().await
    }

    fn signal(&self, signal: Signal) {
        // Until we have waited for it, the pid is its own even when it has ended.
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, signal);
        }
    }
}

/// Makes restarts bind the addresses that this start has bound.
pub(super) fn pin_addresses(plan: &mut Plan, endpoints: &BrokerEndpoints) {
    if let Some(listeners) = plan.broker_value("listeners") {
        let listeners = pinned(listeners, &endpoints.listeners);
        plan.replace_broker_value("listeners", listeners);
    }
    if let (Some(admin), Some(asked)) = (
        &endpoints.admin,
        plan.broker_value("outrigger.admin.listener"),
    ) && asked.ends_with(":0")
    {
        plan.replace_broker_value("outrigger.admin.listener", admin.clone());
    }
}

/// Tells when a running broker stops being healthy, and when it is healthy again. What to do about
/// it is for people: a broker with a full disk gains nothing from a restart.
pub(super) async fn watch(endpoints: &BrokerEndpoints, tell: impl Fn(&str)) -> Infallible {
    let mut healthy = true;
    loop {
        tokio::time::sleep(WATCH_INTERVAL).await;
        match try_it(endpoints).await {
            Ok(_) if !healthy => tell(&format!("the {NAME} is healthy again")),
            Err(problem) if healthy => tell(&format!("the {NAME} is not healthy: {problem}")),
            Ok(_) | Err(_) => continue,
        }
        healthy = !healthy;
    }
}

async fn until_ready(plan: &Plan, pid: u32, started: Duration, clock: &Clock) -> Ready {
    let mut talk_at = started + SLOW_START;
    loop {
        let problem = match BrokerEndpoints::read(&plan.data_dir, pid) {
            None => "it has not bound its listeners yet".to_owned(),
            Some(endpoints) => match try_it(&endpoints).await {
                Ok(cluster_id) => {
                    return Ready {
                        endpoints,
                        cluster_id,
                    };
                }
                Err(problem) => problem,
            },
        };
        if clock.monotonic() >= talk_at {
            let log = plan.broker_log();
            let log = log.display();
            output::note(&format!(
                "still waiting for the {NAME} (pid {pid}): {problem}; its log is {log}"
            ));
            talk_at = clock.monotonic() + 3 * SLOW_START;
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

async fn try_it(endpoints: &BrokerEndpoints) -> Result<String, String> {
    if let Some(admin) = &endpoints.admin {
        probe::health(&format!("http://{admin}")).await?;
    }
    match endpoints.listeners.values().next() {
        Some(address) => probe::kafka(address).await,
        None => Ok(String::new()),
    }
}
