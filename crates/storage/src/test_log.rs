//! A data directory of its own for each test, and short ways to append and read. Nothing here
//! knows what a test is about.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicName, TopicPartition};
use records::{BatchBuilder, Batches, Limits};

use crate::{
    AppendError, AppendOrigin, Appended, Crash, Disk, DiskOptions, Faults, Fetched, FirstBatch,
    Log, LogSettings, ReadError, Recovery, Upto,
};

/// The time in all tests that do not care.
pub(crate) const NOW_MS: i64 = 1_700_000_000_000;

pub(crate) struct TestDir {
    directory: tempfile::TempDir,
    pub(crate) faults: Arc<Faults>,
    pub(crate) open_files_max: usize,
}

impl TestDir {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            faults: Faults::new(),
            open_files_max: 100,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(crate) fn options(&self) -> DiskOptions {
        DiskOptions {
            open_files_max: self.open_files_max,
            node_id: BrokerId(1),
            fresh_cluster_id: TopicId([1; 16]),
            fresh_directory_id: TopicId([2; 16]),
            faults: Some(self.faults.clone()),
            stopwatch: None,
        }
    }

    pub(crate) fn disk(&self) -> Disk {
        Disk::open(&self.path(), self.options()).unwrap()
    }

    pub(crate) fn log(&self, settings: LogSettings) -> Log {
        self.recover(settings).1.0
    }

    pub(crate) fn recover(&self, settings: LogSettings) -> (Disk, (Log, Recovery)) {
        let disk = self.disk();
        let opened = open(&disk, "t", 0, settings);
        (disk, opened)
    }

    /// A power cut; nothing may be open.
    pub(crate) fn crash(&self, crash: Crash) {
        self.faults.crash(crash).unwrap();
    }
}

pub(crate) fn partition(topic: &str, index: i32) -> TopicPartition {
    TopicPartition {
        topic: TopicName::new(topic).unwrap(),
        partition: PartitionIndex(index),
    }
}

pub(crate) fn open(disk: &Disk, topic: &str, index: i32, settings: LogSettings) -> (Log, Recovery) {
    let partition = partition(topic, index);
    Log::open(
        disk,
        partition,
        TopicId([7; 16]),
        Arc::new(settings),
        NOW_MS,
    )
    .unwrap()
}

/// One batch with records of these values, stamped `NOW_MS`.
pub(crate) fn batch(values: &[&str]) -> Bytes {
    batch_at(NOW_MS, values)
}

pub(crate) fn batch_at(timestamp_ms: i64, values: &[&str]) -> Bytes {
    fill(BatchBuilder::new(), timestamp_ms, values)
}

/// A batch of an idempotent producer.
pub(crate) fn sequenced(id: i64, epoch: i16, base_sequence: i32, values: &[&str]) -> Bytes {
    let builder = BatchBuilder::new().producer(id, epoch, base_sequence);
    fill(builder, NOW_MS, values)
}

pub(crate) fn fill(mut builder: BatchBuilder, timestamp_ms: i64, values: &[&str]) -> Bytes {
    for value in values {
        builder
            .append(timestamp_ms, None, Some(value.as_bytes()), &[])
            .unwrap();
    }
    builder.build().unwrap()
}

impl Log {
    pub(crate) fn put(&self, record_set: Bytes) -> Result<Appended, AppendError> {
        self.append(record_set, AppendOrigin::Client, LeaderEpoch(0), NOW_MS)
    }

    pub(crate) fn get(&self, from: i64, max_bytes: usize) -> Result<Fetched, ReadError> {
        let read = self.read(from, max_bytes, Upto::HighWatermark, FirstBatch::Always);
        runtime().block_on(read)
    }

    /// The values of all records from `from` on.
    pub(crate) fn values(&self, from: i64) -> Vec<String> {
        let mut next = from;
        let mut values = Vec::new();
        loop {
            let fetched = self.get(next, usize::MAX).unwrap();
            if fetched.records.is_empty() {
                return values;
            }
            next = fetched.next_offset;
            values.extend(values_of(&fetched.records));
        }
    }
}

pub(crate) fn values_of(record_set: &Bytes) -> Vec<String> {
    Batches::new(record_set.clone())
        .flat_map(|batch| records::records(&batch.unwrap(), Limits::default()).unwrap())
        .map(|record| String::from_utf8(record.unwrap().value.unwrap().to_vec()).unwrap())
        .collect()
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
