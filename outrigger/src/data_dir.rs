//! Where one instance keeps everything: the paths below its data directory.
//!
//! The names are what `status`, `wait` and `env` agree on with `up`; nothing is created here.

use clap::{Args, ValueHint};
use std::io;
use std::path::{self, Path, PathBuf};

/// The directory used when nobody names one.
pub(crate) const DEFAULT: &str = "./outrigger-data";
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

    /// The broker's configuration, written by `up` at each start.
    pub(crate) fn broker_properties(&self) -> PathBuf {
        self.0.join("server.properties")
    }

    /// Where the broker says what it has bound.
    pub(crate) fn broker_endpoints(&self) -> PathBuf {
        self.0.join("broker.json")
    }

    /// The broker's process id, for an `up` that comes after a killed one. The broker removes its own
    /// file when it begins to stop, which is too early to know that it has ended.
    pub(crate) fn broker_pid(&self) -> PathBuf {
        self.0.join("broker.pid")
    }

    /// Topics, offsets and metadata.
    pub(crate) fn broker_data(&self) -> PathBuf {
        self.0.join("broker")
    }

    /// Log files of every process.
    pub(crate) fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }
}
