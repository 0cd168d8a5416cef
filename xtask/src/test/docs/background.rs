//! A block in a terminal of its own: what a reader starts, leaves running and ends with Ctrl-C.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::command::Failure;
use crate::stopwatch::poll;

const STOP_LIMIT: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

pub(super) struct Background {
    child: Child,
    output: PathBuf,
}

impl Background {
    /// `command` is the environment's bash.
    pub(super) fn start(
        mut command: Command,
        text: &str,
        output: &Path,
    ) -> Result<Background, Failure> {
        let file = File::create(output).map_err(|cause| Failure::of(output.display(), cause))?;
        let child = command
            .args(["-e", "-c", text])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            // Its own group, as in a terminal: Ctrl-C reaches all of it.
            .process_group(0)
            .spawn()
            .map_err(|cause| Failure::of("bash", cause))?;
        Ok(Background {
            child,
            output: output.to_path_buf(),
        })
    }

    /// What it printed, where it has ended by itself.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        Some(format!("ended with {status}:\n{}", self.text()))
    }

    /// Ctrl-C, then the wait for a clean end.
    pub(super) fn stop(mut self) -> Result<(), String> {
        if let Some(ended) = self.ended() {
            return Err(ended);
        }
        self.signal("-INT");
        let ended = poll(STOP_LIMIT, POLL_INTERVAL, || {
            self.child.try_wait().ok().flatten()
        });
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(format!(
                "ended with {status} after Ctrl-C:\n{}",
                self.text()
            )),
            None => Err(format!("ignored Ctrl-C for {} s", STOP_LIMIT.as_secs())),
        }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    fn signal(&self, signal: &str) {
        let _ = Command::new("kill")
            .args([signal, "--"])
            .arg(format!("-{}", self.child.id()))
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal("-KILL");
            let _ = self.child.wait();
        }
    }
}
