//! Changes to the store: each is one file replaced or removed, under one lock, so that a reader never
//! sees half of one and two commands never lose each other's.

mod contexts;
mod identities;
mod keys;
mod policies;
mod sessions;

pub use identities::Holder;
pub use keys::{AccessKeyMetadata, NewAccessKey};
pub use sessions::{NewSession, SessionCredentials};

use crate::error::{Kind, Problem, StoreError};
use crate::folder;
use crate::journal;
use crate::layout::{FOLDERS, Folder, Layout, SUFFIX};
use crate::name::Name;
use crate::random;
use crate::records::{StoreRecord, VERSION};
use serde::Serialize;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// A store that can be changed.
#[derive(Debug)]
pub struct Store {
    layout: Layout,
    record: StoreRecord,
}

/// What a new store is about.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// `aws`.
    pub partition: String,
    /// Such as `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account_id: String,
    /// Of the cluster.
    pub cluster_name: String,
    /// Of the cluster; a new one where none is given.
    pub cluster_uuid: Option<String>,
}

/// Held while something is changed.
#[derive(Debug)]
struct Locked {
    _file: File,
}

impl Store {
    /// Opens the store in a directory.
    ///
    /// # Errors
    /// There is none, a newer one, one that cannot be read, or one whose keys others can read.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let layout = Layout::new(dir);
        let record = read_record(&layout)?;
        check_keys_are_private(&layout)?;
        Ok(Self { layout, record })
    }

    /// Makes a store, with nobody in it.
    ///
    /// # Errors
    /// There is one already, an account or a name is none, or the directory cannot be written.
    pub fn create(dir: &Path, new: &NewStore) -> Result<Self, StoreError> {
        let layout = Layout::new(dir);
        let record = StoreRecord {
            version: VERSION,
            partition: new.partition.clone(),
            account_id: new.account_id.clone(),
            region: new.region.clone(),
            cluster_name: new.cluster_name.clone(),
            cluster_uuid: match &new.cluster_uuid {
                Some(uuid) => uuid.clone(),
                None => random::cluster_uuid()
                    .map_err(|error| io_error("read", "/dev/urandom", error))?,
            },
            cluster_account_id: None,
            cluster_tags: Default::default(),
        };
        check_record(&record).map_err(|problem| Problem {
            path: layout.store(),
            problem,
        })?;
        for path in [layout.dir().to_path_buf()]
            .into_iter()
            .chain(FOLDERS.map(|folder| layout.folder(folder)))
        {
            service::files::create_private_dir(&path)
                .map_err(|error| io_error("create", &path, error))?;
        }
        let store = Self { layout, record };
        let _locked = store.lock()?;
        check_keys_are_private(&store.layout)?;
        if store.layout.store().exists() {
            return Err(StoreError::Limit(format!(
                "there is an identity store in {} already",
                dir.display()
            )));
        }
        store.write_json(&store.layout.store(), &store.record)?;
        Ok(store)
    }

    /// Opens the store, or makes one where there is none.
    ///
    /// # Errors
    /// Those of both.
    pub fn open_or_create(dir: &Path, new: &NewStore) -> Result<Self, StoreError> {
        match Self::open(dir) {
            Err(StoreError::NoStore(_)) => Self::create(dir, new),
            opened => opened,
        }
    }

    /// Account, region and cluster.
    pub fn record(&self) -> &StoreRecord {
        &self.record
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        self.layout.dir()
    }

    /// Waits until nobody else changes the store.
    fn lock(&self) -> Result<Locked, StoreError> {
        let path = self.layout.lock();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(service::files::PRIVATE_FILE_MODE)
            .open(&path)
            .map_err(|error| io_error("open", &path, error))?;
        file.lock()
            .map_err(|error| io_error("lock", &path, error))?;
        Ok(Locked { _file: file })
    }

    fn write_json(&self, path: &Path, record: &impl Serialize) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec_pretty(record)
            .map(zeroize::Zeroizing::new)
            .map_err(|error| io_error("write", path, error.into()))?;
        text.push(b'\n');
        self.write(path, &text)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        journal::note(&self.layout, path, Some(bytes))?;
        service::files::write_atomic(path, bytes).map_err(|error| io_error("write", path, error))
    }

    fn remove(&self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            // What is withdrawn is withdrawn, even where the note finds no room: then the audit names nobody.
            let _unnoted = journal::note(&self.layout, path, None);
        }
        service::files::remove_if_exists(path).map_err(|error| io_error("remove", path, error))
    }

    /// Reads a record that must be there.
    fn read_json<T: serde::de::DeserializeOwned>(
        &self,
        folder: Folder,
        kind: Kind,
        name: &Name,
    ) -> Result<T, StoreError> {
        let path = self.layout.file(folder, name);
        if !path.exists() {
            return Err(StoreError::NoSuch {
                kind,
                name: name.to_string(),
            });
        }
        Ok(folder::read(&path, folder::parse_json)?)
    }

    /// Names of the files of a folder, in order.
    fn names(&self, folder: Folder) -> Result<Vec<String>, StoreError> {
        let path = self.layout.folder(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| io_error("list", &path, error))?,
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(SUFFIX).map(str::to_owned))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Refuses a name that is taken; names differ by more than case, as IAM has it.
    fn check_is_free(&self, folder: Folder, kind: Kind, name: &Name) -> Result<(), StoreError> {
        let taken = self.names(folder)?;
        match taken
            .into_iter()
            .find(|other| other.eq_ignore_ascii_case(name.as_str()))
        {
            Some(other) => Err(StoreError::Exists { kind, name: other }),
            None => Ok(()),
        }
    }
}

/// Reads `store.json`, whose version is looked at before the rest.
pub(crate) fn read_record(layout: &Layout) -> Result<StoreRecord, StoreError> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let path = layout.store();
    if !path.exists() {
        return Err(StoreError::NoStore(layout.dir().to_path_buf()));
    }
    let text = folder::read(&path, |text| Ok(text.to_owned()))?;
    let problem = |problem| Problem {
        path: path.clone(),
        problem,
    };
    let Version { version } = folder::parse_json(&text).map_err(problem)?;
    if version > VERSION {
        return Err(StoreError::Newer {
            dir: layout.dir().to_path_buf(),
            found: version,
            known: VERSION,
        });
    }
    let record: StoreRecord = folder::parse_json(&text).map_err(problem)?;
    check_record(&record).map_err(problem)?;
    Ok(record)
}

/// What stands in ARNs must not be able to be something else there.
fn check_record(record: &StoreRecord) -> Result<(), String> {
    let accounts = [Some(&record.account_id), record.cluster_account_id.as_ref()];
    for account in accounts.into_iter().flatten() {
        if account.len() != ACCOUNT_DIGITS || !account.bytes().all(|one| one.is_ascii_digit()) {
            return Err(format!("'{account}' is no account id; it has 12 digits"));
        }
    }
    let words = [
        ("partition", &record.partition),
        ("region", &record.region),
        ("cluster_name", &record.cluster_name),
        ("cluster_uuid", &record.cluster_uuid),
    ];
    for (what, text) in words {
        let is_letter = |one: u8| one.is_ascii_alphanumeric() || one == b'-';
        if text.is_empty() || !text.bytes().all(is_letter) {
            return Err(format!("{what} '{text}' is not of letters, digits and -"));
        }
    }
    Ok(())
}

/// Secrets that others can read are none.
pub(crate) fn check_keys_are_private(layout: &Layout) -> Result<(), StoreError> {
    let path = layout.folder(Folder::Keys);
    let mode = match fs::metadata(&path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("look at", &path, error)),
    };
    if mode & 0o077 != 0 {
        return Err(StoreError::Exposed { path, mode });
    }
    Ok(())
}

/// An error of the whole store as that of a file, for those who go on.
pub(crate) fn problem(path: PathBuf, error: &StoreError) -> Problem {
    match error {
        StoreError::Unreadable(problem) => problem.clone(),
        other => Problem {
            path,
            problem: other.to_string(),
        },
    }
}

pub(crate) fn io_error(
    what: &'static str,
    path: impl AsRef<Path>,
    source: io::Error,
) -> StoreError {
    StoreError::Io {
        what,
        path: path.as_ref().to_path_buf(),
        source,
    }
}

#[cfg(test)]
pub(crate) mod test_store;
#[cfg(test)]
mod tests;
