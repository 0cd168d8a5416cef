//! A reader's picture of one process: names it was sent once, values of the last snapshot.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::decode::{Bean, Snapshot};
use super::known::Known;

/// What is known of a process; every snapshot brings it up to date.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    known: Option<Known>,
    process: String,
    uptime: f64,
    sections: BTreeMap<u64, Entry>,
    values: Vec<f64>,
}

#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    beans: Arc<[Bean]>,
    rows: Range<usize>,
}

/// One section as it was in the last snapshot.
#[derive(Clone, Copy, Debug)]
pub struct MirroredSection<'a> {
    /// Never used twice by one instance of the process.
    pub id: u64,
    /// Changes when the names do, so that what was derived from them can be kept until then.
    pub number: u64,
    /// Its beans.
    pub beans: &'a Arc<[Bean]>,
    /// Their values, attribute by attribute.
    pub values: &'a [f64],
}

/// A snapshot that does not go with what is known: forget that, and ask for everything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// It takes names for known that this reader has not.
    #[error("the snapshot builds on change {0}, which was never read")]
    Base(u64),
    /// A section came without names, or with other rows than names.
    #[error("section {0} of the snapshot has rows without names")]
    Nameless(u64),
}

impl Mirror {
    /// What the next request should tell; none: send everything.
    pub fn known(&self) -> Option<Known> {
        self.known
    }

    /// The name of the process.
    pub fn process(&self) -> &str {
        &self.process
    }

    /// Seconds since the process began to record, at the last snapshot.
    pub fn uptime(&self) -> f64 {
        self.uptime
    }

    /// Takes a snapshot in. After an error the picture is empty, and the next request asks for all.
    ///
    /// # Errors
    /// The snapshot lacks names that this reader has not.
    pub fn apply(&mut self, snapshot: Snapshot) -> Result<(), MirrorError> {
        let before = std::mem::take(self);
        let fits = snapshot.since == 0
            || before.known.is_some_and(|known| {
                known.instance == snapshot.instance && known.change >= snapshot.since
            });
        if !fits {
            return Err(MirrorError::Base(snapshot.since));
        }
        let mut old = before.sections;
        if before
            .known
            .is_some_and(|known| known.instance != snapshot.instance)
        {
            old.clear();
        }
        let known = snapshot.known();
        let mut sections = BTreeMap::new();
        for section in snapshot.sections {
            let beans = match section.beans {
                Some(beans) => Some(beans.into()),
                None => old
                    .remove(&section.id)
                    .filter(|entry| entry.number == section.number)
                    .filter(|entry| entry.rows.len() == section.rows.len())
                    .map(|entry| entry.beans),
            };
            let entry = Entry {
                number: section.number,
                beans: beans.ok_or(MirrorError::Nameless(section.id))?,
                rows: section.rows,
            };
            sections.insert(section.id, entry);
        }
        *self = Self {
            known: Some(known),
            process: snapshot.process,
            uptime: snapshot.uptime,
            sections,
            values: snapshot.values,
        };
        Ok(())
    }

    /// All sections, in the order in which the process made them.
    pub fn sections(&self) -> impl Iterator<Item = MirroredSection<'_>> {
        self.sections.iter().map(|(id, entry)| MirroredSection {
            id: *id,
            number: entry.number,
            beans: &entry.beans,
            values: self.values.get(entry.rows.clone()).unwrap_or_default(),
        })
    }
}
