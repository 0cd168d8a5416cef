//! Where checkpoints are: written whole, flushed, moved into their place; the one before is kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::checkpoint::document::{Checkpoint, Unreadable};
use crate::input::Digest;

/// The largest checkpoint that is read: a hundred thousand files take a tenth.
const BYTES_MAX: u64 = 1 << 30;

/// The checkpoints of one sink.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    previous: PathBuf,
    /// Whether the newest can be read: a damaged one does not become the one before.
    is_newest_good: AtomicBool,
}

/// What was found at the start.
#[derive(Debug)]
pub struct Loaded {
    /// How far the sink was; `None` where it never ran.
    pub checkpoint: Option<Checkpoint>,
    /// What a person should know of it.
    pub warning: Option<String>,
}

/// Why there is no going on from a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is of a newer version, or it and the one before it are damaged.
    #[error("{} {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Store {
    /// Those of the sink with this name, in this directory.
    pub fn new(directory: &Path, sink: &str) -> Self {
        let path = directory.join(file_name("checkpoint", sink, "json"));
        let mut previous = path.clone().into_os_string();
        previous.push(".1");
        Self {
            path,
            previous: previous.into(),
            is_newest_good: AtomicBool::new(false),
        }
    }

    /// Where the newest is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest that can be read.
    ///
    /// # Errors
    /// One is there and none can be read, or it is of a newer version: going on without it would send
    /// everything again.
    pub fn load(&self) -> Result<Loaded, StoreError> {
        let newest = self.read(&self.path)?;
        let why = match newest {
            Some(Ok(checkpoint)) => {
                self.is_newest_good.store(true, Ordering::Relaxed);
                return Ok(Loaded {
                    checkpoint: Some(checkpoint),
                    warning: None,
                });
            }
            Some(Err(Unreadable::Newer(version))) => {
                return Err(self.unreadable(&Unreadable::Newer(version).to_string()));
            }
            Some(Err(damaged)) => Some(damaged.to_string()),
            None => None,
        };
        match (self.read(&self.previous)?, why) {
            (Some(Ok(checkpoint)), why) => {
                let why = why.unwrap_or_else(|| "is not there".to_owned());
                let warning = format!(
                    "{} {why}; going on from the one before it, {}: what was delivered since is sent again",
                    self.path.display(),
                    self.previous.display()
                );
                Ok(Loaded {
                    checkpoint: Some(checkpoint),
                    warning: Some(warning),
                })
            }
            (None, None) => Ok(Loaded {
                checkpoint: None,
                warning: None,
            }),
            (other, why) => {
                let why = why.unwrap_or_else(|| "is not there".to_owned());
                let other = match other {
                    Some(Err(error)) => format!("{} {error}", self.previous.display()),
                    _ => format!("there is no {}", self.previous.display()),
                };
                let remedy = "move them away to begin anew, which sends everything again";
                Err(self.unreadable(&format!("{why}, and {other}; {remedy}")))
            }
        }
    }

    /// Makes this the newest.
    ///
    /// # Errors
    /// The disk does not take it; what was the newest is still there, or is the one before.
    pub fn save(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let text = checkpoint.to_text().map_err(io::Error::other)?;
        if self.is_newest_good.load(Ordering::Relaxed) {
            // A link, so that there is no moment without a newest one.
            service::files::remove_if_exists(&self.previous)?;
            let linked = fs::hard_link(&self.path, &self.previous);
            // Where links are unknown, a copy; where somebody took the newest away, nothing.
            let copied = linked.or_else(|_| fs::copy(&self.path, &self.previous).map(drop));
            match copied {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        service::files::write_atomic(&self.path, &text)?;
        self.is_newest_good.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn read(&self, path: &Path) -> Result<Option<Result<Checkpoint, Unreadable>>, StoreError> {
        let io = |source| StoreError::Io {
            path: path.to_owned(),
            source,
        };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
            Ok(metadata) if metadata.len() > BYTES_MAX => {
                let why = format!("it is longer than {BYTES_MAX} bytes");
                return Ok(Some(Err(Unreadable::Damaged(why))));
            }
            Ok(_) => {}
        }
        let text = fs::read(path).map_err(io)?;
        Ok(Some(Checkpoint::from_text(&text)))
    }

    fn unreadable(&self, why: &str) -> StoreError {
        StoreError::Unreadable {
            path: self.path.clone(),
            why: why.to_owned(),
        }
    }
}

/// The name of a file that belongs to a sink: readable, and another for each sink.
pub fn file_name(what: &str, sink: &str, ending: &str) -> String {
    const READABLE_MAX: usize = 80;
    let readable: String = sink
        .chars()
        .take(READABLE_MAX)
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' => c,
            _ => '_',
        })
        .collect();
    let digest = String::from(Digest::of(sink.as_bytes()));
    let digest = digest.get(..8).unwrap_or_default();
    format!("{what}-{readable}-{digest}.{ending}")
}
