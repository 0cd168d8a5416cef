//! Putting one file: written beside its name, on the disk, and only then called by it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// For the owner and its group, who fetches them.
const DIRECTORY_MODE: u32 = 0o750;
const FILE_MODE: u32 = 0o640;
/// What a file that has no name yet begins with.
pub(super) const UNFINISHED: &str = ".unfinished-";

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It is there now.
    New,
    /// It was there.
    Same,
    /// The name is taken by something else.
    Other,
}

/// Puts `bytes` at `path`, unless there is something.
pub(super) fn place(path: &Path, bytes: &[u8]) -> io::Result<Placed> {
    if path.exists() {
        return compare(path, bytes);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    make(folder)?;
    let temporary = unfinished(path);
    let written = write(&temporary, bytes).and_then(|()| name(&temporary, path));
    match written {
        Ok(()) => {
            File::open(folder)?.sync_all()?;
            Ok(Placed::New)
        }
        Err(error) => {
            let _ = fs::remove_file(&temporary);
            match error.kind() {
                io::ErrorKind::AlreadyExists => compare(path, bytes),
                _ => Err(error),
            }
        }
    }
}

fn compare(path: &Path, bytes: &[u8]) -> io::Result<Placed> {
    // One of another length is not read: it may be anything.
    let is_same = fs::metadata(path)?.len() == bytes.len() as u64 && fs::read(path)? == bytes;
    if !is_same {
        return Ok(Placed::Other);
    }
    // It may be there since a moment ago, by a process that ended before it was on the disk.
    File::open(path)?.sync_all()?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(Placed::Same)
}

fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{UNFINISHED}{name}"))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a file its name, unless something has it.
fn name(temporary: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, temporary, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // Not every file system can; nearly all of those have links.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            fs::hard_link(temporary, path)?;
            fs::remove_file(temporary)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes a folder with those above it, each on the disk.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
    {
        make(above)?;
    }
    match DirBuilder::new().mode(DIRECTORY_MODE).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let above = folder
        .parent()
        .filter(|above| !above.as_os_str().is_empty());
    File::open(above.unwrap_or(Path::new(".")))?.sync_all()
}
