//! What a reload found changed: kinds and names, for an audit. Never what a file says: that may be
//! long, and of keys it is secret. Who changed it is known of what a command did; people may edit files, too.

use crate::error::Problem;
use crate::journal::Journal;
use crate::layout::{Folder, Layout, SUFFIX};
use crate::person::Person;
use serde::Serialize;
use std::collections::BTreeMap;

/// Names of one kind that are told: whoever changes more at once did it with a tool, and a flood of
/// one kind must not hide another.
pub const NAMED_MAX: usize = 50;

/// The kind of the policy on the cluster itself.
pub(crate) const CLUSTER_POLICY: &str = "ClusterPolicy";

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

/// Who made a file what it is, or removed it, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "known_from")]
pub enum Author {
    /// A command did it, and noted for whom.
    #[serde(rename = "command")]
    Command(Person),
    /// It was edited by hand: whose file it is now.
    #[serde(rename = "file owner")]
    Owner(Person),
    /// It was removed by hand, or cannot be looked at.
    #[serde(rename = "nothing")]
    Unknown,
}

/// One file that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The thing's name.
    pub name: String,
    /// What happened to it.
    pub change: Change,
    /// Who did it.
    pub author: Author,
}

/// What changed of one kind of things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangesOfKind {
    /// The first by name, [`NAMED_MAX`] at most.
    pub named: Vec<Named>,
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

    /// Finds out who did it.
    pub(crate) fn attribute(&mut self, layout: &Layout) {
        if self.0.is_empty() {
            return;
        }
        let journal = Journal::read(layout);
        for (kind, changes) in &mut self.0 {
            for named in &mut changes.named {
                let path = match (Folder::of_kind(kind), *kind) {
                    (Some(folder), _) => {
                        let file = format!("{}{SUFFIX}", named.name);
                        layout.folder(folder).join(file)
                    }
                    (None, CLUSTER_POLICY) => layout.cluster_policy(),
                    (None, _) => layout.store(),
                };
                named.author = journal.author(layout, &path);
            }
        }
    }

    pub(crate) fn add(&mut self, kind: &'static str, name: &str, change: Change) {
        let of_kind = self.0.entry(kind).or_default();
        if of_kind.named.len() < NAMED_MAX {
            of_kind.named.push(Named {
                name: name.to_owned(),
                change,
                author: Author::Unknown,
            });
        } else {
            of_kind.further += 1;
        }
    }
}
