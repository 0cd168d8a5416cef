//! Whether this process may make files at a path, found out without making any.
//!
//! It is a guess for people: rights may change before something is written there, and root may do anything.

use std::io;
use std::path::Path;

use rustix::fs::Access;

/// Whether a directory is there, or can be made, in which files can be made.
///
/// # Errors
/// Why not.
pub fn directory(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    for place in path.ancestors() {
        match std::fs::metadata(place) {
            Ok(found) if found.is_dir() => {
                rustix::fs::access(place, Access::WRITE_OK | Access::EXEC_OK)?;
                return Ok(());
            }
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            // The one above may be there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Whether a file can be put at a path, whose directory is there.
///
/// # Errors
/// Why not.
pub fn file(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    std::fs::metadata(parent)?;
    directory(parent)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::{directory, file};

    #[test]
    fn the_nearest_directory_decides() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        fs::write(place.join("file"), "").unwrap();
        let kind = |found: std::io::Result<()>| found.err().map(|error| error.kind());
        for (path, of_directory, of_file) in [
            ("", None, Some(ErrorKind::IsADirectory)),
            ("new", None, None),
            ("new/below", None, Some(ErrorKind::NotFound)),
            ("file", Some(ErrorKind::NotADirectory), None),
            (
                "file/below",
                Some(ErrorKind::NotADirectory),
                Some(ErrorKind::NotADirectory),
            ),
        ] {
            let path = place.join(path);
            assert_eq!(kind(directory(&path)), of_directory, "{path:?}");
            assert_eq!(kind(file(&path)), of_file, "{path:?}");
        }
    }
}
