//! Where one instance keeps everything: the paths below its data directory.
//!
//! The names are what `status`, `wait` and `env` agree on with `up`; nothing is created here.

use clap::{Args, ValueHint};
use std::io;
use std::path::{self, Path, PathBuf};

/// The directory used when nobody names one.
pub(crate) const DEFAULT: &str = "./outrigger-data";
/// The front door. It may write into no folder that holds what others write: strangers reach it first.
pub(crate) const AUTHN: &str = "authn";
/// The variable that names one; `outrigger env` sets it.
pub(crate) const VARIABLE: &str = "OUTRIGGER_DATA_DIR";

/// The option of every command that is about one instance.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DataDirOption {
    /// Directory of the instance [default: $OUTRIGGER_DATA_DIR, else ./outrigger-data]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data_dir: Option<PathBuf>,
}

/// An absolute data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataDir(PathBuf);

impl DataDirOption {
    /// Whether somebody named a directory, by the option or by the variable.
    pub(crate) fn is_named(&self) -> bool {
        self.data_dir.is_some() || service::environment::variable(VARIABLE).is_some()
    }

    /// The directory that is meant, made absolute.
    pub(crate) fn resolve(&self) -> io::Result<DataDir> {
        match &self.data_dir {
            Some(dir) => DataDir::new(dir),
            None => {
                let named = service::environment::variable(VARIABLE);
                DataDir::new(Path::new(named.as_deref().unwrap_or(DEFAULT)))
            }
        }
    }
}

impl DataDir {
    /// The sentence for a directory in which nothing runs; `instead` is what else to name.
    pub(crate) fn nothing_is_up(&self, instead: &str) -> String {
        format!(
            "nothing is up in {}; start it with `outrigger up`, or name {instead}",
            self.0.display()
        )
    }

    /// Makes `path` absolute; it need not exist.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        // `absolute` keeps a leading `./` out of every message and file that shows the path.
        Ok(Self(path::absolute(path)?))
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Held by the `up` that owns the directory.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join(".lock")
    }

    /// What is there and where, while everything is healthy.
    pub(crate) fn endpoints(&self) -> PathBuf {
        self.0.join("endpoints.json")
    }

    /// What a Prometheus has to scrape; in a folder of its own, which can be given to a container.
    pub(crate) fn prometheus_targets(&self) -> PathBuf {
        self.0.join("prometheus/targets.json")
    }

    /// A process's configuration, written by `up` at each start.
    pub(crate) fn properties(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Where a process says what it has bound.
    pub(crate) fn bound_by(&self, process: &str) -> PathBuf {
        let folder = match process {
            AUTHN => self.authn_data(),
            _ => self.run(),
        };
        folder.join(format!("{process}.json"))
    }

    /// A process's id, for an `up` that comes after a killed one. A process removes its own file
    /// when it begins to stop, which is too early to know that it has ended.
    pub(crate) fn pid_of(&self, process: &str) -> PathBuf {
        self.run().join(format!("{process}.pid"))
    }

    /// Topics, offsets and metadata.
    pub(crate) fn broker_data(&self) -> PathBuf {
        self.0.join("broker")
    }

    /// What authn keeps for itself, apart from what it must not read.
    pub(crate) fn authn_data(&self) -> PathBuf {
        self.0.join("authn")
    }

    /// Log files of every process; those of the front door in a folder of their own.
    pub(crate) fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// Log files of one process.
    pub(crate) fn logs_of(&self, process: &str) -> PathBuf {
        match process {
            AUTHN => self.logs().join(AUTHN),
            _ => self.logs(),
        }
    }

    /// What the log shipper keeps: how far each sink is, what was refused, what may be removed.
    pub(crate) fn logshipper_data(&self) -> PathBuf {
        self.0.join("logshipper")
    }

    /// What is delivered of the log files, for those who rotate them.
    pub(crate) fn undelivered(&self) -> PathBuf {
        self.logshipper_data().join("undelivered.json")
    }

    /// Where log lines are delivered while no other sink is named.
    pub(crate) fn delivered_logs(&self) -> PathBuf {
        self.0.join("delivered-logs")
    }

    /// What is there only while processes run: what they have bound, their ids, and the sockets by
    /// which authn hands connections to the broker where the path is short enough.
    pub(crate) fn run(&self) -> PathBuf {
        self.0.join("run")
    }

    /// The private certificate authority and what it issued.
    pub(crate) fn pki(&self) -> PathBuf {
        self.0.join("pki")
    }

    /// Users, roles, keys and policies of IAM.
    pub(crate) fn iam(&self) -> PathBuf {
        self.0.join("iam")
    }

    /// Secrets that clients need, a file each.
    pub(crate) fn credentials(&self) -> PathBuf {
        self.0.join("credentials")
    }

    /// Configurations that clients can be started with.
    pub(crate) fn clients(&self) -> PathBuf {
        self.0.join("clients")
    }
}
