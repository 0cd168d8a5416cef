//! What the checkpoints of all sinks say, and which of it has been found again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::input::changes::Place;
use crate::input::identity::{HEAD_BYTES_MAX, Head, Identity, Node};
use crate::input::log_name::LogName;
use crate::input::resolution::{Likeness, Verdict, resolve};

/// How far a file system's clock may be behind the process's.
const SLACK_MS: i64 = 1_000;

/// Bytes that can be compared, of a file that is there.
pub(super) trait Content {
    /// How many there are.
    fn size(&self) -> u64;
    /// Some of them; `None` if they are not there or cannot be read.
    fn bytes(&self, start: u64, end: u64) -> Option<Vec<u8>>;
    /// How it begins.
    fn head(&self) -> Option<Vec<u8>> {
        self.bytes(0, self.size().min(HEAD_BYTES_MAX as u64))
    }
}

/// What the checkpoints of all sinks say.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// Each with the inode of the file that was found to be it.
    entries: Vec<(Identity, Option<Place>)>,
    by_place: HashMap<Place, Vec<usize>>,
    by_head: HashMap<Head, Vec<usize>>,
    by_id: HashMap<String, Vec<usize>>,
    head_lengths: BTreeSet<u64>,
    /// When the oldest known file of each log was created.
    began: HashMap<String, i64>,
    /// When following began.
    since: Option<i64>,
}

/// What the checkpoints say of one file.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// The entries that are about it.
    pub(super) entries: Vec<usize>,
    /// What was on its inode before, if there are entries about that.
    pub(super) predecessor: Option<String>,
}

impl Checkpoints {
    pub(super) fn new(known: Vec<Identity>, since_ms: Option<i64>) -> Self {
        let mut checkpoints = Self {
            since: since_ms
                .map(|since_ms| since_ms.saturating_sub(SLACK_MS).saturating_mul(1_000_000)),
            ..Self::default()
        };
        for identity in known {
            let index = checkpoints.entries.len();
            checkpoints
                .by_place
                .entry(identity.node.place())
                .or_default()
                .push(index);
            checkpoints
                .by_head
                .entry(identity.head)
                .or_default()
                .push(index);
            checkpoints
                .by_id
                .entry(identity.file_id.clone())
                .or_default()
                .push(index);
            checkpoints.head_lengths.insert(identity.head.length);
            let birth = identity.node.birth_ns.unwrap_or(i64::MIN);
            checkpoints
                .began
                .entry(log_path(&identity.path))
                .and_modify(|began| *began = birth.min(*began))
                .or_insert(birth);
            checkpoints.entries.push((identity, None));
        }
        checkpoints
    }

    /// Whether nothing was followed before this start.
    pub(super) fn are_the_first(&self) -> bool {
        self.entries.is_empty() && self.since.is_none()
    }

    /// Whether every entry has its file.
    pub(super) fn are_all_found(&self) -> bool {
        self.entries.iter().all(|(_, taken)| taken.is_some())
    }

    /// Whether some entry was written of this inode.
    pub(super) fn know(&self, node: &Node) -> bool {
        self.by_place
            .get(&node.place())
            .into_iter()
            .flatten()
            .any(|index| {
                self.identity(*index)
                    .is_some_and(|identity| identity.node.is(node))
            })
    }

    /// When following began: what was written of a log since then is wanted. If nobody knows, it was when the
    /// oldest file was created that some entry speaks of. `None` at the first start.
    pub(super) fn began(&self, log_path: &str) -> Option<i64> {
        let of_log = || self.began.get(log_path);
        let of_any = || self.began.values().min();
        self.since.or_else(|| of_log().or_else(of_any).copied())
    }

    pub(super) fn identity(&self, index: usize) -> Option<&Identity> {
        self.entries.get(index).map(|(identity, _)| identity)
    }

    /// The entries that may be about a file that begins like this.
    pub(super) fn like(&self, node: &Node, head: &[u8]) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .by_place
            .get(&node.place())
            .cloned()
            .unwrap_or_default();
        for length in &self.head_lengths {
            let Some(bytes) = usize::try_from(*length)
                .ok()
                .and_then(|length| head.get(..length))
            else {
                break;
            };
            found.extend(self.by_head.get(&Head::of(bytes)).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes what was written of this very inode and is still right, before anybody can take it for moved.
    pub(super) fn claim(
        &mut self,
        node: &Node,
        packed_bytes: Option<u64>,
        content: Option<&impl Content>,
    ) {
        for index in self.by_place.get(&node.place()).into_iter().flatten() {
            let Some((identity, taken)) = self.entries.get_mut(*index) else {
                continue;
            };
            let is_right = is_trusted(identity, packed_bytes)
                || content.is_some_and(|content| {
                    content.head().is_some_and(|head| identity.head.fits(&head))
                        && mark_fits(identity, content)
                });
            if identity.node.is(node) && is_right {
                *taken = Some(node.place());
            }
        }
    }

    /// What the checkpoints say of this file. What it finds is taken: no other file is the same.
    pub(super) fn resolve(
        &mut self,
        node: &Node,
        log: &str,
        packed_bytes: Option<u64>,
        content: &impl Content,
    ) -> Resolved {
        let mut resolved = Resolved::default();
        let mut same = Vec::new();
        let Some(head) = content.head() else {
            return resolved;
        };
        for index in self.like(node, &head) {
            let Some((identity, taken)) = self.entries.get(index) else {
                continue;
            };
            let same_node = identity.node.is(node);
            let likeness = Likeness {
                same_node,
                head: identity.head.fits(&head),
                mark: (same_node && is_trusted(identity, packed_bytes))
                    || mark_fits(identity, content),
                compared_bytes: if same_node || log_name(&identity.path).log == log {
                    identity.head.length.max(identity.mark.length)
                } else {
                    0
                },
                original_is_there: taken.is_some_and(|place| place != node.place()),
            };
            match resolve(likeness) {
                Verdict::Same => {
                    same.push(index);
                    resolved.entries.push(index);
                }
                Verdict::Moved => resolved.entries.push(index),
                Verdict::Anew => {
                    let predecessor = format!("{} {}", identity.file_id, identity.mark.offset);
                    resolved.predecessor = resolved.predecessor.max(Some(predecessor));
                }
                Verdict::Copy | Verdict::Other => {}
            }
        }
        if !same.is_empty() {
            // Another sink's entry may be older than the move.
            let id = |index: &usize| self.identity(*index).map(|identity| &identity.file_id);
            let ids: HashSet<_> = same.iter().map(id).collect();
            resolved.entries.retain(|index| ids.contains(&id(index)));
        }
        self.keep_one_file(&mut resolved.entries, content.size());
        for index in &resolved.entries {
            if let Some((_, taken)) = self.entries.get_mut(*index) {
                *taken = Some(node.place());
            }
        }
        resolved
    }
}

impl Checkpoints {
    /// Of one file all sinks' entries are right, or it is another that only begins alike. Several that are may
    /// have followed each other on an inode: the one of which most was delivered is it.
    fn keep_one_file(&self, entries: &mut Vec<usize>, size: u64) {
        let furthest = entries
            .iter()
            .filter_map(|index| self.identity(*index))
            .filter(|identity| {
                let members = self.by_id.get(&identity.file_id).into_iter().flatten();
                let mut wrong = members.filter(|member| !entries.contains(member));
                // A copy may have been made before a sink was as far as it is.
                wrong.all(|member| {
                    self.identity(*member)
                        .is_some_and(|identity| identity.mark.offset > size)
                })
            })
            .max_by_key(|identity| identity.mark.offset)
            .map(|identity| identity.file_id.clone());
        entries.retain(|index| {
            self.identity(*index).map(|identity| &identity.file_id) == furthest.as_ref()
        });
    }
}

/// A compressed file is not unpacked again if its inode still has the size it had.
pub(super) fn is_trusted(identity: &Identity, packed_bytes: Option<u64>) -> bool {
    identity.packed_bytes.is_some() && identity.packed_bytes == packed_bytes
}

fn mark_fits(identity: &Identity, content: &impl Content) -> bool {
    let mark = &identity.mark;
    // Of a compressed file nothing may be known but how far it was delivered.
    if mark.length == 0 {
        return mark.offset == 0;
    }
    content
        .bytes(mark.start(), mark.offset)
        .is_some_and(|bytes| crate::input::identity::Digest::of(&bytes) == mark.digest)
}

/// The log that a file at this path belongs to.
fn log_path(path: &str) -> String {
    let log = log_name(path).log;
    Path::new(path)
        .with_file_name(log)
        .to_string_lossy()
        .into_owned()
}

fn log_name(path: &str) -> LogName {
    let name = Path::new(path).file_name().unwrap_or_default();
    LogName::of(&name.to_string_lossy())
}
