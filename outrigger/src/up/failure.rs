//! Why `up` ends without having been asked to: one sentence each, with the remedy, and the exit
//! status that says it to scripts.

use crate::data_dir::DataDir;
use service::Exit;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// The reason.
#[derive(Debug, thiserror::Error)]
pub(super) enum UpError {
    /// Options, environment or `outrigger.toml` are wrong; each line is one problem.
    #[error("{0}")]
    Settings(String),
    /// The data directory, or a file in it, cannot be created or written.
    #[error("cannot write {}: {error}; make it writable or name another directory with --data-dir", path.display())]
    Write { path: PathBuf, error: io::Error },
    /// A file stands where a directory is needed.
    #[error("cannot use {} as a directory: it, or a part of its path, is a file; name another directory with --data-dir", path.display())]
    NotADirectory { path: PathBuf },
    /// It is to be removed at the end, and something is in it.
    #[error("{} is not empty, and --ephemeral removes it at the end; name a directory that is not there yet", path.display())]
    NotEmpty { path: PathBuf },
    /// Others may write into the data directory.
    #[error("{} has mode {mode:03o}: others could replace the keys in it; chmod o-w it, or name another directory with --data-dir", path.display())]
    Mode { path: PathBuf, mode: u32 },
    /// There is no place for what `--ephemeral` keeps.
    #[error(
        "cannot create a temporary directory: {0}; set TMPDIR to a directory that can be written"
    )]
    Temporary(io::Error),
    /// Another `up` has the data directory.
    #[error("another instance{} is up in {}; stop it, or name another directory with --data-dir", pid(*holder), data_dir.path().display())]
    AlreadyRunning {
        data_dir: DataDir,
        holder: Option<u32>,
    },
    /// A process that an earlier `up` left behind does not end.
    #[error("the {name} of an earlier run (pid {pid}) still uses {}; wait for it to end, or end it", data_dir.path().display())]
    LeftBehind {
        name: &'static str,
        data_dir: DataDir,
        pid: u32,
    },
    /// The system does not start our own program again.
    #[error("cannot start the {name}: {error}")]
    Spawn {
        name: &'static str,
        error: io::Error,
    },
    /// It ended before it was ever healthy, or for a reason that a restart cannot mend. Where its
    /// status is one of ours, it has said itself why.
    #[error("{}", ended(name, properties, *status, log))]
    Ended {
        name: &'static str,
        /// The name of its configuration file.
        properties: &'static str,
        status: ExitStatus,
        log: PathBuf,
    },
    /// What keeps a process has ended itself, which is a defect of ours.
    #[error("a process is no longer watched: {0}")]
    Supervision(String),
    /// Certificates or keys cannot be made, or those that are there cannot be used.
    #[error("cannot prepare the credentials of clients: {0}")]
    Credentials(String),
    /// The broker does not create the SCRAM user.
    #[error("cannot create the SCRAM user: {0}")]
    ScramUser(String),
    /// The page does not get its address.
    #[error(
        "cannot serve the page at {listen}: {error}; name another address with --dashboard, or `off`"
    )]
    Dashboard { listen: String, error: io::Error },
    /// A topic of `--topic` cannot be created.
    #[error("cannot create topic {topic}: {problem}")]
    Topic { topic: String, problem: String },
    /// Signals cannot be received.
    #[error("cannot receive signals: {0}")]
    Signals(io::Error),
}

impl UpError {
    /// What the process says at its end: a child's own status where it has one of ours.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Settings(_) => Exit::Config,
            Self::Write { .. }
            | Self::NotADirectory { .. }
            | Self::Mode { .. }
            | Self::NotEmpty { .. }
            | Self::Temporary(_) => Exit::CannotWrite,
            Self::Dashboard { .. } => Exit::AddressUnavailable,
            Self::AlreadyRunning { .. } | Self::LeftBehind { .. } => Exit::AlreadyRunning,
            Self::Ended { status, .. } => match known(*status) {
                None | Some(Exit::Ok) => Exit::Failure,
                Some(exit) => exit,
            },
            Self::Credentials(_)
            | Self::ScramUser(_)
            | Self::Signals(_)
            | Self::Spawn { .. }
            | Self::Supervision(_)
            | Self::Topic { .. } => Exit::Failure,
        }
    }
}

/// The status in our own list, where it is in there.
pub(super) fn known(status: ExitStatus) -> Option<Exit> {
    status.code().and_then(Exit::from_status)
}

/// `status 78 (a configuration file or property is wrong)`, `signal 9`.
pub(super) fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), known(status), status.signal()) {
        (Some(code), Some(exit), _) => format!("status {code} ({})", exit.meaning()),
        (Some(code), None, _) => format!("status {code}"),
        (None, _, Some(signal)) => format!("signal {signal}"),
        (None, _, None) => "for an unknown reason".to_owned(),
    }
}

fn ended(name: &str, properties: &str, status: ExitStatus, log: &Path) -> String {
    let log = log.display();
    match known(status) {
        Some(Exit::AddressUnavailable) => {
            let key = match name {
                "broker" | "authn" => "listeners",
                "logshipper" => "outrigger.admin.listener",
                _ => "web.listen-address",
            };
            format!(
                "{name} did not start; --ports auto takes free ports, --set {name}.{key}=… others"
            )
        }
        Some(Exit::Config) => format!(
            "{name} did not start; {properties} in the data directory says where each line came from"
        ),
        None | Some(Exit::Ok | Exit::Failure) => {
            format!(
                "the {name} has ended: {}; its log is {log}",
                describe(status)
            )
        }
        Some(_) => format!("{name} did not start; its log is {log}"),
    }
}

fn pid(holder: Option<u32>) -> String {
    holder
        .map(|pid| format!(" (pid {pid})"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{UpError, describe};
    use service::Exit;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    #[test]
    fn a_childs_end_is_described_and_its_status_passed_on() {
        // The kernel's encoding: the code in the second byte, a signal in the first.
        let cases = [
            (
                78 << 8,
                "status 78 (a configuration file or property is wrong)",
                Exit::Config,
            ),
            (
                69 << 8,
                "status 69 (an address cannot be bound (in use?))",
                Exit::AddressUnavailable,
            ),
            (101 << 8, "status 101", Exit::Failure),
            (
                0,
                "status 0 (done, or stopped cleanly on request)",
                Exit::Failure,
            ),
            (9, "signal 9", Exit::Failure),
        ];
        for (raw, text, exit) in cases {
            let status = ExitStatus::from_raw(raw);
            assert_eq!(describe(status), text);
            let error = UpError::Ended {
                name: "broker",
                properties: "server.properties",
                status,
                log: "server.log".into(),
            };
            assert_eq!(error.exit(), exit, "{text}");
        }
    }

    #[test]
    fn who_gets_no_port_is_told_the_key_that_names_another() {
        let cases = [
            ("authn", "--set authn.listeners=… "),
            ("exporter-jmx", "--set exporter-jmx.web.listen-address=… "),
        ];
        for (name, expected) in cases {
            let error = UpError::Ended {
                name,
                properties: "x.properties",
                status: ExitStatus::from_raw(69 << 8),
                log: "x.log".into(),
            };
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
