//! What the kernel says of directories, as a reason to look sooner; never as the truth.
//!
//! A busy file is reported with every write. The thread that receives the reports therefore rests after a
//! moment's work: meanwhile the kernel merges equal reports, and drops the rest with a note to look at
//! everything.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, Event, EventKind, MetadataKind, ModifyKind};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use service::Clock;

use super::identity::Node;
use super::shared::Shared;

/// How long reports are taken before a rest.
const WORK: Duration = Duration::from_millis(1);
/// How long that is.
const REST: Duration = Duration::from_millis(10);

/// The directories that the kernel reports on.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    gate: Arc<Gate>,
    covered: HashMap<PathBuf, Node>,
    refused: HashSet<PathBuf>,
}

/// Lets the receiving thread rest, but not while it is asked for something.
#[derive(Debug, Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Watch {
    /// Begins, with no directory yet.
    pub(super) fn start(shared: Arc<Shared>, clock: Clock) -> Self {
        let gate = Arc::new(Gate::default());
        let receiver = receiver(shared, clock, Arc::clone(&gate));
        let watcher = notify::recommended_watcher(receiver)
            .inspect_err(|error| {
                tracing::warn!(%error, "the kernel does not report on log directories; they are listed more often instead");
            })
            .ok();
        Self {
            watcher,
            gate,
            covered: HashMap::new(),
            refused: HashSet::new(),
        }
    }

    /// Whether all directories are reported on.
    pub(super) fn works(&self) -> bool {
        self.watcher.is_some() && self.refused.is_empty()
    }

    /// Makes these the directories that are reported on.
    pub(super) fn cover(&mut self, directories: &HashMap<PathBuf, Node>) {
        let Some(watcher) = self.watcher.as_mut() else {
            return;
        };
        self.gate.set(true);
        self.covered.retain(|path, node| {
            let stays = directories.get(path) == Some(node);
            if !stays {
                // An error says that the directory is gone, and its watch with it.
                let _ = watcher.unwatch(path);
            }
            stays
        });
        let refused_before = !self.refused.is_empty();
        self.refused.retain(|path| directories.contains_key(path));
        for (path, node) in directories {
            if self.covered.contains_key(path) {
                continue;
            }
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.refused.remove(path);
                    self.covered.insert(path.clone(), *node);
                }
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => {
                    if !refused_before && self.refused.is_empty() {
                        refuse(path, &error);
                    }
                    self.refused.insert(path.clone());
                }
            }
        }
        self.gate.set(false);
    }
}

fn refuse(path: &Path, error: &notify::Error) {
    tracing::warn!(
        path = %path.display(),
        %error,
        "the kernel does not report on a log directory; it is listed more often instead \
         (fs.inotify.max_user_watches and fs.inotify.max_user_instances bound what it reports on)"
    );
}

/// What runs in the receiving thread, with each report.
fn receiver(
    shared: Arc<Shared>,
    clock: Clock,
    gate: Arc<Gate>,
) -> impl FnMut(notify::Result<Event>) + Send + 'static {
    let mut rested = Duration::ZERO;
    move |report| {
        match report {
            Ok(event) if event.need_rescan() => shared.poke.all(),
            Ok(event) => {
                let is_content = match event.kind {
                    EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
                    // Others open files, and so do we.
                    EventKind::Access(_) => return,
                    EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)) => false,
                    EventKind::Modify(ModifyKind::Data(_)) => true,
                    _ => false,
                };
                for path in event.paths {
                    if is_content {
                        shared.poke.content(path);
                    } else {
                        shared.poke.name(path);
                    }
                }
            }
            Err(_) => shared.poke.all(),
        }
        if clock.monotonic().saturating_sub(rested) >= WORK {
            gate.rest(REST);
            rested = clock.monotonic();
        }
    }
}

impl Gate {
    fn set(&self, open: bool) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = open;
        self.changed.notify_all();
    }

    fn rest(&self, at_most: Duration) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(open, at_most, |open| !*open);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.gate.set(true);
    }
}
