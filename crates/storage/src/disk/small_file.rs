//! Small files that are read and replaced as a whole.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::FileError;
use super::io::Io;

/// The most bytes read from a small file: a checkpoint of a million partitions fits many times.
const SMALL_FILE_BYTES_MAX: u64 = 1 << 30;

/// Whether a write outlives a power cut when it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durable {
    No,
    Yes,
}

/// Writes a file that was not there.
pub(super) fn create(io: &Io, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = Arc::new(io.create(path)?);
    io.write_at(&file, &mut [IoSlice::new(bytes)], 0)
}

/// Writes beside the file and renames over it.
pub(super) fn write(io: &Io, path: &Path, bytes: &[u8], durable: Durable) -> Result<(), FileError> {
    let temporary = temporary_path(path);
    let written: io::Result<()> = (|| {
        let file = Arc::new(io.create(&temporary)?);
        io.write_at(&file, &mut [IoSlice::new(bytes)], 0)?;
        if durable == Durable::Yes {
            io.sync(&file)?;
        }
        io.rename(&temporary, path)?;
        match (durable, path.parent()) {
            (Durable::Yes, Some(parent)) => io.sync_directory(parent),
            _ => Ok(()),
        }
    })();
    written.map_err(|e| {
        // The next write makes it anew; on a full disk its blocks are wanted back.
        let _ = io.remove(&temporary);
        FileError::new("write", path, e)
    })
}

pub(super) fn read(io: &Io, path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let contents: io::Result<Vec<u8>> = (|| {
        let file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        if size > SMALL_FILE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = vec![0; size as usize];
        let read = io.read_at(&file, &mut bytes, 0)?;
        bytes.truncate(read);
        Ok(bytes)
    })();
    match contents {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(FileError::new("read", path, e)),
    }
}

pub(super) fn list(path: &Path) -> Result<Option<Vec<String>>, FileError> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(FileError::new("list", path, e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| FileError::new("list", path, e))?;
        // What is not UTF-8 was not written by us.
        if let Ok(name) = entry.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(Some(names))
}

fn temporary_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    name.into()
}
