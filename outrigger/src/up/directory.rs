//! Takes a data directory for one `up`: creates, locks and tidies it, and gives it back.
//!
//! Whoever may write into it can put other certificates, keys or policies in the place of ours, so
//! one that others may write is refused, not repaired: somebody may rely on how it is.

use super::failure::UpError;
use super::parts::{PARTS, Part};
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::output;
use service::Clock;
use service::files::{Lock, LockError, create_private_dir, read_text, remove_if_exists};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `status` and `wait` touch the lock for an instant, which must not look like another instance.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(10);
const PID_BYTES_MAX: u64 = 16;
/// Everybody may write. A group is somebody's choice: volumes of containers have one.
const FORBIDDEN_BITS: u32 = 0o002;
/// A process whose `up` was killed drains on its own; that may take as long as a clean stop.
const LEFT_BEHIND_TIMEOUT: Duration = Duration::from_secs(30);
const LEFT_BEHIND_INTERVAL: Duration = Duration::from_millis(10);

/// A directory that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    _lock: Lock,
    ephemeral: Option<PathBuf>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(path) = &self.ephemeral
            && let Err(error) = fs::remove_dir_all(path)
        {
            output::note(&format!("cannot remove {}: {error}", path.display()));
        }
    }
}

/// A directory that is to be removed at the end: what is in it already is somebody's.
pub(super) fn new_one(path: &Path) -> Result<DataDir, UpError> {
    let is_free = match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_free {
        return DataDir::new(path).map_err(write_error(path));
    }
    let path = path.to_owned();
    Err(UpError::NotEmpty { path })
}

/// Claims `data_dir`, after any process that an earlier run left in it has ended.
pub(super) async fn claim(
    data_dir: &DataDir,
    ephemeral: bool,
    clock: &Clock,
) -> Result<Claim, UpError> {
    create_private_dir(data_dir.path()).map_err(write_error(data_dir.path()))?;
    let found = fs::metadata(data_dir.path()).map_err(write_error(data_dir.path()))?;
    check_access(data_dir.path(), found.mode())?;
    let lock = lock(data_dir).await?;
    let ephemeral = ephemeral.then(|| data_dir.path().to_owned());
    let claim = Claim {
        _lock: lock,
        ephemeral,
    };
    Endpoints::remove(data_dir).map_err(write_error(&data_dir.endpoints()))?;
    for part in PARTS {
        wait_for_left_behind(part, data_dir, clock).await?;
        let bound = data_dir.bound_by(part.name);
        remove_if_exists(&bound).map_err(write_error(&bound))?;
    }
    Ok(claim)
}

/// Refuses a directory that everybody may write: other keys could lie in it at the next start.
fn check_access(path: &Path, mode: u32) -> Result<(), UpError> {
    if mode & FORBIDDEN_BITS != 0 {
        let path = path.to_owned();
        let mode = mode & 0o7777;
        return Err(UpError::Mode { path, mode });
    }
    Ok(())
}

/// The error for a path that cannot be written.
pub(super) fn write_error(path: &Path) -> impl FnOnce(io::Error) -> UpError {
    let path = path.to_owned();
    move |error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            UpError::NotADirectory { path }
        }
        _ => UpError::Write { path, error },
    }
}

async fn lock(data_dir: &DataDir) -> Result<Lock, UpError> {
    let path = data_dir.lock();
    let mut tries = 0;
    loop {
        tries += 1;
        match Lock::acquire(&path) {
            Ok(lock) => return Ok(lock),
            Err(LockError::Held(_)) if tries < LOCK_TRIES => tokio::time::sleep(LOCK_PAUSE).await,
            Err(LockError::Held(holder)) => {
                return Err(UpError::AlreadyRunning {
                    data_dir: data_dir.clone(),
                    holder,
                });
            }
            Err(LockError::Io(error)) => return Err(write_error(&path)(error)),
        }
    }
}

async fn wait_for_left_behind(
    part: &Part,
    data_dir: &DataDir,
    clock: &Clock,
) -> Result<(), UpError> {
    let name = part.name;
    let Some(pid) = last_pid(data_dir, name) else {
        return Ok(());
    };
    let properties = data_dir.properties(part.properties);
    if !runs_with(pid, &properties) {
        return Ok(());
    }
    output::note(&format!(
        "waiting for the {name} of an earlier run (pid {pid}) to end"
    ));
    let began = clock.monotonic();
    while runs_with(pid, &properties) {
        if clock.monotonic() - began >= LEFT_BEHIND_TIMEOUT {
            return Err(UpError::LeftBehind {
                name,
                data_dir: data_dir.clone(),
                pid,
            });
        }
        tokio::time::sleep(LEFT_BEHIND_INTERVAL).await;
    }
    Ok(())
}

/// The id of the process of this name that was started last.
fn last_pid(data_dir: &DataDir, name: &str) -> Option<u32> {
    let text = read_text(&data_dir.pid_of(name), PID_BYTES_MAX).ok()?;
    text.trim().parse().ok()
}

/// Whether that process was started with this configuration: a pid alone may be anybody's by now.
fn runs_with(pid: u32, properties: &Path) -> bool {
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command
        .split(|&byte| byte == 0)
        .any(|word| word == properties.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests;
