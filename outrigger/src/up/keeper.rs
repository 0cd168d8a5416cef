//! Keeps one process running: starts it, says when it is of use, starts it again after a crash, and
//! stops it when asked. What happens to the other processes is no business of it.

use super::backoff::Backoff;
use super::failure::{UpError, describe, known};
use super::listeners::pin_addresses;
use super::notice;
use super::parts::Role;
use super::plan::ProcessPlan;
use super::process::{Process, Ready, watch};
use crate::data_dir::DataDir;
use crate::endpoints::Running;
use rustix::process::Signal;
use service::{Clock, Exit, shutdown, spawn};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What is told of a process while it is kept.
#[derive(Debug)]
pub(super) enum Event {
    /// It is of use, for the first time or again.
    Ready {
        process: Running,
        /// Where the engine said it.
        cluster_id: Option<String>,
    },
    /// It is not of use, and starting it again would not mend that.
    Failed(UpError),
}

/// A process that is kept.
#[derive(Debug)]
pub(super) struct Keeper {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), UpError>>,
}

impl Keeper {
    /// Begins to keep a process; `events` has room for what is told before it is read.
    pub(super) fn start(
        plan: ProcessPlan,
        data_dir: DataDir,
        events: mpsc::UnboundedSender<Event>,
        at_once: shutdown::Signal,
        clock: Clock,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let kept = Kept {
            plan,
            data_dir,
            events,
            at_once,
            clock,
            was_ready: false,
        };
        let task = spawn::task("keeper", kept.keep(stopped));
        Self { stop, task }
    }

    /// Stops the process and waits for its end.
    pub(super) async fn stop(self) -> Result<(), UpError> {
        // A keeper that has given up waits for nothing any more.
        let _ = self.stop.send(());
        match self.task.await {
            Ok(ended) => ended,
            Err(error) => Err(UpError::Supervision(error.to_string())),
        }
    }
}

struct Kept {
    plan: ProcessPlan,
    data_dir: DataDir,
    events: mpsc::UnboundedSender<Event>,
    /// Seen when nobody wants to wait for its end.
    at_once: shutdown::Signal,
    clock: Clock,
    was_ready: bool,
}

impl Kept {
    /// Ends with an error only where the process does not stop as it should: all else is told.
    async fn keep(mut self, mut stop: oneshot::Receiver<()>) -> Result<(), UpError> {
        let mut backoff = Backoff::default();
        let mut restarts = 0;
        loop {
            let started = Process::start(&self.plan, &self.data_dir, &self.clock, restarts);
            let mut process = match started {
                Ok(process) => process,
                Err(error) => return self.give_up(error),
            };
            let ended = tokio::select! {
                ended = self.live(&mut process) => ended,
                _ = &mut stop => return self.stopped(process.stop(self.at_once.clone()).await?),
            };
            let status = match ended {
                Ok(status) => status,
                Err(error) => {
                    // It must not outlive our claim on the directory.
                    process.stop(self.at_once.clone()).await?;
                    return self.give_up(error);
                }
            };
            if self.is_final(status) {
                return self.give_up(self.ended(status));
            }
            restarts += 1;
            let (next, pause) = backoff.crashed(process.ran(&self.clock));
            backoff = next;
            notice(&format!(
                "the {} (pid {}) has ended: {}; starting it again in {pause:?} (crash {} in a row)",
                self.plan.part.name,
                process.pid(),
                describe(status),
                backoff.crashes()
            ));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = &mut stop => return Ok(()),
            }
        }
    }

    /// One life of the process: from its start to its end.
    async fn live(&mut self, process: &mut Process) -> Result<ExitStatus, UpError> {
        let ready = process.ready_or_ended(&self.plan, &self.data_dir, &self.clock);
        let Ready { bound, cluster_id } = match ready.await? {
            Ok(ready) => ready,
            Err(status) => return Ok(status),
        };
        pin_addresses(&mut self.plan, &bound);
        self.was_ready = true;
        let running = Running {
            name: self.plan.part.name,
            log: self.plan.log(&self.data_dir),
            audit_log: self.plan.audit_log(&self.data_dir),
            bound: bound.clone(),
        };
        let _ = self.events.send(Event::Ready {
            process: running,
            cluster_id,
        });
        tokio::select! {
            status = process.ended() => status,
            never = watch(&self.plan, &bound, notice) => match never {},
        }
    }

    /// Whether the suite ends with this end. A sidecar that was up before is always tried again: what
    /// keeps it from starting, such as a broken certificate, may be mended while the others run.
    fn is_final(&self, status: ExitStatus) -> bool {
        let permanent = known(status).is_some_and(Exit::is_permanent);
        !self.was_ready || permanent && self.plan.part.role == Role::Engine
    }

    fn give_up(&self, error: UpError) -> Result<(), UpError> {
        let _ = self.events.send(Event::Failed(error));
        Ok(())
    }

    fn ended(&self, status: ExitStatus) -> UpError {
        UpError::Ended {
            name: self.plan.part.name,
            properties: self.plan.part.properties,
            status,
            log: self.plan.log(&self.data_dir),
        }
    }

    fn stopped(&self, status: ExitStatus) -> Result<(), UpError> {
        let killed = status.signal() == Some(Signal::KILL.as_raw());
        if killed && self.at_once.requested().is_some() {
            return Ok(());
        }
        // It may have been asked before it could hear.
        if status.success() || status.signal() == Some(Signal::TERM.as_raw()) {
            return Ok(());
        }
        Err(self.ended(status))
    }
}
