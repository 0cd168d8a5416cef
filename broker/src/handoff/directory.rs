//! The directory of the hand-off: its mode, its sockets, and what an earlier broker left there.
//!
//! Whoever can enter it can reach the sockets, so a directory that is open to others is refused,
//! not repaired: somebody may rely on how it is.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use identity::control::{CONTROL_SOCKET, RELAY_SOCKET};
use tokio::net::UnixListener;

/// Owner and group enter, nobody else.
const DIRECTORY_MODE: u32 = 0o750;
const SOCKET_MODE: u32 = 0o660;
/// Bits that would let somebody replace or reach a socket: group write, and anything for others.
const FORBIDDEN_BITS: u32 = 0o027;
/// The path of a Unix socket is held in 108 bytes, the last of which is NUL (unix(7)).
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Why the hand-off cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum HandoffError {
    /// The path does not fit a socket address.
    #[error(
        "outrigger.handoff.directory: the path of a Unix socket has at most \
         {SOCKET_PATH_BYTES_MAX} bytes, {} has {}; choose a shorter directory",
        path.display(),
        path.as_os_str().len()
    )]
    PathTooLong {
        /// Of the socket.
        path: PathBuf,
    },
    /// Others could reach the sockets.
    #[error(
        "outrigger.handoff.directory: {} has mode {mode:03o}; others must not reach the sockets \
         in it: chmod 750 it",
        path.display()
    )]
    Mode {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It belongs to somebody else.
    #[error(
        "outrigger.handoff.directory: {} belongs to user {uid}; it must be the broker's own: chown it",
        path.display()
    )]
    Owner {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Another broker serves there.
    #[error(
        "outrigger.handoff.directory: another broker serves {}; give each its own directory",
        path.display()
    )]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// Anything else the system says.
    #[error("outrigger.handoff.directory: {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Both sockets, bound; removed when dropped.
#[derive(Debug)]
pub struct Sockets {
    /// Where connections are relayed to.
    pub relay: UnixListener,
    /// Where authn is told things.
    pub control: UnixListener,
    /// What removes the files.
    pub files: SocketFiles,
}

/// The files of the sockets, removed when dropped.
#[derive(Debug)]
pub struct SocketFiles([PathBuf; 2]);

impl Drop for SocketFiles {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

impl Sockets {
    /// Makes the directory where it is missing, and binds both sockets in it.
    pub fn bind(directory: &Path) -> Result<Self, HandoffError> {
        let paths = [directory.join(RELAY_SOCKET), directory.join(CONTROL_SOCKET)];
        for path in &paths {
            if path.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
                return Err(HandoffError::PathTooLong { path: path.clone() });
            }
        }
        prepare(directory)?;
        let [relay, control] = &paths;
        let (relay, control) = (bind(relay)?, bind(control)?);
        Ok(Self {
            relay,
            control,
            files: SocketFiles(paths),
        })
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> HandoffError + '_ {
    move |source| HandoffError::Io {
        path: path.to_owned(),
        source,
    }
}

fn prepare(directory: &Path) -> Result<(), HandoffError> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent).map_err(failed(directory))?;
    }
    match DirBuilder::new().mode(DIRECTORY_MODE).create(directory) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(failed(directory)(e)),
    }
    let found = fs::metadata(directory).map_err(failed(directory))?;
    let mode = found.mode() & 0o777;
    if mode & FORBIDDEN_BITS != 0 {
        return Err(HandoffError::Mode {
            path: directory.to_owned(),
            mode,
        });
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(HandoffError::Owner {
            path: directory.to_owned(),
            uid: found.uid(),
        });
    }
    Ok(())
}

fn bind(path: &Path) -> Result<UnixListener, HandoffError> {
    // A killed broker leaves its socket; one that answers is another broker's.
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(HandoffError::InUse {
            path: path.to_owned(),
        });
    }
    service::files::remove_if_exists(path).map_err(failed(path))?;
    let listener = UnixListener::bind(path).map_err(failed(path))?;
    // Until here the directory's mode alone keeps others away, and it does.
    fs::set_permissions(path, Permissions::from_mode(SOCKET_MODE)).map_err(failed(path))?;
    Ok(listener)
}

#[cfg(test)]
mod tests;
