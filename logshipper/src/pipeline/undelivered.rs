//! The file in which a log writer reads how much of each log every sink has, so that it keeps the rest
//! (`--undelivered-file`).
//!
//! ```text
//! {"version":1,"written_ms":1760000000000,"files":[{"device":64,"inode":17,"delivered_bytes":4096}]}
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use service::Clock;
use service::flood::Flood;
use tokio::sync::Notify;
use tracing::warn;

use crate::delivery::progress::Progress;

/// The version of the file.
const VERSION: u32 = 1;
/// The least time between two writes.
const INTERVAL: Duration = Duration::from_secs(1);

/// The file and what it says.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    progress: Vec<Arc<Progress>>,
    clock: Clock,
    told: Flood,
    /// One is written at a time.
    turn: Arc<Mutex<()>>,
}

#[derive(Serialize)]
struct Document {
    version: u32,
    written_ms: i64,
    files: Vec<Delivered>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Delivered {
    device: u64,
    inode: u64,
    delivered_bytes: u64,
}

impl File {
    pub(super) fn new(path: PathBuf, progress: Vec<Arc<Progress>>, clock: Clock) -> Self {
        Self {
            path,
            progress,
            clock,
            told: Flood::minutely(),
            turn: Arc::default(),
        }
    }

    /// Writes it whenever a checkpoint was. Never ends by itself.
    pub(super) async fn run(&self, written: &Notify) {
        loop {
            self.write().await;
            tokio::time::sleep(INTERVAL).await;
            written.notified().await;
        }
    }

    /// Writes it as it is now.
    pub(super) async fn write(&self) {
        let document = Document {
            version: VERSION,
            written_ms: self.clock.now_ms(),
            files: self.files(),
        };
        let path = self.path.clone();
        let turn = Arc::clone(&self.turn);
        let writing = tokio::task::spawn_blocking(move || {
            // Who waits for this may be gone before it is written.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let text = serde_json::to_vec(&document)?;
            // Log writers may be other users of the same group.
            service::files::write_atomic_for_group(&path, &text)
        });
        if let Ok(Err(error)) = writing.await
            && let Some(others) = self.told.admit(self.clock.now_ms())
        {
            warn!(path = %self.path.display(), %error, others, "cannot write --undelivered-file");
        }
    }

    /// The least of what the checkpoints of the sinks hold on the disk, from which they would go on after a crash; a
    /// file that one of them does not know yet is left out, which keeps all of it.
    fn files(&self) -> Vec<Delivered> {
        let mut lowest = BTreeMap::new();
        for progress in &self.progress {
            for (key, file) in &progress.lock().files {
                let low_water = file.kept_to;
                let (count, least, _) = lowest
                    .entry(*key)
                    .or_insert_with(|| (0, low_water, Arc::clone(&file.file)));
                *count += 1;
                *least = low_water.min(*least);
            }
        }
        let everywhere = lowest
            .into_values()
            .filter(|(count, ..)| *count == self.progress.len());
        let files = everywhere.map(|(_, delivered_bytes, file)| {
            let (device, inode) = file.device_and_inode();
            Delivered {
                device,
                inode,
                delivered_bytes,
            }
        });
        files.collect()
    }
}
