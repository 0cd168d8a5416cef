//! Notices that files changed: the certificates, rules and identities that are reloaded without a restart.
//!
//! Whoever uses it watches first and reads after: what changes in between is then told. inotify
//! wakes, but never decides; what decides is whether the files look different, so that a missed or
//! foreign event does no harm, and where there is no inotify, looking once a second is enough.
//! It does not read files and does not say which one changed.

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::unix::AsyncFd;

/// How long files must look the same before a change is told: a renewed certificate is two files.
const QUIET: Duration = Duration::from_millis(50);
/// A file that is written without pause is told after this many [`QUIET`] all the same.
const QUIET_ROUNDS_MAX: u32 = 10;
/// How often to look where nothing wakes.
const POLL: Duration = Duration::from_secs(1);
/// How often to look although something wakes: some file systems tell nothing of changes that
/// another machine makes.
const SAFETY_POLL: Duration = Duration::from_secs(15);
/// Entries of one directory that are looked at; beyond them only the directory's own time tells.
const ENTRIES_MAX: usize = 100_000;

/// Watches files and directories (with what is directly in them), whether or not they exist yet.
#[derive(Debug)]
pub struct Watch {
    paths: Arc<[PathBuf]>,
    seen: BTreeMap<PathBuf, Stamp>,
    waker: Waker,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mode: u32,
    modified: (i64, i64),
    changed: (i64, i64),
}

#[derive(Debug)]
enum Waker {
    /// Not asked for yet: a descriptor belongs to the runtime that waits for it.
    Unopened,
    Inotify(AsyncFd<OwnedFd>),
    Polling,
}

impl Watch {
    /// Remembers how the files look now. A directory stands for what is directly in it; a link for
    /// what it leads to.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let paths: Arc<[PathBuf]> = paths.into_iter().collect();
        let seen = look(&paths);
        Self {
            paths,
            seen,
            waker: Waker::Unopened,
        }
    }

    /// Waits until something looks different from when this returned last, or from the start, and
    /// has looked the same for a moment. Nothing is lost when the future is dropped.
    pub async fn changed(&mut self) {
        loop {
            self.arm();
            let mut now = self.look().await;
            if now != self.seen {
                for _ in 0..QUIET_ROUNDS_MAX {
                    tokio::time::sleep(QUIET).await;
                    let later = self.look().await;
                    if later == now {
                        break;
                    }
                    now = later;
                }
                self.seen = now;
                return;
            }
            self.wake().await;
        }
    }

    /// Where threads may block: a directory may hold many files.
    async fn look(&self) -> BTreeMap<PathBuf, Stamp> {
        let paths = Arc::clone(&self.paths);
        let looked = tokio::task::spawn_blocking(move || look(&paths)).await;
        // A runtime that ends looks at nothing any more.
        looked.unwrap_or_else(|_| self.seen.clone())
    }

    /// Asks for events about every directory in which a change can show. Asking again for one that
    /// is watched costs a system call and changes nothing.
    fn arm(&mut self) {
        if matches!(self.waker, Waker::Unopened) {
            self.waker = match open() {
                Ok(fd) => Waker::Inotify(fd),
                Err(error) => {
                    tracing::debug!(%error, "no inotify; files are looked at every second");
                    Waker::Polling
                }
            };
        }
        let Waker::Inotify(fd) = &self.waker else {
            return;
        };
        let flags = WatchFlags::ATTRIB
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MODIFY
            | WatchFlags::MOVE
            | WatchFlags::MOVE_SELF;
        let asked = self
            .paths
            .iter()
            .flat_map(|path| places(path))
            .try_for_each(|place| inotify::add_watch(fd, place, flags).map(drop));
        // A place that went meanwhile is asked for again at the next turn; no room for watches is for good.
        if asked == Err(rustix::io::Errno::NOSPC) {
            self.waker = Waker::Polling;
        }
    }

    async fn wake(&mut self) {
        match &self.waker {
            Waker::Inotify(fd) => {
                let _ = tokio::time::timeout(SAFETY_POLL, drained(fd)).await;
            }
            Waker::Unopened | Waker::Polling => tokio::time::sleep(POLL).await,
        }
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe for types that may change their descriptor; an OwnedFd cannot"
)]
fn open() -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?)
}

/// Waits for events and takes them all; what they say is not needed.
async fn drained(fd: &AsyncFd<OwnedFd>) {
    let Ok(mut ready) = fd.readable().await else {
        return;
    };
    let mut events = [0_u8; 4096];
    while rustix::io::read(fd, &mut events[..]).is_ok_and(|count| count > 0) {}
    ready.clear_ready();
}

/// The directories that tell of changes to `path`: itself where it is one, else the nearest that
/// exists, and the same for where a link leads.
fn places(path: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for path in [Some(path.to_path_buf()), fs::canonicalize(path).ok()]
        .into_iter()
        .flatten()
    {
        if path.is_dir() {
            places.push(path.clone());
        }
        let nearest = path.ancestors().skip(1).map(|parent| {
            if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            }
        });
        places.extend(
            nearest
                .into_iter()
                .find(|parent| parent.is_dir())
                .map(Path::to_path_buf),
        );
    }
    places
}

fn look(paths: &[PathBuf]) -> BTreeMap<PathBuf, Stamp> {
    let mut seen = BTreeMap::new();
    for path in paths {
        let Ok(metadata) = fs::metadata(path) else {
            continue;
        };
        seen.insert(path.clone(), Stamp::of_metadata(&metadata));
        if !metadata.is_dir() {
            continue;
        }
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        for entry in entries.take(ENTRIES_MAX) {
            if let Ok(metadata) = fs::metadata(entry.path()) {
                seen.insert(entry.path(), Stamp::of_metadata(&metadata));
            }
        }
    }
    seen
}

impl Stamp {
    /// How the file looks now; a link is what it leads to.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self::of_metadata(&metadata))
    }

    fn of_metadata(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mode: metadata.mode(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(test)]
mod tests;
