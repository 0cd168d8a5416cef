//! Candidates become files that are followed, spare copies of such, or wait.

use std::io;
use std::sync::Arc;

use super::super::candidate::{Candidate, CandidateKind, Fate, Start};
use super::super::checkpoints::{Content, is_trusted};
use super::super::copies::{PlainContent, is_copy, may_be_copied, ranges_of};
use super::super::probe::Probe;
use super::super::tracked::{Tracked, Whereabouts};
use super::{Now, Survey};
use crate::input::changes::Place;
use crate::input::figures::Counters;
use crate::input::file::{LogFile, Parts};
use crate::input::identity::{FIRST_LINE_BYTES_MAX, Head, Node, file_id, first_line};
use crate::input::log_name::Packing;
use crate::input::packing::is_passing;
use crate::input::position::{OVERLAP_BYTES, Tail};
use crate::input::settings::StartAt;
use crate::input::source::Source;
use crate::position::FileKey;

/// How far back the last line end is looked for when old content is skipped.
const LAST_LINE_BYTES_MAX: u64 = 1 << 20;

impl Survey {
    /// Judges every candidate: first those whose inode is in a checkpoint, then in the order of writing.
    pub(super) fn evaluate(&mut self, now: Now) {
        let mut open: Vec<_> = self
            .candidates
            .iter()
            .filter(|(_, candidate)| candidate.kind == CandidateKind::Open)
            .map(|(place, candidate)| {
                let known = self.checkpoints.know(&candidate.facts.node);
                (
                    (
                        !known,
                        candidate.facts.modified_ns,
                        candidate.named.path.clone(),
                    ),
                    *place,
                )
            })
            .collect();
        open.sort_unstable();
        self.claim(
            open.iter()
                .filter(|((unknown, ..), _)| !unknown)
                .map(|(_, place)| *place),
        );
        for (_, place) in open {
            let Some(mut candidate) = self.candidates.remove(&place) else {
                continue;
            };
            let fate = match self.open_candidate(&mut candidate) {
                Ok(true) => self.judge(&mut candidate, now),
                Ok(false) => Ok(Fate::Wait),
                Err(error) => Err(error),
            };
            self.apply(place, candidate, fate, now);
        }
    }

    /// Lets those take their checkpoints whose inodes those were written of.
    fn claim(&mut self, places: impl Iterator<Item = Place>) {
        for place in places {
            let Some(candidate) = self.candidates.get(&place) else {
                continue;
            };
            let is_plain = candidate.named.packing == Packing::Plain;
            let content = is_plain.then(|| self.plain_content(candidate)).flatten();
            let packed_bytes = (!is_plain).then_some(candidate.facts.size);
            let node = candidate.facts.node;
            self.checkpoints
                .claim(&node, packed_bytes, content.as_ref());
        }
    }

    /// Opens it and looks at it again; false if something else is at its path.
    fn open_candidate(&mut self, candidate: &mut Candidate) -> io::Result<bool> {
        if candidate.descriptor.is_none() {
            let opened = self.shared.descriptors.open(&candidate.named.path);
            match opened {
                Ok((descriptor, facts)) if facts.node.is(&candidate.facts.node) => {
                    candidate.descriptor = Some(descriptor);
                }
                Ok(_) => {
                    self.more = true;
                    return Ok(false);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.more |= candidate.unseen == 0;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(descriptor) = &candidate.descriptor {
            candidate.facts = descriptor.facts()?;
        }
        Ok(true)
    }

    fn judge(&mut self, candidate: &mut Candidate, now: Now) -> io::Result<Fate> {
        if candidate.facts.size == 0 || candidate.is_broken {
            return Ok(Fate::Wait);
        }
        match candidate.named.packing {
            Packing::Plain => self.judge_plain(candidate, now),
            packing if candidate.rests(now.monotonic_ms, self.quiet_ms()) => {
                self.judge_packed(candidate, packing)
            }
            _ => Ok(Fate::Wait),
        }
    }

    fn judge_plain(&mut self, candidate: &mut Candidate, now: Now) -> io::Result<Fate> {
        let Some(content) = self.plain_content(candidate) else {
            return Ok(Fate::Wait);
        };
        let Some(head) = content.head() else {
            return Ok(Fate::Wait);
        };
        let rests = candidate.rests(now.monotonic_ms, self.quiet_ms());
        let is_whole = rests && (candidate.named.rotated || candidate.is_deleted);
        if first_line(&head).is_none() && !is_whole {
            return Ok(Fate::Wait);
        }
        let resolved =
            self.checkpoints
                .resolve(&candidate.facts.node, &candidate.named.log, None, &content);
        let is_anew = resolved.predecessor.is_some() && candidate.predecessor.is_none();
        if is_anew && resolved.entries.is_empty() {
            Counters::count(&self.shared.counters.truncations);
            candidate.predecessor = resolved.predecessor;
        }
        if resolved.entries.is_empty()
            && let Some(fate) = self.judge_copy(candidate, &content, &head, rests)
        {
            return Ok(fate);
        }
        let begin = if resolved.entries.is_empty() && self.skips(candidate) {
            behind_last_line(&content)
        } else {
            0
        };
        // After the beginning was read: a size from before a truncation would make this content look truncated.
        candidate.facts = content.descriptor.facts()?;
        Ok(Fate::Follow(Start {
            head,
            begins: self.begins(&resolved.entries, begin, &content),
            entries: resolved.entries,
            begin,
        }))
    }

    /// Whether it is, or may become, a copy of a plain file that is followed.
    fn judge_copy(
        &self,
        candidate: &Candidate,
        content: &PlainContent,
        head: &[u8],
        rests: bool,
    ) -> Option<Fate> {
        for key in self.by_log.get(&candidate.named.log_path)? {
            let tracked = self.tracked.get(key)?;
            if !begins_alike(tracked, head)
                || !may_be_copied(&candidate.named, &candidate.facts, tracked)
            {
                continue;
            }
            if !is_copy(content, tracked) {
                // It may have been compared with what came after a truncation.
                if !tracked.is_lost() && tracked.file.turns_out_truncated() {
                    return Some(Fate::Wait);
                }
                continue;
            }
            return Some(match (tracked.is_lost(), rests) {
                (true, _) => Fate::Replaces(*key),
                (false, true) => Fate::SpareOf(*key),
                (false, false) => Fate::Wait,
            });
        }
        None
    }

    fn judge_packed(&mut self, candidate: &mut Candidate, packing: Packing) -> io::Result<Fate> {
        let Some(descriptor) = candidate.descriptor.clone() else {
            return Ok(Fate::Wait);
        };
        let mut probe = match candidate.probe.take() {
            Some(probe) => probe,
            None => Probe::start(packing, descriptor)?,
        };
        let head = probe.begins().to_vec();
        let node = candidate.facts.node;
        let packed_bytes = Some(candidate.facts.size);
        let like = self.checkpoints.like(&node, &head);
        let like: Vec<_> = like
            .into_iter()
            .filter(|index| self.begins_like(*index, &head))
            .collect();
        let files: Vec<FileKey> = self
            .by_log
            .get(&candidate.named.log_path)
            .into_iter()
            .flatten()
            .filter(|key| {
                self.tracked
                    .get(key)
                    .is_some_and(|tracked| begins_alike(tracked, &head))
            })
            .copied()
            .collect();
        let trusted = like.iter().all(|index| {
            self.checkpoints.identity(*index).is_some_and(|identity| {
                identity.node.is(&node) && is_trusted(identity, packed_bytes)
            })
        });
        if !trusted || !files.is_empty() {
            let ranges = || self.ranges(&like, &files);
            if !probe.step(ranges)? {
                candidate.probe = Some(probe);
                self.more = true;
                return Ok(Fate::Wait);
            }
        }
        let resolved = self
            .checkpoints
            .resolve(&node, &candidate.named.log, packed_bytes, &probe);
        if resolved.entries.is_empty() {
            if let Some(key) = files
                .into_iter()
                .find(|key| self.is_packed_copy(*key, &probe))
            {
                candidate.probe = Some(probe);
                let lost = self.tracked.get(&key).is_some_and(Tracked::is_lost);
                return Ok(if lost {
                    Fate::Replaces(key)
                } else {
                    Fate::SpareOf(key)
                });
            }
            if self.skips(candidate) {
                return Ok(Fate::Ignore);
            }
        }
        Ok(Fate::Follow(Start {
            head,
            begins: self.begins(&resolved.entries, 0, &probe),
            entries: resolved.entries,
            begin: 0,
        }))
    }

    /// What stands before each place where a reader may begin.
    fn begins(&self, entries: &[usize], begin: u64, content: &impl Content) -> Vec<Tail> {
        let marks = entries
            .iter()
            .filter_map(|index| self.checkpoints.identity(*index));
        let offsets = marks.map(|identity| identity.mark.offset);
        offsets
            .chain(Some(begin).filter(|begin| *begin > 0))
            .filter_map(|offset| {
                let start = offset.saturating_sub(OVERLAP_BYTES as u64);
                let bytes = content.bytes(start, offset)?;
                Some(Tail::blank(start).extended(&bytes))
            })
            .collect()
    }

    fn begins_like(&self, index: usize, head: &[u8]) -> bool {
        self.checkpoints
            .identity(index)
            .is_some_and(|identity| identity.head.fits(head))
    }

    fn ranges(&self, like: &[usize], files: &[FileKey]) -> Vec<(u64, u64)> {
        let marks = like
            .iter()
            .filter_map(|index| self.checkpoints.identity(*index))
            .map(|identity| (identity.mark.start(), identity.mark.offset));
        let tails = files
            .iter()
            .filter_map(|key| self.tracked.get(key))
            .flat_map(|tracked| ranges_of(&tracked.file));
        marks.chain(tails).collect()
    }

    fn is_packed_copy(&self, key: FileKey, probe: &Probe) -> bool {
        self.tracked
            .get(&key)
            .is_some_and(|tracked| is_copy(probe, tracked))
    }

    /// Whether what is in it already is not wanted.
    fn skips(&self, candidate: &Candidate) -> bool {
        candidate.at_start
            && self.settings.start_at == StartAt::End
            && self.checkpoints.are_the_first()
    }

    fn apply(&mut self, place: Place, mut candidate: Candidate, fate: io::Result<Fate>, now: Now) {
        match fate {
            Ok(Fate::Wait) => {}
            Ok(Fate::SpareOf(key)) => candidate.kind = CandidateKind::SpareOf(key),
            Ok(Fate::Ignore) => candidate.kind = CandidateKind::Ignored,
            Ok(Fate::Replaces(key)) => {
                let made_good = self
                    .tracked
                    .get(&key)
                    .is_some_and(|tracked| tracked.file.is_suspected());
                self.candidates.insert(place, candidate);
                if self.replace(key, place, now) && made_good {
                    Counters::count(&self.shared.counters.truncations_made_good);
                }
                return;
            }
            Ok(Fate::Follow(start)) => {
                self.follow(place, candidate, start);
                return;
            }
            Err(error) => self.refuse(&mut candidate, &error),
        }
        if candidate.kind != CandidateKind::Open || !self.shared.descriptors.have_room() {
            candidate.descriptor = None;
        }
        if candidate.is_deleted && candidate.kind != CandidateKind::Open {
            return;
        }
        if candidate.is_deleted && (candidate.is_broken || candidate.facts.size == 0) {
            return;
        }
        self.candidates.insert(place, candidate);
    }

    fn refuse(&mut self, candidate: &mut Candidate, error: &io::Error) {
        candidate.probe = None;
        let is_archive =
            candidate.named.packing != Packing::Plain && candidate.descriptor.is_some();
        if is_archive && !is_passing(error) {
            candidate.is_broken = true;
            Counters::count(&self.shared.counters.unreadable_archives);
        } else {
            self.shared
                .counters
                .unreadable_paths
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        self.trouble(&candidate.named.path.clone(), error);
    }

    /// An id that no file has: what followed on an inode under the same banner would be taken for it.
    fn new_id(&self, node: &Node, line: &[u8], predecessor: Option<String>) -> String {
        let mut id = file_id(node, line, predecessor.as_deref());
        while self.ids.contains(&id) {
            id = file_id(node, line, Some(&id));
        }
        id
    }

    fn follow(&mut self, place: Place, candidate: Candidate, start: Start) {
        let Candidate {
            named,
            facts,
            descriptor,
            changed_ms,
            is_deleted,
            predecessor,
            ..
        } = candidate;
        let Ok(key) = u32::try_from(self.tracked.len()).map(|_| FileKey(self.next_key)) else {
            return;
        };
        self.next_key = self.next_key.wrapping_add(1);
        let line = first_line(&start.head).unwrap_or_else(|| {
            start
                .head
                .get(..FIRST_LINE_BYTES_MAX)
                .unwrap_or(&start.head)
        });
        let resolved: Vec<_> = start
            .entries
            .iter()
            .filter_map(|index| self.checkpoints.identity(*index).cloned())
            .collect();
        let furthest = resolved.iter().max_by_key(|identity| identity.mark.offset);
        let file_id = match furthest {
            Some(identity) => identity.file_id.clone(),
            None => self.new_id(&facts.node, line, predecessor),
        };
        self.ids.insert(file_id.clone());
        let exact_size = furthest
            .filter(|identity| {
                identity.packed_bytes == Some(facts.size) && identity.mark.offset == identity.size
            })
            .map(|identity| identity.size);
        let first_line = line.into();
        let descriptor = descriptor.filter(|_| is_deleted || self.shared.descriptors.have_room());
        let file = Arc::new(LogFile::new(
            Parts {
                key,
                file_id: file_id.into(),
                log: Arc::clone(&named.log),
                begin: start.begin,
                resolved,
                begins: start.begins,
                path: named.path.clone(),
                source: Source::new(facts.node, named.packing, descriptor),
                head: Head::of(&start.head),
                facts,
                exact_size,
            },
            self.settings.sinks,
            Arc::clone(&self.shared),
        ));
        self.registry.insert(Arc::clone(&file));
        self.by_log
            .entry(Arc::clone(&named.log_path))
            .or_default()
            .insert(key);
        self.places.insert(place, key);
        self.changed.insert(key);
        let tracked = Tracked {
            file,
            named,
            first_line,
            changed_ms,
            whereabouts: Whereabouts::Listed,
            truncated_rounds: 0,
        };
        self.tracked.insert(key, tracked);
    }
}

fn begins_alike(tracked: &Tracked, head: &[u8]) -> bool {
    head.starts_with(&tracked.first_line) || tracked.first_line.starts_with(head)
}

/// Behind the last complete line; the end, if that is far away.
fn behind_last_line(content: &PlainContent) -> u64 {
    const STEP: u64 = 4096;
    let mut end = content.size();
    let least = end.saturating_sub(LAST_LINE_BYTES_MAX);
    while end > least {
        let start = end.saturating_sub(STEP);
        let Some(bytes) = content.bytes(start, end) else {
            break;
        };
        if let Some(at) = memchr::memrchr(b'\n', &bytes) {
            return start + at as u64 + 1;
        }
        end = start;
    }
    if end == 0 { 0 } else { content.size() }
}
