//! The shell of a page: one bash that reads block after block, so that variables, functions and folders last from one to the next.
//! A command that fails ends the shell, and with it the page.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::command::Failure;
use crate::stopwatch::Stopwatch;

/// What the shell prints after a block.
const END: &str = "@end of block";

pub(super) struct Shell {
    child: Child,
    lines: Receiver<String>,
    file: PathBuf,
}

impl Shell {
    /// `command` is the environment's bash; `file` is where blocks are put.
    pub(super) fn start(mut command: Command, file: &Path) -> Result<Shell, Failure> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| Failure::of("bash", cause))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let lines = BufReader::new(stdout).split(b'\n').map_while(Result::ok);
                for line in lines {
                    if sender
                        .send(String::from_utf8_lossy(&line).into_owned())
                        .is_err()
                    {
                        break;
                    }
                }
            });
        }
        let mut shell = Shell {
            child,
            lines,
            file: file.to_path_buf(),
        };
        // Aliases are what readers may be told to define; a pipe fails with any of its parts.
        shell.say("exec 2>&1; shopt -s expand_aliases; set -e -o pipefail")?;
        Ok(shell)
    }

    /// What the block printed; an error where it failed or took too long, with what it had printed.
    pub(super) fn run(
        &mut self,
        text: &str,
        limit: Duration,
    ) -> Result<Result<String, String>, Failure> {
        fs::write(&self.file, text)?;
        self.say(&format!(
            ". {} </dev/null; echo; echo '{END}'",
            self.file.display()
        ))?;
        let watch = Stopwatch::start();
        let mut output = String::new();
        loop {
            match self
                .lines
                .recv_timeout(limit.saturating_sub(watch.elapsed()))
            {
                Ok(line) if line == END => return Ok(Ok(output)),
                Ok(line) => {
                    output.push_str(&line);
                    output.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Err(format!("failed:\n{output}")));
                }
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    let limit = limit.as_secs();
                    return Ok(Err(format!("did not end within {limit} s:\n{output}")));
                }
            }
        }
    }

    fn say(&mut self, line: &str) -> Result<(), Failure> {
        if let Some(stdin) = self.child.stdin.as_mut() {
            // Where the shell has ended, its output says so.
            let _ = writeln!(stdin, "{line}").and_then(|()| stdin.flush());
        }
        Ok(())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
