//! A directory: objects in MSK's layout as files, so that what reads them from S3 reads them here too.
//!
//! A file has its name only when it is whole and on the disk. The oldest are deleted beyond a limit: what is here is a copy
//! for whoever fetches it, not an archive.

mod files;
mod shelf;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use service::flags::{Flag, Values};

use self::files::{Placed, place};
use self::shelf::Shelf;
use super::object::{Body, Compression, Layout, NAMES_MAX, ROOT, Roll, Spans, next};
use super::table::{self, About, OpenError, Opener};
use super::{Looking, Origin, Outcome, Sending, Sink, Trouble, TroubleClass};
use crate::access;
use crate::batch::{Batch, Limits};

/// What the layout says of the region where none is configured; LocalStack says so too.
const REGION: &str = "us-east-1";

const COMPRESSION: Flag = Flag::text(
    "directory.compression",
    "gzip",
    "How files are compressed: gzip, zstd or none",
);
const ROLL_SECONDS: Flag = Flag::text(
    "directory.roll-seconds",
    "60",
    "Seconds that a file's first event waits for others",
);
const ROLL_BYTES: Flag = Flag::text(
    "directory.roll-bytes",
    "8388608",
    "Bytes of a file before compression, at most",
);
const MAX_BYTES: Flag = Flag::text(
    "directory.max-bytes",
    "1073741824",
    "Bytes of all files of this broker; beyond them the oldest are deleted",
);

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    vec![&COMPRESSION, &ROLL_SECONDS, &ROLL_BYTES, &MAX_BYTES]
}

/// Where the files are whose directory is `target`.
pub fn tree(target: &str) -> PathBuf {
    Path::new(target).join(ROOT)
}

/// What was configured.
#[derive(Clone, Debug)]
struct Settings {
    root: PathBuf,
    compression: Compression,
    roll: Roll,
    bytes_max: u64,
}

/// A directory.
struct DirectorySink {
    place: Arc<Place>,
    destination: Arc<str>,
}

/// What is put there, and what is there. Nothing on the disk is touched before something is put.
struct Place {
    settings: Settings,
    layout: Layout,
    shelf: OnceLock<Mutex<Shelf>>,
}

/// Reads `PATH` and the flags.
///
/// # Errors
/// There is no path.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values)?;
    let about = about.clone();
    Ok(table::opener(move |_| {
        DirectorySink::open(settings.clone(), &about)
    }))
}

impl Settings {
    fn read(target: &str, values: &mut Values) -> Result<Self, String> {
        if target.is_empty() {
            return Err("directory: names no directory; write directory:/var/lib/logs".to_owned());
        }
        Ok(Self {
            root: PathBuf::from(target),
            compression: values.parsed(&COMPRESSION),
            roll: Roll::read(values, &ROLL_SECONDS, &ROLL_BYTES),
            bytes_max: values.parsed(&MAX_BYTES),
        })
    }
}

impl DirectorySink {
    fn open(settings: Settings, about: &About) -> Result<Self, OpenError> {
        let region = about.region.as_deref().unwrap_or(REGION);
        let layout = Layout::new("", about, region, settings.compression);
        let root = &settings.root;
        let refused = |error| OpenError(format!("directory:{}: {error}", root.display()));
        if root.exists() && !root.is_dir() {
            return Err(refused("it is a file; name a directory".to_owned()));
        }
        // A root that cannot be made or read now may be later: the attempts say so.
        let place = Place {
            settings,
            layout,
            shelf: OnceLock::new(),
        };
        Ok(Self {
            place: Arc::new(place),
            destination: Arc::from(""),
        })
    }

    async fn attempt(&self, batch: &Batch) -> Outcome {
        let spans = Spans::of(batch);
        let Some(first) = batch.plan.clone().or_else(|| self.plan(batch)) else {
            return Outcome::Delivered {
                rejected: Vec::new(),
            };
        };
        let body = match Body::of(batch, self.place.settings.compression).await {
            Ok(body) => body.bytes,
            Err(error) => return Outcome::failed(TroubleClass::Service, error.to_string()),
        };
        let place = Arc::clone(&self.place);
        let written = tokio::task::spawn_blocking(move || place.put(&first, spans, &body));
        match written.await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::failed(TroubleClass::Service, error.to_string()),
        }
    }
}

impl Place {
    /// Whether something can be put there, in a sentence.
    fn look(&self) -> Result<(), String> {
        let root = &self.settings.root;
        access::directory(root).map_err(|error| {
            format!(
                "{} cannot be written: {error}; may this process write there?",
                root.display()
            )
        })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        let Settings {
            root, bytes_max, ..
        } = &self.settings;
        let find = || Mutex::new(Shelf::find(root, &self.layout, *bytes_max));
        locked(self.shelf.get_or_init(find))
    }

    /// Puts a file under the first name that nothing else has.
    fn put(&self, first: &str, spans: Spans, body: &[u8]) -> Outcome {
        let (root, length) = (&self.settings.root, body.len() as u64);
        // What is deleted is so before, for a disk may be as small as the limit.
        self.shelf().make_room(length);
        for attempt in 0..NAMES_MAX {
            let name = next(first, spans, attempt);
            let path = root.join(&name);
            match place(&path, body) {
                Ok(Placed::New) => {
                    self.shelf().add(path, length);
                    return Outcome::Delivered {
                        rejected: Vec::new(),
                    };
                }
                Ok(Placed::Same) => {
                    return Outcome::Delivered {
                        rejected: Vec::new(),
                    };
                }
                Ok(Placed::Other) => {
                    tracing::warn!(path = %path.display(), "another file has this name")
                }
                Err(error) => {
                    let message = format!(
                        "{} cannot be written: {error}; is there space, and may this process write there?",
                        path.display()
                    );
                    return Outcome::failed(TroubleClass::Disk, message);
                }
            }
        }
        let message = format!(
            "{NAMES_MAX} names from {first} on are taken in {}; does another broker have the same cluster name and broker id?",
            root.display()
        );
        Outcome::failed(TroubleClass::Disk, message)
    }
}

fn locked(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink for DirectorySink {
    fn limits(&self) -> Limits {
        self.place.settings.roll.limits()
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        Arc::clone(&self.destination)
    }

    fn plan(&self, batch: &Batch) -> Option<Arc<str>> {
        self.place.layout.plan(batch)
    }

    fn deleted_bytes(&self) -> u64 {
        let shelf = self.place.shelf.get();
        shelf.map_or(0, |shelf| locked(shelf).deleted_bytes())
    }

    fn look(&self) -> Looking<'_> {
        let place = Arc::clone(&self.place);
        Box::pin(async move {
            // A disk that is away may not answer at all.
            let looked = tokio::task::spawn_blocking(move || place.look()).await;
            let message = looked.ok()?.err()?;
            Some(Trouble::new(TroubleClass::Disk, message))
        })
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.attempt(batch))
    }
}

#[cfg(test)]
mod tests;
