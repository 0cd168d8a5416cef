//! One child process: started, asked until it is of use, stopped.
//!
//! It is watched from outside, by its admin HTTP and, where it is the engine, the Kafka protocol, as
//! any other program would be. It dies with us: see `supervised`.

use super::directory::write_error;
use super::failure::UpError;
use super::parts::Role;
use super::plan::ProcessPlan;
use crate::data_dir::DataDir;
use crate::endpoints::Bound;
use crate::{output, probe, supervised};
use rustix::process::{Pid, Signal, kill_process};
use service::files::{read_text, remove_if_exists, write_atomic};
use service::process_metrics::RESTARTS_VARIABLE;
use service::{Clock, shutdown};
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};

/// Reading a file and, once it is there, two round trips over loopback: cheap enough for this pace.
const PROBE_INTERVAL: Duration = Duration::from_millis(2);
/// Without news for this long, a start is talked about.
const SLOW_START: Duration = Duration::from_secs(3);
const WATCH_INTERVAL: Duration = Duration::from_secs(5);
/// A process has its own, shorter deadline for draining.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);

/// Five short lines of Kafka's and one of ours.
const META_BYTES_MAX: u64 = 1 << 16;

/// A started process.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    name: &'static str,
    pid: u32,
    started: Duration,
}

/// A process that is of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) bound: Bound,
    /// Where the engine said it.
    pub(super) cluster_id: Option<String>,
}

impl Process {
    /// Writes the configuration and starts the process in a process group of its own, so that
    /// Ctrl-C reaches us alone and the suite is stopped in order.
    pub(super) fn start(
        plan: &ProcessPlan,
        data_dir: &DataDir,
        clock: &Clock,
        restarts: u32,
    ) -> Result<Self, UpError> {
        let name = plan.part.name;
        let file = data_dir.properties(plan.part.properties);
        let text = super::properties::text(name, &plan.properties);
        write_atomic(&file, text.as_bytes()).map_err(write_error(&file))?;
        let bound = data_dir.bound_by(name);
        remove_if_exists(&bound).map_err(write_error(&bound))?;
        let spawned = std::env::current_exe().and_then(|program| {
            Command::new(program)
                .arg(name)
                .arg(supervised::OPTION)
                .arg(std::process::id().to_string())
                .arg("--config")
                .arg(&file)
                .env(RESTARTS_VARIABLE, restarts.to_string())
                .stdin(Stdio::null())
                .process_group(0)
                .kill_on_drop(true)
                .spawn()
        });
        let child = spawned.map_err(|error| UpError::Spawn { name, error })?;
        let pid = child.id().unwrap_or_default();
        let pid_file = data_dir.pid_of(name);
        fs::write(&pid_file, pid.to_string()).map_err(write_error(&pid_file))?;
        Ok(Self {
            child,
            name,
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
        let name = self.name;
        let ended = self.child.wait().await;
        ended.map_err(|error| UpError::Spawn { name, error })
    }

    /// Waits until it is healthy and of use, or has ended.
    pub(super) async fn ready_or_ended(
        &mut self,
        plan: &ProcessPlan,
        data_dir: &DataDir,
        clock: &Clock,
    ) -> Result<Result<Ready, ExitStatus>, UpError> {
        let (pid, started) = (self.pid, self.started);
        tokio::select! {
            ready = until_ready(plan, data_dir, (pid, started), clock) => Ok(Ok(ready)),
            ended = self.ended() => ended.map(Err),
        }
    }

    /// Asks it to drain and end, and ends it when it does not, or when `at_once` is seen.
    pub(super) async fn stop(
        mut self,
        mut at_once: shutdown::Signal,
    ) -> Result<ExitStatus, UpError> {
        self.signal(Signal::TERM);
        tokio::select! {
            ended = tokio::time::timeout(STOP_TIMEOUT, self.ended()) => match ended {
                Ok(ended) => return ended,
                Err(_) => output::note(&format!(
                    "the {} (pid {}) does not end by itself; killing it",
                    self.name, self.pid
                )),
            },
            _ = at_once.wait() => {}
        }
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

/// Tells when a running process stops being healthy, and when it is healthy again. What to do about
/// it is for people: a broker with a full disk gains nothing from a restart.
pub(super) async fn watch(plan: &ProcessPlan, bound: &Bound, tell: impl Fn(&str)) -> Infallible {
    let name = plan.part.name;
    let mut healthy = true;
    loop {
        tokio::time::sleep(WATCH_INTERVAL).await;
        match try_it(plan, bound).await {
            Ok(_) if !healthy => tell(&format!("the {name} is healthy again")),
            Err(problem) if healthy => tell(&format!("the {name} is not healthy: {problem}")),
            Ok(_) | Err(_) => continue,
        }
        healthy = !healthy;
    }
}

async fn until_ready(
    plan: &ProcessPlan,
    data_dir: &DataDir,
    (pid, started): (u32, Duration),
    clock: &Clock,
) -> Ready {
    let name = plan.part.name;
    let mut talk_at = started + SLOW_START;
    loop {
        let problem = match Bound::read(data_dir, name, pid) {
            None => "it has not bound its listeners yet".to_owned(),
            Some(bound) => match try_it(plan, &bound).await {
                Ok(cluster_id) => return Ready { bound, cluster_id },
                Err(problem) => problem,
            },
        };
        if clock.monotonic() >= talk_at {
            let log = plan.log(data_dir);
            output::note(&format!(
                "still waiting for the {name} (pid {pid}): {problem}; its log is {}",
                log.display()
            ));
            talk_at = clock.monotonic() + 3 * SLOW_START;
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

/// Asks it as its users do; gives the cluster id where the process is the one that knows it. An engine
/// that is reached by authn alone, which starts after it, is asked for its health, and its directory for the id.
async fn try_it(plan: &ProcessPlan, bound: &Bound) -> Result<Option<String>, String> {
    if let Some(admin) = &bound.admin {
        probe::health(&format!("http://{admin}")).await?;
    }
    match (plan.part.role, bound.listeners.values().next()) {
        (Role::Engine, Some(address)) => probe::kafka(address).await.map(Some),
        (Role::Engine, None) => {
            let dir = plan.broker_data().unwrap_or_default();
            cluster_id_in(&dir).map(Some)
        }
        (Role::Door | Role::Sidecar | Role::Follower, _) => Ok(None),
    }
}

/// What `meta.properties` says, which has been there since the broker opened its directory.
fn cluster_id_in(dir: &Path) -> Result<String, String> {
    let file = dir.join("meta.properties");
    let text = read_text(&file, META_BYTES_MAX);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("cluster.id="));
    let id = id.ok_or_else(|| format!("{} names no cluster", file.display()))?;
    Ok(id.trim().to_owned())
}
