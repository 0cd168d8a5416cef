//! What changed between what is known and what was just seen.
//!
//! A pure function: it touches no file, and does not know why something changed.

use std::collections::HashMap;

use super::identity::Node;
use super::observation::{Facts, Named, Observation};

/// Device and inode.
pub(super) type Place = (u64, u64);

/// What is known of an inode.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) node: Node,
    /// The largest size seen.
    pub(super) size: u64,
    /// Whether its descriptor is open: then the inode cannot be another one.
    pub(super) is_open: bool,
}

/// What became of an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It was not known.
    New,
    /// Its number is known, but this is another file.
    Replaced,
    /// It is smaller than it was.
    Shrunk,
    /// It is there, perhaps under another name, perhaps larger.
    Present,
}

/// What was seen, in the order of writing, each inode once, and what was not seen any more.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) seen: Vec<(Change, Observation)>,
    pub(super) missing: Vec<Place>,
}

/// Compares what is known with what was seen.
pub(super) fn changes(known: &HashMap<Place, Known>, observations: Vec<Observation>) -> Changes {
    let mut best: HashMap<Place, Observation> = HashMap::with_capacity(observations.len());
    for observation in observations {
        let place = observation.facts.node.place();
        match best.get(&place) {
            Some(other) if preference(&other.named) <= preference(&observation.named) => {}
            _ => {
                best.insert(place, observation);
            }
        }
    }
    let missing = known
        .keys()
        .filter(|place| !best.contains_key(place))
        .copied()
        .collect();
    let mut seen: Vec<_> = best
        .into_values()
        .map(|observation| {
            let change = known
                .get(&observation.facts.node.place())
                .map_or(Change::New, |known| compare(known, &observation.facts));
            (change, observation)
        })
        .collect();
    seen.sort_by(|(_, one), (_, two)| {
        (one.facts.modified_ns, &one.named.path).cmp(&(two.facts.modified_ns, &two.named.path))
    });
    Changes { seen, missing }
}

fn compare(known: &Known, facts: &Facts) -> Change {
    if !known.is_open && !known.node.is(&facts.node) {
        Change::Replaced
    } else if facts.size < known.size {
        Change::Shrunk
    } else {
        Change::Present
    }
}

/// Which of several names of an inode counts: the one that is written to, then the one that a glob names.
fn preference(named: &Named) -> impl Ord + use<'_> {
    (
        named.rotated,
        named.wanted,
        named.path.as_os_str().len(),
        &named.path,
    )
}

#[cfg(test)]
mod tests;
