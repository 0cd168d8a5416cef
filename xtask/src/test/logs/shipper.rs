//! The shipper as a process of its own, told everything by flags, in a folder of its own.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::Tools;

/// It sends what it has read before it ends; its own limit of that is 10 s.
const STOP_LIMIT: Duration = Duration::from_secs(40);
const START_LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

pub(super) struct Shipper(Child);

impl Shipper {
    /// Starts it with these settings, `name=value` each, and waits until it follows the files.
    pub(super) fn start(
        tools: &Tools,
        folder: &Path,
        settings: &[String],
        variables: &[(&str, String)],
    ) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
        let log = folder.join("logshipper.out");
        let output = File::create(&log)?;
        let endpoints = folder.join("endpoints.json");
        let mut command = Command::new(tools.binary());
        command.arg("logshipper");
        for setting in settings {
            match setting.split_once('=') {
                // A list is a flag each time.
                Some(("sink", sinks)) => {
                    for sink in sinks.split(',') {
                        command.args(["--sink", sink]);
                    }
                }
                _ => {
                    command.arg(format!("--{setting}"));
                }
            }
        }
        command
            .arg("--state-dir")
            .arg(folder.join("state"))
            .arg(format!(
                "--outrigger.endpoints.file={}",
                endpoints.display()
            ))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let mut shipper = Self(child);
        let started = poll(START_LIMIT, POLL_INTERVAL, || {
            if let Ok(Some(status)) = shipper.0.try_wait() {
                return Some(Err(format!("the shipper ended with {status} at its start")));
            }
            endpoints.exists().then_some(Ok(()))
        });
        let late = || Err(format!("the shipper was not ready within {START_LIMIT:?}"));
        match started.unwrap_or_else(late) {
            Ok(()) => Ok(shipper),
            Err(why) => Err(Failure::Failed(format!(
                "{why}; its output is in {}",
                log.display()
            ))),
        }
    }

    /// SIGTERM, then the wait for a clean end.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill")
            .arg("-TERM")
            .arg(self.0.id().to_string())
            .status()?;
        let ended = poll(STOP_LIMIT, POLL_INTERVAL, || {
            self.0.try_wait().ok().flatten()
        });
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Failure::Failed(format!(
                "the shipper ended with {status} after SIGTERM"
            ))),
            None => Err(Failure::Failed(format!(
                "the shipper ignored SIGTERM for {STOP_LIMIT:?}"
            ))),
        }
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
