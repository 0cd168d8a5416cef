//! The clients that give the monitored product something to show: a Python script in the background, ended by closing its stdin.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::Context;
use super::clients::script_path;
use super::up::Up;
use crate::command::Failure;
use crate::stopwatch::poll;

/// Until every kind of traffic has been seen once.
const READY_LIMIT: Duration = Duration::from_secs(90);
const STOP_LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Load {
    child: Child,
}

impl Load {
    /// Starts all of it, or the tasks named, and waits until it says that it is under way.
    pub(crate) fn start(
        context: &Context,
        up: &Up,
        folder: &Path,
        tasks: Option<&str>,
    ) -> Result<Load, Failure> {
        let errors = folder.join("load.stderr");
        let mut command = Command::new(context.tools.python());
        command
            .arg("-u")
            .arg(script_path(context, "python/monitored_load.py"))
            .arg("--endpoints")
            .arg(up.endpoints())
            .args(tasks.into_iter().flat_map(|tasks| ["--tasks", tasks]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors)?);
        let mut child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let (sender, ready) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let load = Load { child };
        match ready.recv_timeout(READY_LIMIT) {
            Ok(line) if line == "ready" => Ok(load),
            other => Err(Failure::Failed(format!(
                "the load said {other:?}; its errors are in {}",
                errors.display()
            ))),
        }
    }

    /// Lets it end.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        drop(self.child.stdin.take());
        let ended = poll(STOP_LIMIT, Duration::from_millis(50), || {
            self.child.try_wait().ok().flatten()
        });
        match ended {
            Some(status) if status.success() => Ok(()),
            other => Err(Failure::Failed(format!("the load ended with {other:?}"))),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
