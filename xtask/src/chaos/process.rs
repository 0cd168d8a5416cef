//! A process that was started here, and ends with its value.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::command::Failure;
use crate::stopwatch::poll;

/// How long a process that was asked to end may take.
const END_LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The process, and the last line of JSON that it printed.
pub(crate) struct Process {
    child: Child,
    last: Arc<Mutex<Option<Value>>>,
}

impl Process {
    /// Starts it; lines of its standard output are read as JSON.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let last = Arc::new(Mutex::new(None));
        if let Some(output) = child.stdout.take() {
            let last = Arc::clone(&last);
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if let Ok(value) = serde_json::from_str(&line) {
                        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                    }
                }
            });
        }
        Ok(Self { child, last })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed last.
    pub(crate) fn last(&self) -> Option<Value> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// Waits for the first line.
    pub(crate) fn first(&self, limit: Duration) -> Result<Value, Failure> {
        let line = poll(limit, POLL_INTERVAL, || self.last());
        line.ok_or_else(|| Failure::of(self.pid(), "printed nothing"))
    }

    /// True once it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        // It may have ended, which whoever looks for lines will notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, and says whether it did in time and well.
    pub(crate) fn terminate(&mut self) -> Result<(), Failure> {
        let pid = self.pid().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let ended = poll(END_LIMIT, POLL_INTERVAL, || {
            self.child.try_wait().ok().flatten()
        });
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failure::of(pid, format!("ended with {status}"))),
            None => Err(Failure::of(
                pid,
                format!("did not end within {END_LIMIT:?}"),
            )),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
