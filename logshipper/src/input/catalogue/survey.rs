//! One round of looking after files: what was seen is compared with what is known, and every file that is
//! new, changed or gone gets its consequence.
//!
//! It is handed the time, and runs in whatever thread calls it.

mod candidates;
mod gone;
mod truncated;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Registry;
use super::candidate::{Candidate, CandidateKind};
use super::checkpoints::Checkpoints;
use super::holding;
use super::tracked::{Tracked, Whereabouts};
use crate::input::changes::{Change, Known, Place, changes};
use crate::input::discovery::{Discovery, Found};
use crate::input::figures::Counters;
use crate::input::identity::Node;
use crate::input::observation::{Observation, Wanted};
use crate::input::settings::{InputSettings, LINGER, SETTLE_AFTER, StartAt};
use crate::input::shared::Shared;
use crate::position::FileKey;

/// The time, as a round is handed it.
#[derive(Clone, Copy, Debug)]
pub(in crate::input) struct Now {
    /// Since 1970, in milliseconds; may jump.
    pub(in crate::input) wall_ms: i64,
    /// Of this process, in milliseconds.
    pub(in crate::input) monotonic_ms: i64,
}

/// What a round came to.
#[derive(Debug)]
pub(in crate::input) struct Round {
    /// The directories that were listed.
    pub(in crate::input) directories: HashMap<PathBuf, Node>,
    /// Whether anything changed.
    pub(in crate::input) changed: bool,
    /// Whether the next round should not wait.
    pub(in crate::input) more: bool,
}

/// Everything that is known, between rounds.
#[derive(Debug)]
pub(in crate::input) struct Survey {
    settings: InputSettings,
    discovery: Discovery,
    shared: Arc<Shared>,
    registry: Arc<Registry>,
    checkpoints: Checkpoints,
    tracked: HashMap<FileKey, Tracked>,
    candidates: HashMap<Place, Candidate>,
    /// Whose inode is which; only of those that have their content there.
    places: HashMap<Place, FileKey>,
    by_log: HashMap<Arc<str>, BTreeSet<FileKey>>,
    by_path: HashMap<PathBuf, FileKey>,
    targets: HashMap<PathBuf, PathBuf>,
    troubles: HashSet<PathBuf>,
    changed: BTreeSet<FileKey>,
    /// The ids of all files, and of those that the checkpoints speak of.
    ids: HashSet<String>,
    next_key: u32,
    begun_ms: Option<i64>,
    rounds: u64,
    is_cut: bool,
    more: bool,
}

impl Survey {
    pub(in crate::input) fn new(
        settings: InputSettings,
        known: Vec<crate::input::identity::Identity>,
        shared: Arc<Shared>,
        registry: Arc<Registry>,
    ) -> Result<Self, String> {
        Ok(Self {
            ids: known
                .iter()
                .map(|identity| identity.file_id.clone())
                .collect(),
            discovery: Discovery::new(&settings.globs, &settings.excludes)?
                .without(settings.own.clone()),
            checkpoints: Checkpoints::new(known, settings.followed_since_ms),
            settings,
            shared,
            registry,
            tracked: HashMap::new(),
            candidates: HashMap::new(),
            places: HashMap::new(),
            by_log: HashMap::new(),
            by_path: HashMap::new(),
            targets: HashMap::new(),
            troubles: HashSet::new(),
            changed: BTreeSet::new(),
            next_key: 1,
            begun_ms: None,
            rounds: 0,
            is_cut: false,
            more: false,
        })
    }

    /// How long to wait between rounds.
    pub(in crate::input) fn pause(&self) -> Duration {
        self.settings.rescan
    }

    /// Looks at everything.
    pub(in crate::input) fn round(&mut self, now: Now) -> Round {
        self.more = false;
        let mut found = self.discovery.round();
        let directories = std::mem::take(&mut found.directories);
        self.targets = std::mem::take(&mut found.targets);
        self.note_troubles(&found);
        let blind: HashSet<PathBuf> = found
            .failures
            .iter()
            .map(|(path, _)| path.clone())
            .collect();
        let blind = if found.is_cut { None } else { Some(blind) };
        let changes = changes(&self.known(), found.observations);
        for place in changes.missing {
            self.miss(place, blind.as_ref(), now);
        }
        for (change, observation) in changes.seen {
            self.see(change, &observation, now);
        }
        self.check_originals();
        self.look_for_truncations();
        self.evaluate(now);
        self.settle_truncations(now);
        self.sweep(now);
        self.rounds += 1;
        self.report(directories, now)
    }

    /// Looks at what is said to have changed, and only at that.
    pub(in crate::input) fn refresh(&mut self, paths: &HashSet<PathBuf>) {
        let mut keys = Vec::new();
        for path in paths {
            let path = self.targets.get(path).unwrap_or(path);
            let Some(tracked) = self.by_path.get(path).and_then(|key| self.tracked.get(key)) else {
                if self
                    .candidates
                    .values()
                    .any(|candidate| candidate.named.path == *path)
                {
                    self.shared.poke.all();
                }
                continue;
            };
            let Some(facts) = tracked
                .file
                .descriptor()
                .ok()
                .and_then(|open| open.facts().ok())
            else {
                continue;
            };
            if facts.size < tracked.file.size() && tracked.file.observes_size() {
                tracked.file.suspect();
            } else if tracked.file.observe(&facts) {
                keys.push(tracked.file.key());
            }
        }
        self.registry.tell(&keys);
    }

    /// Whether something that came to this path, or went from it, is a reason for a round.
    pub(in crate::input) fn cares_for(&self, path: &Path) -> bool {
        self.targets.contains_key(path) || self.discovery.cares_for(path)
    }

    fn known(&self) -> HashMap<Place, Known> {
        let tracked = self.places.iter().filter_map(|(place, key)| {
            let tracked = self.tracked.get(key)?;
            let source = tracked.file.source();
            let known = Known {
                node: source.node,
                size: if tracked.file.observes_size() {
                    tracked.file.size()
                } else {
                    0
                },
                is_open: source.opened().is_some(),
            };
            Some((*place, known))
        });
        let candidates = self.candidates.iter().map(|(place, candidate)| {
            let known = Known {
                node: candidate.facts.node,
                size: candidate.facts.size,
                is_open: candidate.descriptor.is_some(),
            };
            (*place, known)
        });
        candidates.chain(tracked).collect()
    }

    fn see(&mut self, change: Change, observation: &Observation, now: Now) {
        let place = observation.facts.node.place();
        match change {
            Change::New => self.meet(observation, now),
            Change::Replaced => {
                self.lose(place, now);
                self.meet(observation, now);
            }
            Change::Shrunk if self.places.contains_key(&place) => {
                if let Some(tracked) = self
                    .places
                    .get(&place)
                    .and_then(|key| self.tracked.get(key))
                {
                    tracked.file.suspect();
                }
            }
            Change::Shrunk | Change::Present => self.meet_again(observation, now),
        }
    }

    /// A file that was not known.
    fn meet(&mut self, observation: &Observation, now: Now) {
        let Observation { named, facts } = observation;
        let at_start = self.rounds == 0;
        let age_ms = now
            .wall_ms
            .saturating_sub(facts.modified_ns / 1_000_000)
            .max(0);
        let changed_ms = now.monotonic_ms.saturating_sub(age_ms);
        let mut candidate = Candidate::new(Arc::clone(named), *facts, at_start, changed_ms);
        let began = self.checkpoints.began(&named.log_path);
        let is_old = at_start && began.is_none_or(|began| facts.modified_ns < began);
        let is_unasked = named.wanted == Wanted::Sibling && self.settings.start_at == StartAt::End;
        if is_unasked && is_old && !self.checkpoints.know(&facts.node) {
            candidate.kind = CandidateKind::Ignored;
        }
        self.candidates.insert(facts.node.place(), candidate);
    }

    fn meet_again(&mut self, observation: &Observation, now: Now) {
        let Observation { named, facts } = observation;
        let place = facts.node.place();
        if let Some(candidate) = self.candidates.get_mut(&place) {
            candidate.observe(named, facts, now.monotonic_ms);
            return;
        }
        let Some(tracked) = self
            .places
            .get(&place)
            .and_then(|key| self.tracked.get_mut(key))
        else {
            return;
        };
        tracked.whereabouts = Whereabouts::Listed;
        let grew = tracked.file.observe(facts);
        if grew {
            tracked.changed_ms = now.monotonic_ms;
        }
        let moved = tracked.file.move_to(&named.path);
        if moved {
            tracked.named = Arc::clone(named);
            // Whoever renamed it may not have let go of it yet.
            tracked.changed_ms = tracked.changed_ms.max(now.monotonic_ms.saturating_sub(1));
        }
        let retried = tracked.file.retry();
        if grew || moved || retried {
            self.changed.insert(tracked.file.key());
        }
    }

    fn note_troubles(&mut self, found: &Found) {
        self.shared
            .counters
            .unreadable_paths
            .store(found.failures.len(), Ordering::Relaxed);
        for (path, error) in &found.failures {
            self.trouble(path, error);
        }
        let failing: HashSet<&PathBuf> = found.failures.iter().map(|(path, _)| path).collect();
        self.troubles.retain(|path| failing.contains(path));
        if found.is_cut && !self.is_cut {
            tracing::warn!(
                "there are too many files or directories to follow all: narrow the globs of `input`"
            );
        }
        self.is_cut = found.is_cut;
    }

    /// Says once that something cannot be read; it is tried again with every round.
    fn trouble(&mut self, path: &Path, error: &io::Error) {
        if self.troubles.insert(path.to_owned()) {
            tracing::warn!(path = %path.display(), %error, "a log cannot be read; it is tried again");
        }
    }

    /// What follows from time that passed.
    fn sweep(&mut self, now: Now) {
        let quiet_ms = self.quiet_ms();
        for tracked in self.tracked.values() {
            if tracked
                .file
                .become_final(tracked.is_final(now.monotonic_ms, quiet_ms))
            {
                self.changed.insert(tracked.file.key());
            }
        }
        self.finish(now);
        for file in holding::release(
            &self.tracked,
            &self.settings,
            &self.shared,
            now.monotonic_ms,
        ) {
            self.changed.insert(file.key());
        }
        holding::close_excess(self.tracked.values(), &self.shared);
    }

    fn report(&mut self, directories: HashMap<PathBuf, Node>, now: Now) -> Round {
        let keys: Vec<FileKey> = std::mem::take(&mut self.changed).into_iter().collect();
        // Not of what was there before: that was deleted or truncated, and is remembered for a while.
        self.by_path = self
            .places
            .values()
            .filter_map(|key| self.tracked.get(key))
            .filter(|tracked| tracked.whereabouts == Whereabouts::Listed)
            .map(|tracked| (tracked.named.path.clone(), tracked.file.key()))
            .collect();
        let counters = &self.shared.counters;
        counters.files.store(self.tracked.len(), Ordering::Relaxed);
        Counters::count(&counters.rescans);
        self.settle(now);
        self.registry.tell(&keys);
        let parents = self.targets.keys().filter_map(|target| target.parent());
        let mut directories = directories;
        for parent in parents {
            let node = Node {
                device: 0,
                inode: 0,
                birth_ns: None,
            };
            directories.entry(parent.to_owned()).or_insert(node);
        }
        Round {
            directories,
            changed: !keys.is_empty(),
            more: self.more,
        }
    }

    /// Says when what the checkpoints speak of and is not found yet is gone.
    fn settle(&mut self, now: Now) {
        let begun_ms = *self.begun_ms.get_or_insert(now.monotonic_ms);
        let waited = |limit: Duration| {
            let limit_ms = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
            now.monotonic_ms.saturating_sub(begun_ms) >= limit_ms
        };
        let undecided = self.more || self.candidates.values().any(Candidate::is_unsettled);
        let is_found = self.checkpoints.are_all_found();
        if is_found || (waited(SETTLE_AFTER) && !undecided) || waited(LINGER) {
            self.registry.settle();
        }
    }

    fn quiet_ms(&self) -> i64 {
        i64::try_from(self.settings.quiet.as_millis()).unwrap_or(i64::MAX)
    }
}
