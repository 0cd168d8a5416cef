//! What this process writes itself, which no glob brings: it would deliver what it delivered, without end.
//!
//! Directories are told by their inodes, so that a link does not lead around. Only what is surely its own is left
//! out: other logs in the same directory are followed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::changes::Place;
use super::observation::look_at;

/// Where this process writes.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Directories in which everything is its own, at any depth.
    pub trees: Vec<PathBuf>,
    /// Where checkpoints and dead letters are.
    pub state_dir: Option<PathBuf>,
    /// The file of what was delivered.
    pub undelivered_file: Option<PathBuf>,
}

/// Where that is now.
#[derive(Debug, Default)]
pub(super) struct OwnPlaces {
    trees: HashSet<Place>,
    paths: Vec<PathBuf>,
    roots: Vec<PathBuf>,
    state_dir: Option<Place>,
    undelivered: Option<(Place, Vec<u8>)>,
}

impl Own {
    /// Looks for it; what is not there yet is looked for again in the next round.
    pub(super) fn look(&self) -> OwnPlaces {
        let file = self.undelivered_file.as_deref();
        let undelivered = file.and_then(|file| {
            let name = file.file_name()?.as_encoded_bytes().to_vec();
            let parent = std::path::absolute(file).ok()?;
            Some((place(parent.parent()?)?, name))
        });
        OwnPlaces {
            trees: self.trees.iter().filter_map(|tree| place(tree)).collect(),
            paths: self
                .trees
                .iter()
                .filter_map(|tree| std::path::absolute(tree).ok())
                .collect(),
            roots: self
                .trees
                .iter()
                .filter_map(|tree| tree.canonicalize().ok())
                .collect(),
            state_dir: self.state_dir.as_deref().and_then(place),
            undelivered,
        }
    }
}

impl OwnPlaces {
    /// Whether a walk from here is one in what is its own.
    pub(super) fn holds(&self, start: &Path) -> bool {
        !self.roots.is_empty()
            && start
                .canonicalize()
                .is_ok_and(|start| self.roots.iter().any(|root| start.starts_with(root)))
    }

    /// Whether everything in this directory is its own.
    pub(super) fn is_tree(&self, path: &Path, directory: Place) -> bool {
        // One that was made since is known by its path only.
        self.trees.contains(&directory) || self.paths.iter().any(|tree| tree == path)
    }

    /// Whether a file in this directory is its own.
    pub(super) fn has(&self, directory: Place, name: &[u8]) -> bool {
        let is_state = self.state_dir == Some(directory)
            && (matches!(name, b"lock" | b"followed-since")
                || name.starts_with(b"checkpoint-")
                || name.starts_with(b"dead-letters-"));
        let undelivered = self.undelivered.as_ref();
        // While it is written it has a longer name.
        is_state
            || undelivered.is_some_and(|(place, own)| {
                *place == directory && memchr::memmem::find(name, own).is_some()
            })
    }
}

fn place(directory: &Path) -> Option<Place> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(directory, flags, Mode::empty()).ok()?;
    Some(look_at(&opened).ok()?.1.node.place())
}
