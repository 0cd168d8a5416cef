//! A folder of small files, read again only where one changed; one that cannot be read leaves its
//! last good content in force. It tells what changed by name.

use crate::changes::{Change, Reloaded};
use crate::error::Problem;
use crate::layout::{Folder, Layout, SUFFIX};
use service::watch::Stamp;
use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// Longest file: a policy is 20 KiB at most, and everything else is shorter.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 10;
/// Most files of a folder: sessions are many, and each is a file until it is over.
const FILES_MAX: usize = 100_000;

/// What was read, by the file's name without its suffix.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    files: BTreeMap<String, CachedFile<T>>,
    is_listed: bool,
}

#[derive(Debug)]
struct CachedFile<T> {
    /// None where it could not even be looked at.
    stamp: Option<Stamp>,
    /// The last that could be read, if any could.
    good: Option<T>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            is_listed: false,
        }
    }
}

impl<T> Cached<T> {
    /// Reads what changed. `parse` is given the name and the text. A folder that does not exist is
    /// empty, one that cannot be listed stays as it was; of the files that cannot be read now, those
    /// are told that could be before or are new.
    pub(crate) fn refresh(
        &mut self,
        layout: &Layout,
        folder: Folder,
        found: &mut Reloaded,
        parse: impl Fn(&str, &str) -> Result<T, String>,
    ) {
        let path = layout.folder(folder);
        let entries = match list(&path) {
            Ok(entries) => entries,
            Err(error) => {
                found.problems.push(Problem {
                    path,
                    problem: format!("cannot be listed: {error}"),
                });
                return;
            }
        };
        let mut changed = |name: &str, change| found.changes.add(folder.kind(), name, change);
        let mut files = BTreeMap::new();
        for entry in entries {
            let file_name = entry.file_name();
            let Some(name) = file_name
                .to_str()
                .and_then(|name| name.strip_suffix(SUFFIX))
            else {
                continue;
            };
            let stamp = match Stamp::of(&entry.path()) {
                Ok(stamp) => Some(stamp),
                // What went between listing and looking was deleted.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => None,
            };
            let before = self.files.remove(name);
            let file = match before {
                Some(before) if before.stamp == stamp => before,
                before => {
                    let good = match read(&entry.path(), |text| parse(name, text)) {
                        Ok(good) => {
                            changed(name, Change::written(before.is_some()));
                            Some(good)
                        }
                        Err(problem) => {
                            changed(name, Change::Refused);
                            found.problems.push(problem);
                            before.and_then(|before| before.good)
                        }
                    };
                    CachedFile { stamp, good }
                }
            };
            files.insert(name.to_owned(), file);
        }
        let gone = std::mem::replace(&mut self.files, files);
        gone.keys().for_each(|name| changed(name, Change::Deleted));
        self.is_listed = true;
    }

    /// Whether it is known which files there are.
    pub(crate) fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Everything that has a good content.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.files
            .iter()
            .filter_map(|(name, file)| Some((name.as_str(), file.good.as_ref()?)))
    }

    pub(crate) fn of(&self, name: &str) -> Option<&T> {
        self.files.get(name)?.good.as_ref()
    }

    /// Names of files that exist and never could be read.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .filter(|(_, file)| file.good.is_none())
            .map(|(name, _)| name.as_str())
    }
}

/// All or nothing: what is missing in half a list was not deleted.
fn list(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut entries = entries
        .take(FILES_MAX + 1)
        .collect::<io::Result<Vec<_>>>()?;
    if entries.len() > FILES_MAX {
        let text = format!("it holds more than {FILES_MAX} files");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// Reads one file. The text may hold secrets and is wiped.
pub(crate) fn read<T>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, Problem> {
    let problem = |problem: String| Problem {
        path: path.to_path_buf(),
        problem,
    };
    let text = service::files::read_text(path, FILE_BYTES_MAX)
        .map(Zeroizing::new)
        .map_err(|error| problem(format!("cannot be read: {error}")))?;
    parse(&text).map_err(problem)
}

/// Reads JSON of ours.
pub(crate) fn parse_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    // What serde_json says of a wrong value may show the value; of ours it shows types and names.
    serde_json::from_str(text).map_err(|error| error.to_string())
}
