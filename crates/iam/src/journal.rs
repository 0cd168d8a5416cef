//! `changes.jsonl`: who changed which file of the store by a [`Store`](crate::Store), a line each, written before
//! the change itself.
//!
//! ```text
//! {"file":"users/alice.json","sha256":"…","by":{"uid":0,"user":"root","sudo_user":"bob"}}
//! {"file":"users/alice.json","by":{"uid":1000,"user":"alice"}}                    a removal
//! ```
//!
//! A line counts while it says what the file is now: whoever edits a file by hand is not taken for whom a
//! command had last. It is for the audit and trusted as little as the store itself: whoever may write the one may
//! write the other.

use crate::changes::Author;
use crate::error::StoreError;
use crate::folder;
use crate::layout::Layout;
use crate::person::Person;
use crate::store::io_error;
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// From here on it begins anew, and the one before is kept: some thousands of changes each.
const FILE_BYTES_MAX: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Below the directory of the store.
    file: String,
    /// Of what is in it from now on; absent where it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Absent where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Person>,
}

/// Notes that this process is about to write `bytes` into a file, or to remove it.
pub(crate) fn note(layout: &Layout, path: &Path, bytes: Option<&[u8]>) -> Result<(), StoreError> {
    let journal = layout.journal();
    let failed = |error| io_error("write", &journal, error);
    let entry = Entry {
        file: name_in(layout, path),
        sha256: bytes.map(sha256),
        by: Person::of_this_process(),
    };
    let mut line = serde_json::to_vec(&entry).map_err(|error| failed(error.into()))?;
    line.push(b'\n');
    if fs::metadata(&journal).is_ok_and(|file| file.len() >= FILE_BYTES_MAX) {
        fs::rename(&journal, layout.journal_before()).map_err(failed)?;
    }
    let opened = File::options()
        .create(true)
        .append(true)
        .mode(service::files::PRIVATE_FILE_MODE)
        .open(&journal);
    opened
        .and_then(|mut file| file.write_all(&line))
        .map_err(failed)
}

/// What was noted last of each file.
#[derive(Debug)]
pub(crate) struct Journal(HashMap<String, Entry>);

impl Journal {
    /// Reads it; a line that cannot be read, or a journal, is none.
    pub(crate) fn read(layout: &Layout) -> Self {
        let mut last = HashMap::new();
        for path in [layout.journal_before(), layout.journal()] {
            let text = service::files::read_text(&path, 2 * FILE_BYTES_MAX).unwrap_or_default();
            let entries = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            last.extend(entries.map(|entry: Entry| (entry.file.clone(), entry)));
        }
        Self(last)
    }

    /// Who made a file what it is now.
    pub(crate) fn author(&self, layout: &Layout, path: &Path) -> Author {
        let is_so = |entry: &&Entry| match &entry.sha256 {
            Some(hash) => service::files::read_text(path, folder::FILE_BYTES_MAX)
                .map(Zeroizing::new)
                .is_ok_and(|text| sha256(text.as_bytes()) == *hash),
            None => !path.exists(),
        };
        match self.0.get(&name_in(layout, path)).filter(is_so) {
            Some(Entry { by: Some(by), .. }) => Author::Command(by.clone()),
            _ => Person::owning(path).map_or(Author::Unknown, Author::Owner),
        }
    }
}

fn name_in(layout: &Layout, path: &Path) -> String {
    let below = path.strip_prefix(layout.dir()).unwrap_or(path);
    below.display().to_string()
}

fn sha256(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{FILE_BYTES_MAX, Journal, note};
    use crate::changes::Author;
    use crate::layout::Layout;
    use std::fs;

    #[test]
    fn a_line_counts_while_the_file_is_what_it_says() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let file = dir.path().join("x.json");
        let author = || Journal::read(&layout).author(&layout, &file);
        assert_eq!(author(), Author::Unknown);
        note(&layout, &file, Some(b"one")).unwrap();
        fs::write(&file, "one").unwrap();
        assert!(matches!(author(), Author::Command(_)), "{:?}", author());
        fs::write(&file, "by hand").unwrap();
        assert!(matches!(author(), Author::Owner(_)), "{:?}", author());
        fs::remove_file(&file).unwrap();
        assert_eq!(author(), Author::Unknown, "removed by hand");
        note(&layout, &file, None).unwrap();
        assert!(matches!(author(), Author::Command(_)), "{:?}", author());
    }

    #[test]
    fn it_does_not_grow_for_ever_and_forgets_nothing_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let file = dir.path().join("x.json");
        note(&layout, &file, None).unwrap();
        let mut full = fs::read(layout.journal()).unwrap();
        let lines = usize::try_from(FILE_BYTES_MAX).unwrap() / full.len() + 1;
        full = full.repeat(lines);
        fs::write(layout.journal(), &full).unwrap();
        note(&layout, &dir.path().join("other"), None).unwrap();
        assert!(fs::metadata(layout.journal()).unwrap().len() < 1024);
        let author = Journal::read(&layout).author(&layout, &file);
        assert!(matches!(author, Author::Command(_)), "{author:?}");
    }
}
