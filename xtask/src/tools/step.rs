//! One installation step: skipped when its stamp matches, otherwise run with its output in a log, and stamped when it succeeded.
//! It retries nothing: a registry that does not answer is reported with the end of the log.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stopwatch::Stopwatch;

/// Lines of a log shown when its step fails.
const LOG_TAIL_LINES: usize = 25;

/// Why a tool could not be installed, with what to do about it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file of ours or under `.tools` could not be read or written.
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// Something the step does not install itself is missing.
    Missing { what: String, remedy: String },
    /// A command of the step failed.
    Step {
        name: String,
        command: String,
        log: PathBuf,
        tail: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::File { path, source } => write!(f, "{}: {source}", path.display()),
            Failure::Missing { what, remedy } => write!(f, "{what} is missing: {remedy}"),
            Failure::Step {
                name,
                command,
                log,
                tail,
            } => {
                write!(
                    f,
                    "tools: {name} failed at `{command}`; the end of {}:\n{tail}",
                    log.display()
                )
            }
        }
    }
}

impl std::error::Error for Failure {}

/// A step in progress; `stamp` is everything that must be equal for the installed result to be current.
pub(super) struct Step {
    name: &'static str,
    folder: PathBuf,
    stamp: String,
}

impl Step {
    pub(super) fn new(name: &'static str, folder: PathBuf, stamp: String) -> Step {
        Step {
            name,
            folder,
            stamp,
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn stamp_path(&self) -> PathBuf {
        self.folder.join("installed.stamp")
    }

    /// Runs `work` unless the stamp says that its result is there.
    pub(super) fn once(
        &self,
        work: impl FnOnce(&Step) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if fs::read_to_string(self.stamp_path()).is_ok_and(|stamp| stamp == self.stamp) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(|source| file(&self.folder, source))?;
        println!(
            "tools: installing {} (log: {})",
            self.name,
            self.log().display()
        );
        let watch = Stopwatch::start();
        work(self)?;
        fs::write(self.stamp_path(), &self.stamp)
            .map_err(|source| file(&self.stamp_path(), source))?;
        println!("tools: {} ready in {:.0} s", self.name, watch.seconds());
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("install.log")
    }

    /// Runs a command with its output appended to the step's log.
    pub(super) fn command(&self, command: &mut Command) -> Result<(), Failure> {
        let log = self.log();
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|source| file(&log, source))?;
        let errors = output.try_clone().map_err(|source| file(&log, source))?;
        let shown = format!("{command:?}");
        let status = command
            .stdin(std::process::Stdio::null())
            .stdout(output)
            .stderr(errors)
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Failure::Step {
                name: self.name.into(),
                command: shown,
                tail: tail(&log),
                log,
            }),
            Err(source) => {
                let program = command.get_program().to_string_lossy().into_owned();
                Err(Failure::Missing {
                    what: program,
                    remedy: format!(
                        "it could not be started ({source}); install it and run `cargo xtask tools` again"
                    ),
                })
            }
        }
    }
}

/// An error about a path.
pub(super) fn file(path: &Path, source: std::io::Error) -> Failure {
    Failure::File {
        path: path.to_path_buf(),
        source,
    }
}

/// Reads a committed file that pins versions.
pub(super) fn pinned(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| file(path, source))
}

fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LOG_TAIL_LINES);
    lines[from..].join("\n")
}
