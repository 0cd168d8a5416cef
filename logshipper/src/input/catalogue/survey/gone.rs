//! Files that are not seen any more: deleted, renamed out of sight, or only missed.

use std::collections::HashSet;
use std::path::PathBuf;

use super::super::candidate::CandidateKind;
use super::super::tracked::{Whereabouts, linger_ms};
use super::{Now, Survey};
use crate::input::changes::Place;
use crate::input::file::EndCause;
use crate::input::settings::LINGERING_MAX;
use crate::position::FileKey;

/// In how many rounds a file must not be seen before it is taken for gone, when it is not open.
const UNSEEN_ROUNDS: u32 = 2;

impl Survey {
    /// What was at this inode is not seen. `blind` is what could not be listed; all, if `None`.
    pub(super) fn miss(&mut self, place: Place, blind: Option<&HashSet<PathBuf>>, now: Now) {
        if let Some(key) = self.places.get(&place).copied() {
            self.miss_tracked(key, blind, now);
        } else {
            self.miss_candidate(place, blind);
        }
    }

    fn miss_tracked(&mut self, key: FileKey, blind: Option<&HashSet<PathBuf>>, now: Now) {
        let Some(tracked) = self.tracked.get_mut(&key) else {
            return;
        };
        let opened = tracked.file.source().opened();
        let facts = opened.as_ref().and_then(|open| open.facts().ok());
        let before = tracked.whereabouts;
        if let Some(facts) = facts {
            if facts.size < tracked.file.size() && tracked.file.observes_size() {
                tracked.file.suspect();
            } else if tracked.file.observe(&facts) {
                tracked.changed_ms = now.monotonic_ms;
                self.changed.insert(key);
            }
            tracked.whereabouts = match before {
                Whereabouts::Deleted(_) | Whereabouts::Finished(_) => before,
                _ if facts.links == 0 => Whereabouts::Deleted(now.monotonic_ms),
                _ => Whereabouts::Unlisted,
            };
        } else {
            let hidden = blind.is_none_or(|blind| {
                tracked
                    .named
                    .path
                    .ancestors()
                    .any(|path| blind.contains(path))
            });
            let gone = Whereabouts::Deleted(now.monotonic_ms);
            tracked.whereabouts = match before {
                Whereabouts::Listed | Whereabouts::Unlisted if !hidden => Whereabouts::Unseen(1),
                Whereabouts::Unseen(rounds) if !hidden && rounds >= UNSEEN_ROUNDS => gone,
                Whereabouts::Unseen(rounds) if !hidden => Whereabouts::Unseen(rounds + 1),
                _ => before,
            };
            self.more |= matches!(tracked.whereabouts, Whereabouts::Unseen(_)) && !hidden;
        }
        if before != tracked.whereabouts {
            tracked.file.touch();
            self.changed.insert(key);
        }
    }

    fn miss_candidate(&mut self, place: Place, blind: Option<&HashSet<PathBuf>>) {
        let Some(candidate) = self.candidates.get_mut(&place) else {
            return;
        };
        let hidden = blind.is_none_or(|blind| {
            candidate
                .named
                .path
                .ancestors()
                .any(|path| blind.contains(path))
        });
        let deleted = match candidate
            .descriptor
            .as_ref()
            .and_then(|open| open.facts().ok())
        {
            Some(facts) => {
                candidate.facts = facts;
                facts.links == 0
            }
            None => false,
        };
        candidate.unseen += u32::from(!hidden);
        let is_open = candidate.kind == CandidateKind::Open && candidate.descriptor.is_some();
        if deleted && is_open {
            // What is there is all there will be: it is judged as it is.
            candidate.is_deleted = true;
        } else if candidate.unseen > UNSEEN_ROUNDS || deleted {
            self.candidates.remove(&place);
        }
    }

    /// The inode is another file's now.
    pub(super) fn lose(&mut self, place: Place, now: Now) {
        self.candidates.remove(&place);
        if let Some(key) = self.places.remove(&place)
            && let Some(tracked) = self.tracked.get_mut(&key)
        {
            tracked.whereabouts = Whereabouts::Deleted(now.monotonic_ms);
            tracked.file.source().close();
            tracked.file.touch();
            self.changed.insert(key);
        }
    }

    /// Lets go of what is gone: at once of its descriptor, after a while of the memory of it.
    pub(super) fn finish(&mut self, now: Now) {
        let mut forgotten = Vec::new();
        let mut lingering = Vec::new();
        let mut ended = Vec::new();
        let undecided = self.undecided_logs();
        for (key, tracked) in &mut self.tracked {
            // What was truncated, too, is judged as that. And a copy may be about to be looked into.
            let may_have_copy = tracked.file.is_suspected()
                || (undecided.contains(&tracked.named.log_path)
                    && !tracked.rests(now.monotonic_ms, linger_ms()));
            let is_open = tracked.file.source().opened().is_some();
            match tracked.whereabouts {
                _ if tracked.file.is_ended()
                    && !matches!(tracked.whereabouts, Whereabouts::Finished(_)) =>
                {
                    tracked.whereabouts = Whereabouts::Finished(now.monotonic_ms);
                    if tracked.file.undelivered() > 0 {
                        ended.push(*key);
                    }
                }
                Whereabouts::Deleted(_)
                    if !is_open && !tracked.file.is_delivered() && may_have_copy => {}
                Whereabouts::Deleted(_) if !is_open && !tracked.file.is_delivered() => {
                    tracing::warn!(
                        path = %tracked.file.path().display(),
                        undelivered_bytes = tracked.file.undelivered(),
                        "a log was deleted before all of it was delivered, while it was not open: raise `max-open-files`"
                    );
                    tracked.file.end(EndCause::Vanished);
                    self.changed.insert(*key);
                }
                Whereabouts::Finished(since_ms)
                    if now.monotonic_ms.saturating_sub(since_ms) >= linger_ms() =>
                {
                    forgotten.push(*key);
                }
                Whereabouts::Finished(since_ms) => lingering.push((since_ms, *key)),
                _ if tracked.is_finished(now.monotonic_ms)
                    || (!is_open && matches!(tracked.whereabouts, Whereabouts::Deleted(_))) =>
                {
                    tracked.whereabouts = Whereabouts::Finished(now.monotonic_ms);
                    tracked.file.source().close();
                }
                _ => {}
            }
        }
        self.reopen_spares(&ended);
        lingering.sort_unstable();
        let excess = lingering.len().saturating_sub(LINGERING_MAX);
        forgotten.extend(lingering.into_iter().take(excess).map(|(_, key)| key));
        for key in forgotten {
            if !self.replace_by_spare(key, now) {
                self.forget(key);
            }
        }
    }

    /// Copies that were too short to go on from are better than nothing: some sink does not have what they have.
    fn reopen_spares(&mut self, ended: &[FileKey]) {
        for candidate in self.candidates.values_mut() {
            if let CandidateKind::SpareOf(key) = candidate.kind
                && ended.contains(&key)
            {
                candidate.kind = CandidateKind::Open;
                self.more = true;
            }
        }
    }

    fn forget(&mut self, key: FileKey) {
        self.places.retain(|_, other| *other != key);
        let Some(tracked) = self.tracked.remove(&key) else {
            return;
        };
        self.ids.remove(&**tracked.file.file_id());
        if let Some(keys) = self.by_log.get_mut(&tracked.named.log_path) {
            keys.remove(&key);
            if keys.is_empty() {
                self.by_log.remove(&tracked.named.log_path);
            }
        }
        self.registry.remove(key);
        self.changed.insert(key);
    }
}
