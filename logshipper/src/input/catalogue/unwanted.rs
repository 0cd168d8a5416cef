//! Files that a checkpoint speaks of and that are still there, but that nobody follows any more.
//!
//! They are looked for once, in the directories where they were. What was compressed or copied meanwhile is not
//! found.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::os::unix::fs::DirEntryExt;
use std::path::{Path, PathBuf};

use super::Catalogue;
use crate::input::descriptors::Descriptors;
use crate::input::identity::{HEAD_BYTES_MAX, Identity};

impl Catalogue {
    /// For each, whether it is still there, with all that was seen of it, and no file that is followed is at its
    /// inode: what is to be followed does not include it any more.
    pub fn are_unwanted(&self, identities: &[&Identity]) -> Vec<bool> {
        let files = self.files();
        let followed: HashSet<_> = files.iter().map(|file| file.device_and_inode()).collect();
        let names = names_of(identities);
        let is_there = |identity: &Identity| {
            let found = names.get(&identity.node.inode);
            let path = Path::new(&identity.path);
            let mut paths = found.into_iter().flatten().map(PathBuf::as_path);
            is_at(path, identity, &self.shared.descriptors)
                || paths.any(|path| is_at(path, identity, &self.shared.descriptors))
        };
        identities
            .iter()
            .map(|identity| !followed.contains(&identity.node.place()) && is_there(identity))
            .collect()
    }
}

/// What the inodes are called now, in the directories where they were.
fn names_of(identities: &[&Identity]) -> HashMap<u64, Vec<PathBuf>> {
    let inodes: HashSet<u64> = identities.iter().map(|known| known.node.inode).collect();
    let paths = identities.iter().map(|known| Path::new(&known.path));
    let directories: BTreeSet<&Path> = paths.filter_map(Path::parent).collect();
    let mut names: HashMap<u64, Vec<PathBuf>> = HashMap::new();
    for directory in directories {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| inodes.contains(&entry.ino())) {
            names.entry(entry.ino()).or_default().push(entry.path());
        }
    }
    names
}

fn is_at(path: &Path, identity: &Identity, descriptors: &Descriptors) -> bool {
    let Ok((descriptor, facts)) = descriptors.open(path) else {
        return false;
    };
    if !identity.node.is(&facts.node) {
        return false;
    }
    if let Some(packed) = identity.packed_bytes {
        return facts.size == packed;
    }
    let mut head = vec![0; HEAD_BYTES_MAX];
    let read = descriptor.read_at(0, &mut head).unwrap_or(0);
    facts.size >= identity.size && identity.head.fits(head.get(..read).unwrap_or_default())
}
