//! Files that lost their content: what was not read may be in a copy, otherwise it is lost and counted.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::candidate::{Candidate, CandidateKind};
use super::super::checkpoints::Content;
use super::super::copies::{PlainContent, continues};
use super::super::tracked::{Whereabouts, linger_ms};
use super::{Now, Survey};
use crate::input::changes::Place;
use crate::input::figures::Counters;
use crate::input::file::EndCause;
use crate::input::identity::Head;
use crate::input::log_name::Packing;
use crate::input::source::Source;
use crate::position::FileKey;

/// In how many rounds a copy is looked for. The copy is made before the truncation, but a directory may have
/// been listed before that.
const ROUNDS: u32 = 2;

impl Survey {
    /// Looks whether what is written to is still what was read, wherever a file appeared that could be a copy
    /// of it: a copy must not be taken for another file because its original was truncated.
    pub(super) fn check_originals(&self) {
        for candidate in self.candidates.values() {
            if candidate.kind != CandidateKind::Open || !candidate.named.rotated {
                continue;
            }
            let keys = self
                .by_log
                .get(&candidate.named.log_path)
                .into_iter()
                .flatten();
            for tracked in keys.filter_map(|key| self.tracked.get(key)) {
                if !tracked.is_lost() {
                    tracked.file.check_if_changed();
                }
            }
        }
    }

    /// Takes the inode from each file that was truncated: what is there now is another file.
    pub(super) fn look_for_truncations(&mut self) {
        let truncated: Vec<(Place, FileKey)> = self
            .places
            .iter()
            .filter(|(_, key)| {
                self.tracked
                    .get(key)
                    .is_some_and(|tracked| tracked.file.is_suspected())
            })
            .map(|(place, key)| (*place, *key))
            .collect();
        for (place, key) in truncated {
            self.places.remove(&place);
            Counters::count(&self.shared.counters.truncations);
            let Some(tracked) = self.tracked.get(&key) else {
                continue;
            };
            self.changed.insert(key);
            let source = tracked.file.source();
            let opened = source.opened();
            source.close();
            // Deleted as well: there is no new life of it that could be read by its path.
            let Some(facts) = opened
                .as_ref()
                .and_then(|open| open.facts().ok())
                .or_else(|| self.seen(&tracked.named.path))
            else {
                continue;
            };
            let mut candidate =
                Candidate::new(Arc::clone(&tracked.named), facts, false, tracked.changed_ms);
            let (id, size) = (tracked.file.file_id(), tracked.file.size());
            candidate.predecessor = Some(format!("{id} {size}"));
            candidate.descriptor = opened;
            candidate.is_deleted = facts.links == 0;
            self.candidates.insert(place, candidate);
        }
    }

    fn seen(&self, path: &std::path::Path) -> Option<crate::input::observation::Facts> {
        self.shared
            .descriptors
            .open(path)
            .ok()
            .map(|(_, facts)| facts)
    }

    /// Looks for copies of what was truncated, and ends what has none.
    pub(super) fn settle_truncations(&mut self, now: Now) {
        let truncated: Vec<FileKey> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.file.is_suspected() && !tracked.file.is_ended())
            .map(|(key, _)| *key)
            .collect();
        let undecided = self.undecided_logs();
        for key in truncated {
            if self.replace_by_spare(key, now) {
                Counters::count(&self.shared.counters.truncations_made_good);
                continue;
            }
            let Some(tracked) = self.tracked.get_mut(&key) else {
                continue;
            };
            tracked.truncated_rounds += 1;
            let rounds = tracked.truncated_rounds;
            let waited = tracked.rests(now.monotonic_ms, linger_ms());
            let is_undecided = undecided.contains(&tracked.named.log_path);
            if rounds < ROUNDS || (is_undecided && !waited) {
                self.more |= rounds < ROUNDS;
                continue;
            }
            if let Some(tracked) = self.tracked.get_mut(&key) {
                tracked.file.end(EndCause::Truncated);
                self.changed.insert(key);
                tracing::warn!(
                    path = %tracked.named.path.display(),
                    undelivered_bytes = tracked.file.undelivered(),
                    "a log was truncated, and no copy of it was found: rotate by renaming instead of copytruncate"
                );
            }
        }
    }

    /// Logs of which a compressed file is still to be looked into: it may be the copy of anything that is gone.
    pub(super) fn undecided_logs(&self) -> HashSet<Arc<str>> {
        let open = self.candidates.values().filter(|candidate| {
            candidate.named.packing != Packing::Plain
                && candidate.kind == CandidateKind::Open
                && !candidate.is_broken
        });
        open.map(|candidate| Arc::clone(&candidate.named.log_path))
            .collect()
    }

    /// Lets the file go on from a copy of it, if there is one.
    pub(super) fn replace_by_spare(&mut self, key: FileKey, now: Now) -> bool {
        let Some(tracked) = self.tracked.get(&key) else {
            return false;
        };
        let mut found = None;
        for (place, candidate) in &self.candidates {
            if candidate.named.log_path != tracked.named.log_path {
                continue;
            }
            let fits = match (candidate.kind, candidate.named.packing) {
                (CandidateKind::SpareOf(other), _) if other != key => false,
                (CandidateKind::SpareOf(_), Packing::Plain) => {
                    tracked.file.is_read_within(candidate.facts.size)
                }
                (CandidateKind::SpareOf(_), _) => candidate
                    .probe
                    .as_ref()
                    .is_some_and(|probe| tracked.file.is_read_within(probe.size())),
                (CandidateKind::Open, Packing::Plain) if candidate.named.rotated => self
                    .plain_content(candidate)
                    .is_some_and(|content| continues(&content, &tracked.file)),
                _ => false,
            };
            if fits {
                found = Some(*place);
                break;
            }
        }
        found.is_some_and(|place| self.replace(key, place, now))
    }

    /// Lets the file go on from this candidate.
    pub(super) fn replace(&mut self, key: FileKey, place: Place, now: Now) -> bool {
        let Some(candidate) = self.candidates.remove(&place) else {
            return false;
        };
        let head = match &candidate.probe {
            Some(probe) => Some(probe.begins().to_vec()),
            None => self
                .plain_content(&candidate)
                .and_then(|content| content.head()),
        };
        let Some(head) = head else {
            return false;
        };
        let Some(tracked) = self.tracked.get_mut(&key) else {
            return false;
        };
        let Candidate {
            named,
            facts,
            descriptor,
            probe,
            ..
        } = candidate;
        let exact = probe.as_ref().map(Content::size);
        let descriptor = descriptor.filter(|_| self.shared.descriptors.have_room());
        let source = Source::new(facts.node, named.packing, descriptor);
        tracked
            .file
            .come_from(source, &named.path, &facts, exact, Head::of(&head));
        tracked.named = named;
        tracked.whereabouts = Whereabouts::Listed;
        tracked.changed_ms = candidate.changed_ms.max(now.monotonic_ms.saturating_sub(1));
        tracked.truncated_rounds = 0;
        self.places.retain(|_, other| *other != key);
        self.places.insert(place, key);
        self.changed.insert(key);
        true
    }

    pub(super) fn plain_content(&self, candidate: &Candidate) -> Option<PlainContent> {
        let descriptor = match &candidate.descriptor {
            Some(descriptor) => Arc::clone(descriptor),
            None => {
                let (descriptor, facts) =
                    self.shared.descriptors.open(&candidate.named.path).ok()?;
                facts.node.is(&candidate.facts.node).then_some(descriptor)?
            }
        };
        let size = descriptor.facts().ok()?.size;
        Some(PlainContent { descriptor, size })
    }
}
