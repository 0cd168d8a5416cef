//! The names in a directory: sorted, and only so many.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Dir, Mode, OFlags, open};

use super::ReadError;
use super::descriptors::{Descriptors, Place};

/// More than any machine has processors, devices or interfaces in one directory; procfs has at
/// most 2^22 processes, of which `processes` counts with a limit of its own.
pub const ENTRIES_MAX: usize = 65_536;

/// The names in a directory, sorted, without `.` and `..`; what is not UTF-8 is left out, as such a
/// name is none of the kernel's.
///
/// # Errors
/// It is not there, cannot be read, or has more than [`ENTRIES_MAX`] names.
pub fn list(path: &Path) -> Result<Vec<String>, ReadError> {
    names(path).map_err(|source| ReadError {
        path: PathBuf::from(path),
        source,
    })
}

/// A directory that is listed again and again: kept open, as a way of many steps costs more than a short list.
#[derive(Debug, Default)]
pub(super) struct KeptDirectory(Option<(Dir, Place)>);

impl KeptDirectory {
    /// The names in it now, as [`list`] gives them.
    pub(super) fn names(
        &mut self,
        path: &Path,
        descriptors: &Arc<Descriptors>,
    ) -> io::Result<Vec<String>> {
        if let Some((directory, _)) = &mut self.0 {
            directory.rewind();
            // One that was taken away has nothing in it, and another may have come in its place.
            match read(directory) {
                Ok(names) if !names.is_empty() => return Ok(names),
                _ => self.0 = None,
            }
        }
        let mut directory = open_directory(path)?;
        let names = read(&mut directory)?;
        if !names.is_empty() {
            self.0 = descriptors.take().map(|place| (directory, place));
        }
        Ok(names)
    }
}

fn names(path: &Path) -> io::Result<Vec<String>> {
    read(&mut open_directory(path)?)
}

fn open_directory(path: &Path) -> io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::NONBLOCK;
    Ok(Dir::new(open(path, flags, Mode::empty())?)?)
}

fn read(directory: &mut Dir) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    while let Some(entry) = directory.read() {
        let entry = entry?;
        match entry.file_name().to_str() {
            Err(_) | Ok("." | "..") => {}
            Ok(name) => names.push(name.to_owned()),
        }
        if names.len() > ENTRIES_MAX {
            let problem = format!("more than {ENTRIES_MAX} entries");
            return Err(io::Error::other(problem));
        }
    }
    names.sort_unstable();
    Ok(names)
}
