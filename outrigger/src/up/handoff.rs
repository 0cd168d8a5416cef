//! What is there only while the suite runs. The sockets by which authn hands connections to the
//! broker are in it, too, or, where its path is too long for a socket, in a private directory of their own.

use super::directory::write_error;
use super::failure::UpError;
use super::parts::PARTS;
use crate::data_dir::DataDir;
use identity::control::{CONTROL_SOCKET, RELAY_SOCKET};
use service::files::create_temporary_dir;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// `sun_path` of Linux less the byte that ends it.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// The group may enter, so that the two processes can run as two users of one group.
const MODE: u32 = 0o750;

/// The directories; their end is that of the suite.
#[derive(Debug)]
pub(super) struct Handoff {
    sockets: PathBuf,
    data_dir: DataDir,
    /// Whether what lies in the data directory is ours, and not that of an instance that runs.
    is_claimed: bool,
}

impl Handoff {
    /// Chooses where the sockets are. A directory of their own is made at once: its name must be
    /// nobody else's.
    pub(super) fn choose(data_dir: &DataDir) -> Result<Self, UpError> {
        let run = data_dir.run();
        let sockets = if fits(&run) {
            run
        } else {
            create_temporary_dir("outrigger-run").map_err(UpError::Temporary)?
        };
        Ok(Self {
            sockets,
            data_dir: data_dir.clone(),
            is_claimed: false,
        })
    }

    /// Where the sockets are.
    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// Makes what lies in the data directory, which is ours by now.
    pub(super) fn create(&mut self) -> Result<(), UpError> {
        self.is_claimed = true;
        let run = self.data_dir.run();
        let made = match DirBuilder::new().mode(MODE).create(&run) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            // Whatever the umask took away or an earlier one left.
            _ => fs::set_permissions(&run, Permissions::from_mode(MODE)),
        };
        made.map_err(write_error(&run))
    }
}

impl Drop for Handoff {
    fn drop(&mut self) {
        if !self.is_claimed && self.sockets == self.data_dir.run() {
            return;
        }
        for socket in [CONTROL_SOCKET, RELAY_SOCKET] {
            let _ = fs::remove_file(self.sockets.join(socket));
        }
        // What else lies in a directory is not ours to remove.
        let _ = fs::remove_dir(&self.sockets);
        if self.is_claimed {
            for part in PARTS {
                let _ = fs::remove_file(self.data_dir.bound_by(part.name));
                let _ = fs::remove_file(self.data_dir.pid_of(part.name));
            }
            let _ = fs::remove_dir(self.data_dir.run());
        }
    }
}

fn fits(directory: &Path) -> bool {
    let longest = CONTROL_SOCKET.len().max(RELAY_SOCKET.len());
    directory.as_os_str().len() + 1 + longest <= SOCKET_PATH_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::Handoff;
    use crate::data_dir::DataDir;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_lies_in_the_data_directory_where_a_socket_can_and_goes_with_the_suite() {
        let temporary = tempfile::tempdir().expect("temp dir");
        // The name of the data directory, whether the sockets are in it, the mode.
        let long = "x".repeat(120);
        for (name, below, mode) in [("d", true, 0o750), (&long, false, 0o700)] {
            let dir = DataDir::new(&temporary.path().join(name)).expect("absolute");
            fs::create_dir(dir.path()).expect("created");
            let mut handoff = Handoff::choose(&dir).expect("chosen");
            handoff.create().expect("made");
            handoff.create().expect("made already");
            let path = handoff.sockets().to_owned();
            assert_eq!(path == dir.run(), below, "{}", path.display());
            assert!(path.as_os_str().len() < 95, "{}", path.display());
            let metadata = fs::metadata(&path).expect("it is there");
            assert_eq!(metadata.permissions().mode() & 0o777, mode);
            fs::write(path.join("relay.sock"), "").expect("a socket");
            fs::write(dir.pid_of("authn"), "1").expect("an id");
            drop(Handoff::choose(&dir).expect("a second one"));
            assert!(path.join("relay.sock").exists() && dir.pid_of("authn").exists());
            drop(handoff);
            assert!(!dir.run().exists());
            assert!(!path.exists(), "{}", path.display());
        }
    }
}
