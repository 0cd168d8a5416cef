//! A directory: objects in MSK's layout as files, so that what reads them from S3 reads them here too.
//!
//! A file has its name only when it is whole and on the disk. The oldest are deleted beyond a limit: what is here is a copy
//! for whoever fetches it, not an archive.

mod files;
mod shelf;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use service::flags::{Flag, Values};

use self::files::{Placed, place};
use self::shelf::Shelf;
use super::object::{Body, Compression, Layout, NAMES_MAX, ROOT, Roll, Spans, next};
use super::table::{About, OpenError, Opener, Surroundings};
use super::{Origin, Outcome, Sending, Sink, TroubleClass};
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
    settings: Settings,
    layout: Layout,
    shelf: Arc<Mutex<Shelf>>,
    destination: Arc<str>,
}

/// Reads `PATH` and the flags.
///
/// # Errors
/// There is no path.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values)?;
    let about = about.clone();
    Ok(Box::new(move |_: Surroundings| {
        let (settings, about) = (settings.clone(), about.clone());
        Box::pin(async move {
            let sink: Arc<dyn Sink> = Arc::new(DirectorySink::open(settings, &about)?);
            Ok(sink)
        })
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
        let shelf = Shelf::find(root, &layout, settings.bytes_max);
        Ok(Self {
            settings,
            layout,
            shelf: Arc::new(Mutex::new(shelf)),
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
        let body = match Body::of(batch, self.settings.compression).await {
            Ok(body) => body.bytes,
            Err(error) => return Outcome::failed(TroubleClass::Service, error.to_string()),
        };
        let (root, shelf) = (self.settings.root.clone(), Arc::clone(&self.shelf));
        let written = tokio::task::spawn_blocking(move || put(&root, &first, spans, &body, &shelf));
        match written.await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::failed(TroubleClass::Service, error.to_string()),
        }
    }
}

/// Puts a file under the first name that nothing else has.
fn put(root: &Path, first: &str, spans: Spans, body: &[u8], shelf: &Mutex<Shelf>) -> Outcome {
    let length = body.len() as u64;
    // What is deleted is so before, for a disk may be as small as the limit.
    shelf
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .make_room(length);
    for attempt in 0..NAMES_MAX {
        let name = next(first, spans, attempt);
        let path = root.join(&name);
        match place(&path, body) {
            Ok(Placed::New) => {
                let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
                shelf.add(path, length);
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

impl Sink for DirectorySink {
    fn limits(&self) -> Limits {
        self.settings.roll.limits()
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        Arc::clone(&self.destination)
    }

    fn plan(&self, batch: &Batch) -> Option<Arc<str>> {
        self.layout.plan(batch)
    }

    fn deleted_bytes(&self) -> u64 {
        let shelf = self.shelf.lock();
        shelf
            .unwrap_or_else(PoisonError::into_inner)
            .deleted_bytes()
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.attempt(batch))
    }
}

#[cfg(test)]
mod tests;
