//! Keeps the checkpoint of a sink: written when something changed, at most some times a second, and before a
//! request whose name must not be forgotten.
//!
//! A disk that does not take it stops nothing: shipping goes on, and what is at stake is duplicates.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use service::Clock;
use tokio::sync::{Mutex, Notify};
use tracing::{error, info, warn};

use crate::checkpoint::{self, Checkpoint, Entry, Store};
use crate::delivery::progress::{FileProgress, Kept, Progress, State};
use crate::delivery::wake::Wake;
use crate::input::Identity;
use crate::metrics::SinkFigures;
use crate::position::FileKey;

/// The least time between two checkpoints: what was acknowledged in it is sent again after a crash.
const INTERVAL: Duration = Duration::from_millis(250);
/// How many times longer than writing one takes nothing is written.
const REST_RATIO: u32 = 4;
/// After a failure.
const FAILED_PAUSE: Duration = Duration::from_secs(2);

/// What keeps the checkpoint of a sink.
#[derive(Debug)]
pub struct Keeping {
    store: Arc<Store>,
    progress: Arc<Progress>,
    figures: Arc<SinkFigures>,
    clock: Clock,
    changed: Notify,
    /// Who reads wants to know what the disk knows.
    wake: Arc<Wake>,
    /// One is written at a time.
    turn: Arc<std::sync::Mutex<()>>,
    /// The version that was written last.
    written: Mutex<Option<u64>>,
}

impl Keeping {
    /// Nothing was written yet.
    pub fn new(
        store: Store,
        progress: Arc<Progress>,
        figures: Arc<SinkFigures>,
        clock: Clock,
        wake: Arc<Wake>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::new(store),
            progress,
            figures,
            clock,
            changed: Notify::new(),
            wake,
            turn: Arc::default(),
            written: Mutex::new(None),
        })
    }

    /// Something changed.
    pub fn changed(&self) {
        self.changed.notify_one();
    }

    /// Writes whenever something changed. Never ends by itself.
    pub async fn run(&self, after: impl Fn()) {
        loop {
            self.changed.notified().await;
            let began = self.clock.monotonic();
            let is_written = self.save().await;
            let took = self.clock.monotonic().saturating_sub(began);
            after();
            let pause = match is_written {
                true => INTERVAL.max(took * REST_RATIO),
                false => {
                    self.changed();
                    FAILED_PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Writes what there is now, unless that was written. Says whether it is on the disk.
    pub async fn save(&self) -> bool {
        let mut written = self.written.lock().await;
        if *written == Some(self.progress.lock().version) {
            return true;
        }
        let (progress, store) = (Arc::clone(&self.progress), Arc::clone(&self.store));
        let turn = Arc::clone(&self.turn);
        let (sink, now_ms) = (Arc::clone(self.figures.name()), self.clock.now_ms());
        let saving = tokio::task::spawn_blocking(move || {
            // Who waits for this may be gone before it is written, and the next one must not be in between.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let Snapshot {
                checkpoint,
                version,
                marks,
            } = snapshot(&progress, &sink, now_ms);
            store.save(&checkpoint)?;
            progress.lock().keep(&marks);
            Ok::<_, std::io::Error>(version)
        });
        let saved = match saving.await {
            Ok(saved) => saved.map_err(|error| error.to_string()),
            Err(ended) => Err(ended.to_string()),
        };
        let is_saved = saved.is_ok();
        self.wake.freed();
        match &saved {
            Ok(version) => {
                *written = Some(*version);
                // What was forgotten since, because the disk knows all of it, leaves with the next one.
                if self.progress.lock().version != *version {
                    self.changed();
                }
            }
            Err(_) => *written = None,
        }
        self.tell(saved.map(drop));
        is_saved
    }

    fn tell(&self, saved: Result<(), String>) {
        let path = self.store.path().display().to_string();
        let saved = saved.map_err(|why| format!("cannot write {path}: {why}"));
        let why = saved.as_ref().err().cloned();
        let sink = &**self.figures.name();
        match (self.figures.checkpoint(saved), why) {
            (true, Some(why)) => error!(
                sink,
                "{why}; shipping goes on, and after a crash what is delivered from now on is sent again: make room on \
                 the disk of the state directory"
            ),
            (true, None) => info!(sink, path, "checkpoints are written again"),
            (false, _) => {}
        }
    }
}

/// What a checkpoint says now.
struct Snapshot {
    checkpoint: Checkpoint,
    /// Of which version of the progress.
    version: u64,
    /// The low-water mark of each file that is in it.
    marks: Vec<(FileKey, u64)>,
}

fn snapshot(progress: &Progress, sink: &str, now_ms: i64) -> Snapshot {
    // Files are read without the lock, which the reader and the sender need.
    let stale = stale(&progress.lock());
    let fresh: Vec<_> = stale
        .into_iter()
        .filter_map(|(key, file, stamp)| match file.identity(stamp.0) {
            Ok(identity) => Some((key, stamp, Arc::new(identity))),
            Err(error) => {
                // What the last checkpoint said remains true, and costs no more than duplicates.
                tracing::debug!(path = %file.path().display(), %error, "no mark");
                None
            }
        })
        .collect();
    let mut state = progress.lock();
    for (key, stamp, identity) in fresh {
        if let Some(file) = state.files.get_mut(&key) {
            file.kept = Some(Kept { stamp, identity });
        }
    }
    let known = state.files.iter().filter(|(_, file)| file.kept.is_some());
    Snapshot {
        marks: known
            .map(|(key, file)| (*key, file.ranges.low_water()))
            .collect(),
        checkpoint: document(&state, sink, now_ms),
        version: state.version,
    }
}

type Stale = (FileKey, Arc<crate::input::LogFile>, (u64, u64));

fn stale(state: &State) -> Vec<Stale> {
    let stale = state.files.iter().filter_map(|(key, file)| {
        let stamp = stamp(file);
        let is_fresh = file.kept.as_ref().is_some_and(|kept| kept.stamp == stamp);
        let is_readable = file.ended_at.is_none() || file.kept.is_none();
        (!is_fresh && is_readable).then(|| (*key, Arc::clone(&file.file), stamp))
    });
    stale.collect()
}

fn stamp(file: &FileProgress) -> (u64, u64) {
    (file.ranges.low_water(), file.file.size())
}

fn document(state: &State, sink: &str, now_ms: i64) -> Checkpoint {
    let mut files = Vec::new();
    let mut numbers = BTreeMap::new();
    for (key, file) in &state.files {
        let Some(kept) = &file.kept else {
            continue;
        };
        numbers.insert(*key, files.len());
        files.push(entry(file, &kept.identity));
    }
    let mut old_numbers = BTreeMap::new();
    for missing in &state.missing {
        old_numbers.insert(missing.number, files.len());
        files.push(missing.entry.clone());
    }
    let plans = state.plans.iter().map(|(name, plan)| {
        let spans = plan.spans.iter().filter_map(|span| {
            Some(checkpoint::PlannedSpan {
                file: *numbers.get(&span.file)?,
                start: span.start,
                end: span.end,
            })
        });
        checkpoint::Plan {
            name: name.to_string(),
            destination: plan.destination.to_string(),
            spans: spans.collect(),
        }
    });
    let unmatched = state.unmatched_plans.iter().map(|(name, plan)| {
        let spans = plan.spans.iter().filter_map(|span| {
            let matched = plan
                .matched
                .get(&span.file)
                .and_then(|key| numbers.get(key));
            let file = *matched.or_else(|| old_numbers.get(&span.file))?;
            Some(checkpoint::PlannedSpan { file, ..*span })
        });
        checkpoint::Plan {
            name: name.to_string(),
            destination: plan.destination.to_string(),
            spans: spans.collect(),
        }
    });
    let plans = plans.chain(unmatched).collect();
    Checkpoint {
        sink: sink.to_owned(),
        written_ms: now_ms,
        files,
        plans,
    }
}

/// What was read before the mark is what the identity says; what is acknowledged may have grown since, which
/// the ranges say.
fn entry(file: &FileProgress, identity: &Identity) -> Entry {
    let low_water = file.ranges.low_water();
    let below = (identity.mark.offset < low_water).then_some((identity.mark.offset, low_water));
    let above = file.ranges.above().map(|range| (range.start, range.end));
    let mut identity = identity.clone();
    if let Some(ended_at) = file.ended_at {
        // What is behind it has been counted as lost.
        identity.size = ended_at;
    }
    Entry {
        identity,
        acknowledged: below.into_iter().chain(above).collect(),
        missing_since_ms: None,
    }
}

/// Said at the start.
pub fn tell_loaded(sink: &str, store: &Store, loaded: &checkpoint::Loaded, now_ms: i64) {
    if let Some(warning) = &loaded.warning {
        warn!(sink, "{warning}");
    }
    match &loaded.checkpoint {
        Some(checkpoint) => info!(
            sink,
            path = %store.path().display(),
            files = checkpoint.files.len(),
            unanswered = checkpoint.plans.len(),
            seconds_old = now_ms.saturating_sub(checkpoint.written_ms) / 1000,
            "going on from the checkpoint"
        ),
        None => {
            info!(sink, path = %store.path().display(), "there is no checkpoint yet: a first start")
        }
    }
}
