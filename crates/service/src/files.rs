//! Small files that must never be seen half written, and the lock on a directory.
//!
//! Not for data: logs and segments have writers of their own.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Readable and writable by the owner alone.
pub const PRIVATE_FILE_MODE: u32 = 0o600;
const GROUP_FILE_MODE: u32 = 0o640;
const PRIVATE_DIR_MODE: u32 = 0o700;

/// Replaces `path` by `bytes`: a reader sees the old content or the new, also after a power cut.
/// The file gets [`PRIVATE_FILE_MODE`].
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, PRIVATE_FILE_MODE)
}

/// The same for what processes of other users read: the file can be read by its group, too.
pub fn write_atomic_for_group(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, GROUP_FILE_MODE)
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (dir, temporary) = beside(path)?;
    let written = write_new(&temporary, bytes, mode).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    File::open(dir)?.sync_all()
}

/// Reads a text of at most `bytes_max` bytes; a longer or non-UTF-8 one is an error.
pub fn read_text(path: &Path, bytes_max: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(bytes_max.saturating_add(1))
        .read_to_string(&mut text)?;
    if text.len() as u64 > bytes_max {
        let problem = format!("longer than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(text)
}

/// Creates a directory and its parents, for the owner alone; an existing one is left as it is.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE_DIR_MODE)
        .create(path)
}

/// Creates a new, private directory where the system keeps temporary ones. Whoever asks removes it.
pub fn create_temporary_dir(prefix: &str) -> io::Result<PathBuf> {
    let base = std::env::temp_dir();
    let pid = std::process::id();
    let mut number = 0_u32;
    loop {
        let path = base.join(format!("{prefix}-{pid}-{number}"));
        match DirBuilder::new().mode(PRIVATE_DIR_MODE).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            created => return created.map(|()| path),
        }
    }
}

/// Removes a file; that it was not there is no error.
pub fn remove_if_exists(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// An exclusive lock on a file, held until dropped or until the process ends, however it ends.
/// The file stays (removing it would let two processes lock two files) and holds the pid.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What trying to lock found.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it; its pid, when the file tells.
    Held(Option<u32>),
    /// The file cannot be opened or written.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock at once or says who has it.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let mut file = open_lock(path).map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        let pid = std::process::id().to_string();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(pid.as_bytes()))
            .map_err(LockError::Io)?;
        Ok(Self { _file: file })
    }

    /// The pid of who holds the lock: `None` when nobody does, `Some(None)` when the file does
    /// not tell. The lock is touched for an instant, so takers try more than once.
    pub fn held_by(path: &Path) -> io::Result<Option<Option<u32>>> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(holder(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(PRIVATE_FILE_MODE)
        .open(path)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn beside(path: &Path) -> io::Result<(&Path, PathBuf)> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not the path of a file",
        ));
    };
    let dir = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut temporary = name.to_os_string();
    temporary.push(format!(".{}.tmp", std::process::id()));
    Ok((dir, dir.join(temporary)))
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(mode)
        .open(path)?;
    // A left-over of a crash may have had another mode.
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
