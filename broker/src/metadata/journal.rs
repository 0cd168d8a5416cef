//! The metadata log on disk: one partition of one batch per change, synced, and snapshots beside
//! it, so that a start does not replay a lifetime.

use std::sync::Arc;

use bytes::Bytes;
use model::{LeaderEpoch, PartitionIndex, TopicId, TopicName, TopicPartition};
use records::{BatchBuilder, Batches, Limits};
use storage::{
    AppendError, AppendOrigin, Disk, Durability, FileError, FirstBatch, Log, LogSettings,
    OpenLogError, ReadError, SnapshotError, Snapshots, Upto,
};
use tracing::warn;

use super::image::{Image, Snapshot};
use super::record::{FORMAT, MetadataRecord, Stored};

/// Kafka's id of the metadata topic.
const TOPIC_ID: TopicId = TopicId([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
/// Name of the snapshot files.
const SNAPSHOT: &str = "metadata";
/// Records after which a snapshot is worth its bytes.
const SNAPSHOT_RECORDS: i64 = 1000;
/// One change, which is one batch: ten thousand ACLs and what a request of the largest frame comes
/// to in JSON fit.
const BATCH_BYTES_MAX: u32 = 16 << 20;
/// What one record may decompress to; they are not compressed.
const RECORD_BYTES_MAX: usize = 16 << 20;
const READ_BYTES: usize = 1 << 20;
const SEGMENT_BYTES: u32 = 64 << 20;

/// The metadata log.
pub struct Journal {
    log: Log,
    snapshots: Snapshots,
    snapshot_offset: i64,
    /// Size of the snapshot that the start read.
    snapshot_bytes: Option<usize>,
}

/// Why the journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The log did not open.
    #[error("the metadata log does not open: {0}")]
    Open(#[from] OpenLogError),
    /// It cannot be read.
    #[error("the metadata log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// A record is none.
    #[error("the metadata log holds a record at offset {offset} that is none: {reason}")]
    Corrupt {
        /// Where.
        offset: i64,
        /// What is wrong.
        reason: String,
    },
    /// A newer program wrote it.
    #[error(
        "the metadata was written in format {found}, this program reads up to {FORMAT}; use the \
         newer program"
    )]
    Newer {
        /// The format found.
        found: u32,
    },
    /// The newest snapshot is unreadable.
    #[error("the metadata snapshot cannot be read: {0}")]
    Snapshot(#[from] SnapshotError),
    /// The directory cannot be made or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing more can be stored.
    #[error("{0}")]
    Append(#[from] AppendError),
    /// The device did not take it.
    #[error("the device did not take the records")]
    Commit(#[from] storage::CommitError),
    /// A record cannot be written as JSON or put in a batch.
    #[error("the records cannot be encoded: {0}")]
    Encode(String),
}

impl Journal {
    /// Opens the log and replays it onto `image`.
    pub async fn open(disk: &Disk, image: &mut Image, now_ms: i64) -> Result<Self, JournalError> {
        let name = TopicName::new(super::TOPIC).map_err(|e| JournalError::Encode(e.to_string()))?;
        let partition = TopicPartition {
            topic: name,
            partition: PartitionIndex(0),
        };
        let settings = LogSettings {
            durability: Durability::Sync,
            segment_bytes: SEGMENT_BYTES,
            retention_ms: None,
            max_message_bytes: BATCH_BYTES_MAX,
            ..LogSettings::default()
        };
        let (log, _) = Log::open(disk, partition, TOPIC_ID, Arc::new(settings), now_ms)?;
        let directory = format!("{}-0", super::TOPIC);
        let snapshots = Snapshots::open(disk, &directory, SNAPSHOT)?;
        let mut journal = Self {
            log,
            snapshots,
            snapshot_offset: 0,
            snapshot_bytes: None,
        };
        if let Some(newest) = journal.snapshots.newest()? {
            let snapshot: Snapshot = parse(newest.offset, &newest.payload)?;
            snapshot
                .records
                .iter()
                .for_each(|record| image.apply(record));
            journal.snapshot_offset = newest.offset;
            journal.snapshot_bytes = Some(newest.payload.len());
        }
        journal.replay(image).await?;
        Ok(journal)
    }

    async fn replay(&self, image: &mut Image) -> Result<(), JournalError> {
        let mut from = self.snapshot_offset.max(self.log.offsets().start);
        while from < self.log.offsets().end {
            let fetched = self
                .log
                .read(from, READ_BYTES, Upto::End, FirstBatch::Always)
                .await?;
            for batch in Batches::new(fetched.records) {
                let batch = batch.map_err(|e| corrupt(from, e))?;
                let limits = Limits {
                    decompressed_bytes_max: RECORD_BYTES_MAX,
                };
                let base = batch.header.base_offset;
                for record in records::records(&batch, limits).map_err(|e| corrupt(base, e))? {
                    let record = record.map_err(|e| corrupt(base, e))?;
                    let offset = base + i64::from(record.offset_delta);
                    if offset >= from {
                        image.apply(&parse(offset, &record.value.unwrap_or_default())?);
                    }
                }
            }
            from = fetched.next_offset;
        }
        Ok(())
    }

    /// Stores `records` as one batch; they are on the device when this returns.
    pub async fn append(
        &mut self,
        records: &[MetadataRecord],
        now_ms: i64,
    ) -> Result<(), JournalError> {
        let mut batch = BatchBuilder::new();
        for record in records {
            let value = encode(record)?;
            batch
                .append(now_ms, None, Some(&value), &[])
                .map_err(|e| JournalError::Encode(e.to_string()))?;
        }
        let bytes = batch
            .build()
            .map_err(|e| JournalError::Encode(e.to_string()))?;
        let appended = self
            .log
            .append(bytes, AppendOrigin::Coordinator, LeaderEpoch(0), now_ms)?;
        Ok(appended.commit.wait().await?)
    }

    /// The offset that the next record gets.
    pub fn end_offset(&self) -> i64 {
        self.log.offsets().end
    }

    /// Size of the snapshot that the start read, if there was one.
    pub fn snapshot_bytes(&self) -> Option<usize> {
        self.snapshot_bytes
    }

    /// Writes a snapshot when enough has been appended since the last one; gives its size.
    pub fn snapshot_if_due(&mut self, image: &Image, now_ms: i64) -> Option<usize> {
        let due = self.log.offsets().end - self.snapshot_offset >= SNAPSHOT_RECORDS;
        due.then(|| self.snapshot(image, now_ms)).flatten()
    }

    /// A snapshot only saves time: where it fails, the log still has everything.
    fn snapshot(&mut self, image: &Image, now_ms: i64) -> Option<usize> {
        let offset = self.log.offsets().end;
        if offset == self.snapshot_offset {
            return None;
        }
        let written = encode(&image.snapshot()).and_then(|bytes| {
            let written = self.snapshots.write(offset, &bytes);
            written.map(|()| bytes.len()).map_err(JournalError::File)
        });
        match written {
            Ok(bytes) => {
                self.snapshot_offset = offset;
                if let Err(error) = self.log.delete_records_before(offset, now_ms) {
                    warn!(%error, "cannot trim the metadata log");
                }
                Some(bytes)
            }
            Err(error) => {
                warn!(%error, "cannot write a metadata snapshot");
                None
            }
        }
    }

    /// Writes a last snapshot and closes the log.
    pub fn close(&mut self, image: &Image, now_ms: i64) {
        self.snapshot(image, now_ms);
        if let Err(error) = self.log.close(now_ms) {
            warn!(%error, "cannot close the metadata log cleanly");
        }
    }
}

fn corrupt(offset: i64, reason: impl std::fmt::Display) -> JournalError {
    JournalError::Corrupt {
        offset,
        reason: reason.to_string(),
    }
}

fn encode<T: serde::Serialize>(data: &T) -> Result<Bytes, JournalError> {
    serde_json::to_vec(&Stored { v: FORMAT, data })
        .map(Bytes::from)
        .map_err(|e| JournalError::Encode(e.to_string()))
}

/// The version is read first: a newer record may have any other shape.
fn parse<T: serde::de::DeserializeOwned>(offset: i64, bytes: &[u8]) -> Result<T, JournalError> {
    let stored: Stored<serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|e| corrupt(offset, e))?;
    if stored.v > FORMAT {
        return Err(JournalError::Newer { found: stored.v });
    }
    serde_json::from_value(stored.data).map_err(|e| corrupt(offset, e))
}
