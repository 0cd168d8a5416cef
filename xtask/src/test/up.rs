//! The whole product under test: `outrigger up` on free ports in a folder of its own, seen through its `endpoints.json`.
//! It waits by polling; it never looks inside.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::script::Restart;
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::Tools;

/// A first start makes keys and certificates; a busy machine takes its time.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

pub(crate) struct Up {
    child: Child,
    folder: PathBuf,
}

impl Up {
    /// Starts it with its data in `folder`, which must be new, and these words and variables more.
    pub(crate) fn start(
        tools: &Tools,
        folder: &Path,
        words: &[String],
        variables: &[(&str, String)],
    ) -> Result<Up, Failure> {
        std::fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
        let log = folder.join("up.out");
        let output = File::create(&log)?;
        let mut command = Command::new(tools.binary());
        command
            .args(["up", "--ports", "auto", "--data-dir"])
            .arg(folder.join("data"))
            .args(words)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let mut up = Up {
            child,
            folder: folder.to_path_buf(),
        };
        let endpoints = up.endpoints();
        let started = poll(START_LIMIT, POLL_INTERVAL, || {
            if let Ok(Some(status)) = up.child.try_wait() {
                return Some(Err(format!("up ended with {status} at its start")));
            }
            endpoints.exists().then_some(Ok(()))
        });
        let late = || Err(format!("up was not healthy within {START_LIMIT:?}"));
        match started.unwrap_or_else(late) {
            Ok(()) => Ok(up),
            Err(why) => Err(Failure::Failed(format!(
                "{why}; its output is in {}",
                log.display()
            ))),
        }
    }

    pub(crate) fn endpoints(&self) -> PathBuf {
        self.folder.join("data/endpoints.json")
    }

    /// SIGTERM, then the wait for a clean end.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        self.terminate()?;
        let ended = poll(STOP_LIMIT, POLL_INTERVAL, || {
            self.child.try_wait().ok().flatten()
        });
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failure::Failed(format!(
                "up ended with {status} after SIGTERM"
            ))),
            None => Err(Failure::Failed(format!(
                "up ignored SIGTERM for {STOP_LIMIT:?}"
            ))),
        }
    }

    fn terminate(&self) -> Result<(), Failure> {
        Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .stderr(Stdio::null())
            .status()?;
        Ok(())
    }
}

/// Its suites kill and restart nothing.
impl Restart for Up {
    fn again(&mut self, _request: &str) -> Result<&'static str, Failure> {
        Ok("unsupported")
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
