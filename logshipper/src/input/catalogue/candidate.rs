//! A file that was seen but is not followed yet: it has no first line, or may be a copy, or is compressed and
//! has to be looked into.

use std::sync::Arc;

use super::probe::Probe;
use crate::input::descriptors::Descriptor;
use crate::input::log_name::Packing;
use crate::input::observation::{Facts, Named};
use crate::input::position::Tail;
use crate::position::FileKey;

/// A file that was seen but is not followed yet.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) named: Arc<Named>,
    pub(super) facts: Facts,
    pub(super) descriptor: Option<Arc<Descriptor>>,
    /// Whether it was there when the process started.
    pub(super) at_start: bool,
    /// When it last changed, in the process's own milliseconds.
    pub(super) changed_ms: i64,
    /// In how many rounds it was not seen.
    pub(super) unseen: u32,
    /// Whether it was deleted: what is there now is all there will be.
    pub(super) is_deleted: bool,
    /// A look into it, if it is compressed.
    pub(super) probe: Option<Probe>,
    /// Whether it broke: it is not looked into again until it changes.
    pub(super) is_broken: bool,
    pub(super) kind: CandidateKind,
    /// What was on its inode before, if it was followed.
    pub(super) predecessor: Option<String>,
}

/// What is known of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CandidateKind {
    /// Nothing yet.
    Open,
    /// It is a copy of that file, and nothing more.
    SpareOf(FileKey),
    /// It was there before anything was followed, and only what comes later is wanted.
    Ignored,
}

/// What is to be done with a candidate.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is looked at again.
    Wait,
    /// It is a copy of that file.
    SpareOf(FileKey),
    /// It is what is left of that file.
    Replaces(FileKey),
    /// It is not followed.
    Ignore,
    /// It is followed.
    Follow(Start),
}

/// How a file begins to be followed.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// How it begins.
    pub(super) head: Vec<u8>,
    /// The checkpoints' entries that are about it.
    pub(super) entries: Vec<usize>,
    /// Where readers begin.
    pub(super) begin: u64,
    /// What stands before the places where they may begin.
    pub(super) begins: Vec<Tail>,
}

impl Candidate {
    pub(super) fn new(named: Arc<Named>, facts: Facts, at_start: bool, changed_ms: i64) -> Self {
        Self {
            named,
            facts,
            descriptor: None,
            at_start,
            changed_ms,
            unseen: 0,
            is_deleted: false,
            probe: None,
            is_broken: false,
            kind: CandidateKind::Open,
            predecessor: None,
        }
    }

    /// Takes over what was seen.
    pub(super) fn observe(&mut self, named: &Arc<Named>, facts: &Facts, now_ms: i64) {
        self.unseen = 0;
        self.named = Arc::clone(named);
        let before = (self.facts.size, self.facts.modified_ns);
        if before != (facts.size, facts.modified_ns) {
            self.changed_ms = now_ms;
            self.probe = None;
            self.is_broken = false;
            if self.kind != CandidateKind::Ignored || facts.size < self.facts.size {
                self.kind = CandidateKind::Open;
            }
        }
        self.facts = *facts;
    }

    /// Whether a checkpoint may speak of it, which is not known yet.
    pub(super) fn is_unsettled(&self) -> bool {
        self.kind == CandidateKind::Open
            && self.named.packing != Packing::Plain
            && self.facts.size > 0
            && !self.is_broken
    }

    /// Whether it has not changed for this long, or cannot any more.
    pub(super) fn rests(&self, now_ms: i64, quiet_ms: i64) -> bool {
        self.is_deleted || now_ms.saturating_sub(self.changed_ms) >= quiet_ms
    }
}
