//! What the cluster is: one immutable [`Image`] behind a watch, changed only by records that are
//! on disk.
//!
//! A handler takes one image and reads nothing else. A change is checked against the newest image,
//! appended to the metadata log, flushed, applied, and only then seen; one change at a time.

mod image;
mod journal;
mod record;

pub use image::{Broker, Endpoint, Image, Topic};
pub use journal::{Journal, JournalError};
pub use record::{ConfigOwner, MetadataRecord};

/// Name of the topic that keeps the metadata log; no client sees it.
pub const TOPIC: &str = "__cluster_metadata";

use std::sync::Arc;

use tokio::sync::{Mutex, watch};

/// The cluster's metadata: many readers, one change at a time.
pub struct Metadata {
    images: watch::Sender<Arc<Image>>,
    journal: Mutex<Journal>,
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitError<E> {
    /// The newest image forbids it.
    #[error("{0}")]
    Refused(E),
    /// What the new image promises could not be made; nothing has changed.
    #[error("{0}")]
    Prepare(String),
    /// The records could not be stored; nothing has changed.
    #[error("the metadata log takes no records: {0}")]
    Journal(#[source] JournalError),
}

impl Metadata {
    /// Starts from what the journal replayed.
    pub fn new(image: Image, journal: Journal) -> Self {
        Self {
            images: watch::Sender::new(Arc::new(image)),
            journal: Mutex::new(journal),
        }
    }

    /// The newest image.
    pub fn image(&self) -> Arc<Image> {
        Arc::clone(&self.images.borrow())
    }

    /// A receiver that sees every newer image.
    pub fn watch(&self) -> watch::Receiver<Arc<Image>> {
        self.images.subscribe()
    }

    /// Changes the cluster. `decide` gets the newest image and says which records change it (none
    /// is legal); `prepare` makes what the next image promises, before anything is stored, so that
    /// it exists when that image is first seen; `undo` is called if it is never seen. `finish` acts on
    /// the records once the image is seen, before the next change begins: a name that a deleted
    /// topic leaves is free only then.
    pub async fn commit<T, E>(
        &self,
        now_ms: i64,
        decide: impl FnOnce(&Image) -> Result<(Vec<MetadataRecord>, T), E>,
        prepare: impl FnOnce(&Image, &[MetadataRecord]) -> Result<(), String>,
        undo: impl FnOnce(&[MetadataRecord]),
        finish: impl FnOnce(&[MetadataRecord]),
    ) -> Result<T, CommitError<E>> {
        let mut journal = self.journal.lock().await;
        let image = self.image();
        let (records, outcome) = decide(&image).map_err(CommitError::Refused)?;
        if records.is_empty() {
            return Ok(outcome);
        }
        let mut next = (*image).clone();
        for record in &records {
            next.apply(record);
        }
        if let Err(error) = prepare(&next, &records) {
            undo(&records);
            return Err(CommitError::Prepare(error));
        }
        if let Err(error) = journal.append(&records, now_ms).await {
            undo(&records);
            return Err(CommitError::Journal(error));
        }
        self.images.send_replace(Arc::new(next));
        journal.snapshot_if_due(&self.image(), now_ms);
        finish(&records);
        Ok(outcome)
    }

    /// Writes a snapshot and closes the journal.
    pub async fn close(&self, now_ms: i64) {
        self.journal.lock().await.close(&self.image(), now_ms);
    }
}
