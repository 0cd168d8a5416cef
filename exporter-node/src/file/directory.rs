//! The names in a directory: sorted, and only so many.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, Mode, OFlags, open};

use super::ReadError;

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

pub(super) fn names(path: &Path) -> io::Result<Vec<String>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::NONBLOCK;
    let directory = open(path, flags, Mode::empty())?;
    let mut names = Vec::new();
    for entry in Dir::new(directory)? {
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
