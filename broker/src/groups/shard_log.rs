//! One partition of `__consumer_offsets` as its shard uses it: replayed at the start, appended to in
//! batches, and cut off behind snapshots, so that neither a start nor the disk grows with history.

use bytes::Bytes;
use coordinator::{
    AppendBatch, Durable, Record, RecordError, SnapshotError, decode_snapshot, encode_snapshot,
};
use model::{LeaderEpoch, TopicPartition};
use records::{BatchBuilder, Batches, BuildError, Limits};
use storage::{
    AppendError, AppendOrigin, Appended, Disk, FileError, FirstBatch, Log, ReadError, Snapshots,
    Upto,
};
use tracing::{info, warn};

/// Records after which a snapshot is worth its bytes.
const SNAPSHOT_RECORDS: i64 = 10_000;
/// Keys and values in one append, unless a single step needs more; well below the default
/// `max.message.bytes`.
pub(super) const BATCH_BYTES_MAX: usize = 512 * 1024;
/// What one batch may decompress to; ours are not compressed, those of a Kafka may be.
const DECOMPRESSED_BYTES_MAX: usize = 64 << 20;
const READ_BYTES: usize = 1 << 20;
const SNAPSHOT: &str = "groups";

/// Why a shard cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// The log cannot be read.
    #[error("the log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// A record cannot be understood.
    #[error("the record at offset {offset} cannot be used: {reason}")]
    Record {
        /// Where.
        offset: i64,
        /// What is wrong.
        reason: RecordError,
    },
    /// A batch cannot be understood.
    #[error("the log holds no batch after offset {offset}: {reason}")]
    Batch {
        /// Where.
        offset: i64,
        /// What is wrong.
        reason: String,
    },
    /// The directory of snapshots cannot be used.
    #[error("snapshots cannot be read: {0}")]
    Files(#[from] storage::SnapshotError),
    /// A snapshot is of a newer release, or not what was written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// Why records were not appended.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    /// The log refused them.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// They fit no batch.
    #[error("the records fit no batch: {0:?}")]
    Build(BuildError),
}

/// The log of one shard.
#[derive(Debug)]
pub(super) struct ShardLog {
    log: Log,
    disk: Disk,
    epoch: LeaderEpoch,
    snapshot_offset: i64,
    /// The end of what is committed; the shard's durable state is the log up to here.
    committed_end: i64,
}

impl ShardLog {
    pub(super) fn new(log: Log, disk: Disk, epoch: LeaderEpoch) -> Self {
        Self {
            log,
            disk,
            epoch,
            snapshot_offset: 0,
            committed_end: 0,
        }
    }

    pub(super) fn partition(&self) -> &TopicPartition {
        self.log.partition()
    }

    /// Reads the newest snapshot and what was appended since.
    pub(super) async fn load(&mut self) -> Result<Durable, LoadError> {
        let mut state = Durable::default();
        if let Some(snapshot) = self
            .snapshots()
            .map_err(storage::SnapshotError::File)?
            .newest()?
        {
            let decoded = decode_snapshot(&snapshot.payload)?;
            state = decoded.state;
            self.snapshot_offset = decoded.next_offset;
        }
        // A snapshot ahead of the log is one of a log that lost its end: it knows more.
        let mut from = self.snapshot_offset.max(self.log.offsets().start);
        while from < self.log.offsets().end {
            let fetched = self
                .log
                .read(from, READ_BYTES, Upto::End, FirstBatch::Always)
                .await?;
            replay(&mut state, from, fetched.records)?;
            if fetched.next_offset <= from {
                break;
            }
            from = fetched.next_offset;
        }
        self.committed_end = self.log.offsets().end;
        Ok(state)
    }

    /// Appends the records of one batch, or of several that stand or fall together.
    pub(super) fn append(
        &self,
        records: &AppendBatch,
        now_ms: i64,
    ) -> Result<Appended, StoreError> {
        let mut set = Vec::new();
        let mut batch = BatchBuilder::new();
        for (key, value) in &records.records {
            if batch.uncompressed_bytes() > BATCH_BYTES_MAX {
                let full = std::mem::replace(&mut batch, BatchBuilder::new());
                set.push(full.build().map_err(StoreError::Build)?);
            }
            batch
                .append(now_ms, Some(key), value.as_deref(), &[])
                .map_err(StoreError::Build)?;
        }
        set.push(batch.build().map_err(StoreError::Build)?);
        let bytes = match <[Bytes; 1]>::try_from(set) {
            Ok([one]) => one,
            Err(several) => several.concat().into(),
        };
        Ok(self
            .log
            .append(bytes, AppendOrigin::Coordinator, self.epoch, now_ms)?)
    }

    /// Everything before `end` is committed.
    pub(super) fn committed(&mut self, end: i64) {
        self.committed_end = end;
    }

    /// Whether enough has been committed since the last snapshot.
    pub(super) fn snapshot_due(&self) -> bool {
        self.committed_end - self.snapshot_offset >= SNAPSHOT_RECORDS
    }

    /// Writes a snapshot and lets go of the log before the last one. Blocks.
    pub(super) fn snapshot_and_trim(&mut self, state: &Durable, now_ms: i64) {
        // Kept until the next one, in case the new one cannot be read.
        let before = self.snapshot_offset;
        if self.snapshot(state)
            && let Err(error) = self.log.delete_records_before(before, now_ms)
        {
            warn!(partition = %self.partition(), %error, "cannot trim the log behind a snapshot");
        }
    }

    /// Writes a snapshot unless nothing has changed; false where that failed. A snapshot only saves
    /// time: the log still has everything. Blocks.
    pub(super) fn snapshot(&mut self, state: &Durable) -> bool {
        if self.committed_end == self.snapshot_offset {
            return true;
        }
        let payload = encode_snapshot(state, self.committed_end);
        let written = self
            .snapshots()
            .and_then(|s| s.write(self.committed_end, &payload));
        match written {
            Ok(()) => {
                self.snapshot_offset = self.committed_end;
                true
            }
            Err(error) => {
                warn!(partition = %self.partition(), %error, "cannot write a snapshot of groups");
                false
            }
        }
    }

    /// The snapshots lie in the directory of the partition and go with it.
    fn snapshots(&self) -> Result<Snapshots, FileError> {
        Snapshots::open(&self.disk, &self.partition().to_string(), SNAPSHOT)
    }
}

fn replay(state: &mut Durable, from: i64, record_set: Bytes) -> Result<(), LoadError> {
    let malformed = |offset: i64, reason: &dyn std::fmt::Display| LoadError::Batch {
        offset,
        reason: reason.to_string(),
    };
    for batch in Batches::new(record_set) {
        let batch = batch.map_err(|e| malformed(from, &e))?;
        // Markers of transactions have no place in a log that was written without them.
        if batch.header.attributes.is_control() {
            continue;
        }
        let limits = Limits {
            decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
        };
        let base = batch.header.base_offset;
        for record in records::records(&batch, limits).map_err(|e| malformed(base, &e))? {
            let record = record.map_err(|e| malformed(base, &e))?;
            let offset = record.offset(&batch.header);
            if offset < from {
                continue;
            }
            let Some(key) = &record.key else {
                info!(offset, "passing over a record without a key");
                continue;
            };
            let decoded = Record::decode(key, record.value.as_deref());
            match decoded.map_err(|reason| LoadError::Record { offset, reason })? {
                Some(record) => state.apply(record),
                None => info!(offset, "passing over a record of another group type"),
            }
        }
    }
    Ok(())
}
