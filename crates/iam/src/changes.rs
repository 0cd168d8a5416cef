//! What a reload found changed: kinds and names, for an audit. Never what a file says: that may be
//! long, and of keys it is secret. Who changed it is not known, because people may edit files.

use crate::error::Problem;
use std::collections::BTreeMap;

/// Names of one kind that are told: whoever changes more at once did it with a tool, and a flood of
/// one kind must not hide another.
pub const NAMED_MAX: usize = 50;

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Created,
    /// It was written again.
    Changed,
    /// It went.
    Deleted,
    /// It is new or was written, and cannot be used: what it said before, if anything, is in force.
    Refused,
}

/// What changed of one kind of things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangesOfKind {
    /// The first by name, [`NAMED_MAX`] at most.
    pub named: Vec<(String, Change)>,
    /// How many there were besides.
    pub further: u64,
}

/// What changed, by kind: `User`, `Role`, `Policy` and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(BTreeMap<&'static str, ChangesOfKind>);

/// What reading a store again found.
#[derive(Debug, Default)]
pub struct Reloaded {
    /// Files that cannot be used.
    pub problems: Vec<Problem>,
    /// Files that are not what they were.
    pub changes: Changes,
}

impl Change {
    /// A file that can be read and looks different.
    pub(crate) fn written(was_there: bool) -> Self {
        if was_there {
            Self::Changed
        } else {
            Self::Created
        }
    }

    /// As an event has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Refused => "refused",
        }
    }
}

impl Changes {
    /// What changed, in the order of the kinds' names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &ChangesOfKind)> {
        self.0.iter().map(|(kind, changes)| (*kind, changes))
    }

    pub(crate) fn add(&mut self, kind: &'static str, name: &str, change: Change) {
        let of_kind = self.0.entry(kind).or_default();
        if of_kind.named.len() < NAMED_MAX {
            of_kind.named.push((name.to_owned(), change));
        } else {
            of_kind.further += 1;
        }
    }
}
