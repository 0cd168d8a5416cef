//! What the cluster is: one immutable [`Image`] behind a watch, changed only by records that are
//! on disk.
//!
//! A handler takes one image and reads nothing else. A change is checked against the newest image,
//! appended to the metadata log, flushed, applied, and only then seen; one change at a time.

mod image;
mod journal;
mod record;
mod recorded;
mod stored_acl;

pub use image::{Broker, Endpoint, Image, Topic};
pub use journal::{Journal, JournalError};
pub use record::{ConfigOwner, MetadataRecord};
pub use recorded::Recorded;
pub use stored_acl::StoredAcl;

/// Name of the topic that keeps the metadata log; no client sees it.
pub const TOPIC: &str = "__cluster_metadata";

use std::sync::Arc;

use tokio::sync::{Mutex, watch};

/// The cluster's metadata: many readers, one change at a time.
pub struct Metadata {
    images: watch::Sender<Arc<Image>>,
    journal: Mutex<Journal>,
    recorded: Recorded,
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
    pub fn new(image: Image, journal: Journal, recorded: Recorded, now_ms: i64) -> Self {
        recorded.opened(journal.end_offset(), now_ms, journal.snapshot_bytes());
        Self {
            images: watch::Sender::new(Arc::new(image)),
            journal: Mutex::new(journal),
            recorded,
        }
    }

    /// What is recorded of changes.
    pub fn recorded(&self) -> &Recorded {
        &self.recorded
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
        let asked_ns = self.recorded.asked();
        let mut journal = self.journal.lock().await;
        let change = self.recorded.begun(asked_ns);
        let changed = self
            .change(&mut journal, now_ms, decide, prepare, undo, finish)
            .await;
        self.recorded.over(change);
        changed
    }

    async fn change<T, E>(
        &self,
        journal: &mut Journal,
        now_ms: i64,
        decide: impl FnOnce(&Image) -> Result<(Vec<MetadataRecord>, T), E>,
        prepare: impl FnOnce(&Image, &[MetadataRecord]) -> Result<(), String>,
        undo: impl FnOnce(&[MetadataRecord]),
        finish: impl FnOnce(&[MetadataRecord]),
    ) -> Result<T, CommitError<E>> {
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
            self.recorded.failed();
            return Err(CommitError::Prepare(error));
        }
        let appending_ns = self.recorded.now_ns();
        if let Err(error) = journal.append(&records, now_ms).await {
            undo(&records);
            self.recorded.failed();
            return Err(CommitError::Journal(error));
        }
        let committed_ns = self.recorded.now_ns();
        let nanos = committed_ns.saturating_sub(appending_ns);
        let end_offset = journal.end_offset();
        self.recorded
            .committed(records.len(), end_offset, now_ms, nanos);
        self.images.send_replace(Arc::new(next));
        if let Some(bytes) = journal.snapshot_if_due(&self.image(), now_ms) {
            self.recorded.snapshot(bytes, now_ms);
        }
        finish(&records);
        self.recorded.applied(records.len(), committed_ns);
        Ok(outcome)
    }

    /// Adds addresses at which clients of further listeners reach this broker. They are of this
    /// life of the broker and not stored.
    pub async fn advertise(&self, endpoints: Vec<(Arc<str>, Endpoint)>) {
        // No change may be under way: it would publish the image that it began with.
        let _journal = self.journal.lock().await;
        self.images.send_modify(|image| {
            let image = Arc::make_mut(image);
            Arc::make_mut(&mut image.broker).endpoints.extend(endpoints);
        });
    }

    /// Writes a snapshot and closes the journal.
    pub async fn close(&self, now_ms: i64) {
        self.journal.lock().await.close(&self.image(), now_ms);
    }
}
