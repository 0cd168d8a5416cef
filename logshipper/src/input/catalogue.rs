//! All files that are followed, and the thread that looks after them.
//!
//! The thread rescans; others ask it for files, read those, and are called when something changed. What it
//! decides in a round is in `survey`, which knows no threads and is handed the time.

mod candidate;
mod checkpoints;
mod copies;
mod holding;
mod probe;
mod survey;
mod tracked;
mod unwanted;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use service::Clock;

use super::figures::Figures;
use super::file::LogFile;
use super::identity::Identity;
use super::settings::{InputSettings, RESCAN_IDLE_MAX};
use super::shared::Shared;
use super::watch::Watch;
use crate::position::FileKey;
use survey::{Now, Survey};

/// All files that are followed. Dropping it ends the thread.
#[derive(Debug)]
pub struct Catalogue {
    registry: Arc<Registry>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Why nothing can be followed.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A glob is not one.
    #[error("{0}")]
    Glob(String),
    /// There is no thread to be had.
    #[error("the thread that looks after log files cannot be started")]
    Thread(#[source] io::Error),
}

/// What a call of [`Catalogue::watch`] is undone by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchId(u64);

/// What is called with the files that changed.
pub type BoxedWatcher = Box<dyn Fn(&[FileKey]) + Send + Sync>;

type Watcher = Arc<dyn Fn(&[FileKey]) + Send + Sync>;

/// The files and who is told of changes.
#[derive(Default)]
pub(super) struct Registry {
    files: RwLock<HashMap<FileKey, Arc<LogFile>>>,
    watchers: Mutex<Vec<(WatchId, Watcher)>>,
    next_watch: AtomicU64,
    settled: AtomicBool,
}

/// The least time between two looks, in which reasons to look gather.
const GATHER: Duration = Duration::from_millis(10);
/// How many times longer than a rescan takes the thread then rests.
const REST_RATIO: u32 = 4;

impl Catalogue {
    /// Looks at everything once, and begins to follow. `known` is what the checkpoints of all sinks have.
    pub fn start(
        settings: InputSettings,
        known: Vec<Identity>,
        clock: Clock,
    ) -> Result<Self, InputError> {
        let (mut catalogue, mut survey) = Self::unattended(settings, known)?;
        survey.round(now(&clock));
        let shared = Arc::clone(&catalogue.shared);
        let thread = std::thread::Builder::new()
            .name("log-files".to_owned())
            .spawn(move || follow(&mut survey, &shared, &clock))
            .map_err(InputError::Thread)?;
        catalogue.thread = Some(thread);
        Ok(catalogue)
    }

    /// Without the thread: rounds happen when they are asked for.
    pub(super) fn unattended(
        settings: InputSettings,
        known: Vec<Identity>,
    ) -> Result<(Self, Survey), InputError> {
        let shared = Arc::new(Shared::new(settings.open_files_max, settings.sinks));
        let registry = Arc::new(Registry::default());
        let survey = Survey::new(settings, known, Arc::clone(&shared), Arc::clone(&registry))
            .map_err(InputError::Glob)?;
        let catalogue = Self {
            registry,
            shared,
            thread: None,
        };
        Ok((catalogue, survey))
    }

    /// All files, in the order in which they were found; at the start that is the order of writing.
    pub fn files(&self) -> Vec<Arc<LogFile>> {
        let files = self
            .registry
            .files
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut files: Vec<_> = files.values().cloned().collect();
        files.sort_by_key(|file| file.key());
        files
    }

    /// A file. Files that are gone and delivered are forgotten after a while.
    pub fn file(&self, key: FileKey) -> Option<Arc<LogFile>> {
        self.registry
            .files
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned()
    }

    /// Has this called, from the catalogue's thread, with files that are new, grew, were renamed, ended or
    /// were forgotten; and once with none, when everything is [settled](Self::settled). It must not wait.
    pub fn watch(&self, watcher: BoxedWatcher) -> WatchId {
        let id = WatchId(self.registry.next_watch.fetch_add(1, Ordering::Relaxed));
        self.registry
            .watchers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((id, Arc::from(watcher)));
        id
    }

    /// Undoes that.
    pub fn unwatch(&self, id: WatchId) {
        self.registry
            .watchers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|(other, _)| *other != id);
    }

    /// Whether every file that was there at the start has been compared with the checkpoints: what is in
    /// none of them now is gone.
    pub fn settled(&self) -> bool {
        self.registry.settled.load(Ordering::Acquire)
    }

    /// Whether the thread still looks; if not, it broke, and nothing new will be seen.
    pub fn is_at_work(&self) -> bool {
        let thread = self.thread.as_ref();
        thread.is_some_and(|thread| !thread.is_finished())
    }

    /// What is counted.
    pub fn figures(&self) -> Figures {
        self.shared
            .counters
            .figures(self.shared.descriptors.open_files())
    }
}

impl Drop for Catalogue {
    fn drop(&mut self) {
        self.shared.poke.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Registry {
    pub(super) fn insert(&self, file: Arc<LogFile>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.insert(file.key(), file);
    }

    pub(super) fn remove(&self, key: FileKey) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.remove(&key);
    }

    /// Every file that was there at the start has been judged; told once.
    pub(super) fn settle(&self) {
        if !self.settled.swap(true, Ordering::AcqRel) {
            self.call(&[]);
        }
    }

    /// Tells of changes, if there are any.
    pub(super) fn tell(&self, keys: &[FileKey]) {
        if !keys.is_empty() {
            self.call(keys);
        }
    }

    fn call(&self, keys: &[FileKey]) {
        let watchers: Vec<Watcher> = self
            .watchers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(_, watcher)| Arc::clone(watcher))
            .collect();
        for watcher in watchers {
            watcher(keys);
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registry").finish_non_exhaustive()
    }
}

/// Rescans until it is over. A rescan is due after a while, and sooner when names changed; in between only
/// files are looked at whose content is said to have changed.
fn follow(survey: &mut Survey, shared: &Arc<Shared>, clock: &Clock) {
    let mut watch = Watch::start(Arc::clone(shared), clock.clone());
    let mut period = survey.pause();
    let mut due = Duration::ZERO;
    let mut all = true;
    loop {
        let begun = clock.monotonic();
        if all || begun >= due {
            let round = survey.round(now(clock));
            watch.cover(&round.directories);
            period = match (watch.works(), round.changed || all) {
                (false, _) => survey.pause() / 4,
                (true, true) => survey.pause(),
                (true, false) => (period * 2).min(RESCAN_IDLE_MAX).max(survey.pause()),
            };
            due = if round.more { begun } else { begun + period };
        }
        let took = clock.monotonic().saturating_sub(begun);
        shared.poke.gather(GATHER.max(took * REST_RATIO));
        let reasons = shared.poke.wait(due.saturating_sub(clock.monotonic()));
        if reasons.stop {
            return;
        }
        survey.refresh(&reasons.contents);
        all = reasons.all || reasons.names.iter().any(|path| survey.cares_for(path));
    }
}

fn now(clock: &Clock) -> Now {
    Now {
        wall_ms: clock.now_ms(),
        monotonic_ms: i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests;
