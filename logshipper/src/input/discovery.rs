//! One round of looking: which files the globs name now, and what the file system says of them.
//!
//! Beside what a glob names it finds the rotated siblings of a log whose name a glob matches, because a rename
//! must not take a file out of sight. It remembers nothing but what names mean.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use globset::{GlobSet, GlobSetBuilder};
use rustix::fs::{Dir, FileType, Mode, OFlags};

use super::identity::Node;
use super::log_name::{LogName, Packing};
use super::observation::{Kind, Named, Observation, Wanted, look_at, look_below};
use super::own::{Own, OwnPlaces};
use super::pattern::{Pattern, Step, absolute, build};
use super::settings::{DEPTH_MAX, DIRECTORIES_MAX, FILES_MAX};

/// What is wrong with globs and excludes; else which of `paths` they bring.
///
/// # Errors
/// A sentence that names what is wrong.
pub fn check<'a>(
    globs: &[String],
    excludes: &[String],
    paths: &'a [PathBuf],
) -> Result<Vec<&'a Path>, String> {
    let discovery = Discovery::new(globs, excludes)?;
    let paths = paths.iter().map(PathBuf::as_path);
    Ok(paths.filter(|path| discovery.wants(path)).collect())
}

/// Which files are wanted, and what was learned of names.
#[derive(Debug)]
pub(super) struct Discovery {
    patterns: Vec<Pattern>,
    globs: GlobSet,
    excluded_paths: GlobSet,
    excluded_names: GlobSet,
    own: Own,
    names: HashMap<PathBuf, HashMap<CString, Option<Arc<Named>>>>,
}

/// What one round found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every wanted path that is a file.
    pub(super) observations: Vec<Observation>,
    /// Every directory that was listed.
    pub(super) directories: HashMap<PathBuf, Node>,
    /// Where the content of linked files is reported, and which of the observed paths that is.
    pub(super) targets: HashMap<PathBuf, PathBuf>,
    /// What could not be looked at.
    pub(super) failures: Vec<(PathBuf, io::Error)>,
    /// Whether a limit stopped the walk.
    pub(super) is_cut: bool,
}

/// A directory in a directory.
#[derive(Debug)]
struct Child {
    path: PathBuf,
    is_link: bool,
}

/// A directory that was listed.
#[derive(Debug)]
struct Listed {
    place: (u64, u64),
    children: Vec<Child>,
}

/// One round while it goes on.
struct Round<'a> {
    discovery: &'a mut Discovery,
    own: OwnPlaces,
    found: Found,
    listed: HashMap<PathBuf, Option<Rc<Listed>>>,
}

impl Discovery {
    /// For these globs.
    ///
    /// # Errors
    /// One is none, or names a directory.
    pub(super) fn new(globs: &[String], excludes: &[String]) -> Result<Self, String> {
        let patterns = globs
            .iter()
            .map(|glob| no_directory(glob).and_then(|()| Pattern::parse(glob)))
            .collect::<Result<Vec<_>, _>>()?;
        let (paths, names): (Vec<_>, Vec<_>) = excludes.iter().partition(|glob| glob.contains('/'));
        let paths = paths
            .into_iter()
            .map(|glob| absolute(glob))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            globs: set(patterns.iter().map(|pattern| Ok(pattern.glob.clone())))?,
            excluded_paths: set(paths.iter().map(|glob| exclude(glob)))?,
            excluded_names: set(names.into_iter().map(|glob| exclude(glob)))?,
            patterns,
            own: Own::default(),
            names: HashMap::new(),
        })
    }

    /// Without what the process writes itself.
    pub(super) fn without(self, own: Own) -> Self {
        Self { own, ..self }
    }

    /// Whether a file at this path would be followed, as far as globs and excludes tell.
    pub(super) fn wants(&self, path: &Path) -> bool {
        let Some((directory, name)) = path.parent().zip(path.file_name()) else {
            return false;
        };
        CString::new(name.as_bytes()).is_ok_and(|name| self.decide(directory, &name).is_some())
    }

    /// Looks at everything.
    pub(super) fn round(&mut self) -> Found {
        let patterns = std::mem::take(&mut self.patterns);
        let mut round = Round {
            own: self.own.look(),
            discovery: self,
            found: Found::default(),
            listed: HashMap::new(),
        };
        for pattern in &patterns {
            if round.own.holds(&pattern.start) {
                continue;
            }
            round.walk(&pattern.start, &pattern.steps, 0, &mut HashSet::new());
        }
        let found = round.found;
        self.names
            .retain(|directory, _| found.directories.contains_key(directory));
        self.patterns = patterns;
        found
    }

    /// Whether something may be wanted that came to this path, or went from it.
    pub(super) fn cares_for(&self, path: &Path) -> bool {
        path.parent().is_none()
            || self.wants(path)
            || (self
                .patterns
                .iter()
                .any(|pattern| pattern.start.starts_with(path) || !pattern.steps.is_empty())
                && path
                    .symlink_metadata()
                    .map_or(true, |found| !found.is_file()))
    }

    /// What a name in a directory means; `None` if it is not wanted.
    fn decide(&self, directory: &Path, name: &CStr) -> Option<Arc<Named>> {
        let name = OsStr::from_bytes(name.to_bytes());
        let path = directory.join(name);
        let log_name = LogName::of(&name.to_string_lossy());
        if log_name.packing == Packing::Unknown || self.excludes(&path, name) {
            return None;
        }
        let log_path = directory.join(&log_name.log);
        let wanted = if self.globs.is_match(&path) {
            Wanted::Glob
        } else if log_name.rotated
            && self.globs.is_match(&log_path)
            && !self.excludes(&log_path, OsStr::new(&log_name.log))
        {
            Wanted::Sibling
        } else {
            return None;
        };
        let log_path = log_path.to_string_lossy();
        Some(Arc::new(Named::new(path, &log_name, &log_path, wanted)))
    }

    fn excludes(&self, path: &Path, name: &OsStr) -> bool {
        self.excluded_paths.is_match(path) || self.excluded_names.is_match(name)
    }
}

impl Round<'_> {
    /// Follows the steps from here, and lists what is met. Links to directories are followed after the
    /// directories themselves, and only to where this walk has not been.
    fn walk(
        &mut self,
        directory: &Path,
        steps: &[Step],
        depth: usize,
        been: &mut HashSet<(u64, u64)>,
    ) {
        if depth > DEPTH_MAX {
            self.found.is_cut = true;
            return;
        }
        let Some(listed) = self.list(directory) else {
            return;
        };
        been.insert(listed.place);
        let Some((step, rest)) = steps.split_first() else {
            return;
        };
        if matches!(step, Step::Any) && !rest.is_empty() {
            self.walk(directory, rest, depth, &mut been.clone());
        }
        for links in [false, true] {
            for child in listed
                .children
                .iter()
                .filter(|child| child.is_link == links)
            {
                let rest = match step {
                    Step::Any => steps,
                    Step::Named(name)
                        if child
                            .path
                            .file_name()
                            .is_some_and(|found| name.is_match(found)) =>
                    {
                        rest
                    }
                    Step::Named(_) => continue,
                };
                let seen = links
                    && self
                        .list(&child.path)
                        .is_none_or(|listed| been.contains(&listed.place));
                if !seen {
                    self.walk(&child.path, rest, depth + 1, been);
                }
            }
        }
    }

    /// Lists a directory, once in a round.
    fn list(&mut self, directory: &Path) -> Option<Rc<Listed>> {
        if let Some(listed) = self.listed.get(directory) {
            return listed.clone();
        }
        if self.listed.len() >= DIRECTORIES_MAX || self.found.observations.len() >= FILES_MAX {
            self.found.is_cut = true;
            return None;
        }
        let listed = match self.read(directory) {
            Ok(listed) => Some(Rc::new(listed)),
            Err(error) => {
                let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
                if !absent.contains(&error.kind()) {
                    self.found.failures.push((directory.to_owned(), error));
                }
                None
            }
        };
        self.listed.insert(directory.to_owned(), listed.clone());
        listed
    }

    fn read(&mut self, directory: &Path) -> io::Result<Listed> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(directory, flags, Mode::empty())?;
        let node = look_at(&opened)?.1.node;
        let mut children = Vec::new();
        if self.own.is_tree(directory, node.place()) {
            let place = node.place();
            return Ok(Listed { place, children });
        }
        let mut names = self.discovery.names.remove(directory).unwrap_or_default();
        let mut entries = Dir::new(opened)?;
        let mut count = 0_usize;
        while let Some(entry) = entries.read() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            count += 1;
            let kind = entry.file_type();
            let path = || directory.join(OsStr::from_bytes(name.to_bytes()));
            if kind == FileType::Directory {
                children.push(Child {
                    path: path(),
                    is_link: false,
                });
                continue;
            }
            let named = match names.get(name) {
                Some(named) => named.clone(),
                None => {
                    let named = self.discovery.decide(directory, name);
                    names.insert(name.to_owned(), named.clone());
                    named
                }
            };
            if let Some(named) = named
                && !self.own.has(node.place(), name.to_bytes())
            {
                match look_below(entries.fd()?, name) {
                    Ok((Kind::File, facts)) => {
                        if kind == FileType::Symlink
                            && let Ok(target) = std::fs::canonicalize(&named.path)
                        {
                            self.found.targets.insert(target, named.path.clone());
                        }
                        self.found.observations.push(Observation { named, facts });
                    }
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => self.found.failures.push((path(), error)),
                }
            }
            if matches!(kind, FileType::Symlink | FileType::Unknown) {
                children.push(Child {
                    path: path(),
                    is_link: true,
                });
            }
        }
        if names.len() > 2 * count + 64 {
            names.clear();
        }
        self.discovery.names.insert(directory.to_owned(), names);
        self.found.directories.insert(directory.to_owned(), node);
        Ok(Listed {
            place: node.place(),
            children,
        })
    }
}

fn set(globs: impl Iterator<Item = Result<globset::Glob, String>>) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob?);
    }
    builder
        .build()
        .map_err(|error| format!("the globs are wrong: {error}"))
}

/// Whoever names a directory means the files in it, but it is not known which.
fn no_directory(glob: &str) -> Result<(), String> {
    if Path::new(glob).is_dir() {
        let stem = glob.trim_end_matches('/');
        return Err(format!(
            "`{glob}` is a directory: name the files in it, such as `{stem}/*.log`"
        ));
    }
    Ok(())
}

fn exclude(glob: &str) -> Result<globset::Glob, String> {
    build(glob).map_err(|error| format!("the exclude `{glob}` is wrong: {}", error.kind()))
}

#[cfg(test)]
mod tests;
