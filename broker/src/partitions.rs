//! The logs of this node's partitions, by topic id and index.
//!
//! What exists is the image's business: logs are made before an image that promises them is seen,
//! and go after the image that no longer has them is. A partition without a log here failed to
//! open; its requests get KAFKA_STORAGE_ERROR.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use model::{LeaderEpoch, PartitionIndex, TopicId, TopicPartition};
use storage::{Disk, FileError, Log, LogSettings};
use tracing::{error, info, warn};

use crate::metadata::{Image, Topic};
use crate::random::Random;

/// Every open log of clients' topics and of the broker's own.
pub struct Partitions {
    disk: Disk,
    logs: RwLock<HashMap<TopicId, Arc<[Option<Log>]>>>,
}

impl Partitions {
    /// None yet.
    pub fn new(disk: Disk) -> Self {
        Self {
            disk,
            logs: RwLock::default(),
        }
    }

    /// The data directory.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// One partition's log.
    pub fn log(&self, topic: TopicId, index: PartitionIndex) -> Option<Log> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.get(&topic)?
            .get(usize::try_from(index.0).ok()?)?
            .clone()
    }

    /// The logs of one topic by index; none at the place of a partition that did not open.
    pub fn logs_of(&self, topic: TopicId) -> Option<Arc<[Option<Log>]>> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.get(&topic).cloned()
    }

    /// All logs of one topic.
    pub fn topic_logs(&self, topic: TopicId) -> Vec<Log> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.get(&topic)
            .map(|logs| logs.iter().flatten().cloned().collect())
            .unwrap_or_default()
    }

    /// All logs.
    pub fn all(&self) -> Vec<Log> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.values()
            .flat_map(|logs| logs.iter().flatten().cloned())
            .collect()
    }

    /// Opens what a stopped broker left: every log of `image`. Directories of partitions that the
    /// image does not know are set aside. A log that does not open is told and left out.
    pub fn open_all(
        &self,
        image: &Image,
        settings: impl Fn(&Topic) -> LogSettings + Sync,
        parallelism: usize,
        now_ms: i64,
    ) {
        self.set_strays_aside(image);
        let topics: Vec<&Arc<Topic>> = image.topics().collect();
        let share = topics.len().div_ceil(parallelism.max(1)).max(1);
        std::thread::scope(|scope| {
            for topics in topics.chunks(share) {
                let settings = &settings;
                scope.spawn(move || {
                    for topic in topics {
                        let settings = settings(topic);
                        let epoch = image.leader_epoch_of(topic);
                        if let Err(error) = self.open_topic(topic, epoch, &settings, now_ms) {
                            error!(topic = %topic.name, "a partition stays offline: {error}");
                        }
                    }
                });
            }
        });
    }

    fn set_strays_aside(&self, image: &Image) {
        let known = |partition: &TopicPartition| {
            partition.topic.as_str() == crate::metadata::TOPIC
                || image
                    .topic(partition.topic.as_str())
                    .is_some_and(|topic| image.partition(topic, partition.partition).is_some())
        };
        for stray in self.disk.partitions().unwrap_or_default() {
            if known(&stray) {
                continue;
            }
            match self.disk.set_stray_aside(&stray, Random.topic_id()) {
                Ok(path) => warn!(
                    partition = %stray,
                    "no topic owns this directory; its files are kept in {}", path.display()
                ),
                Err(error) => warn!(partition = %stray, %error, "cannot set a stray aside"),
            }
        }
    }

    /// Opens or creates every log that `topic` has and that is not open, and begins `epoch` in it;
    /// the first error is given back after all were tried.
    pub fn open_topic(
        &self,
        topic: &Topic,
        epoch: LeaderEpoch,
        settings: &LogSettings,
        now_ms: i64,
    ) -> Result<(), String> {
        let settings = Arc::new(settings.clone());
        let present = {
            let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
            logs.get(&topic.id).cloned()
        };
        let mut failure = None;
        let opened: Vec<Option<Log>> = (0..topic.partitions)
            .map(|index| {
                let at = usize::try_from(index).unwrap_or(usize::MAX);
                if let Some(log) = present.as_ref().and_then(|logs| logs.get(at)?.clone()) {
                    return Some(log);
                }
                let partition = TopicPartition {
                    topic: topic.name.clone(),
                    partition: PartitionIndex(index),
                };
                match self.open(partition, topic.id, &settings, now_ms) {
                    Ok(log) => {
                        log.begin_epoch(epoch);
                        Some(log)
                    }
                    Err(error) => {
                        failure.get_or_insert(error);
                        None
                    }
                }
            })
            .collect();
        self.logs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(topic.id, opened.into());
        failure.map_or(Ok(()), Err)
    }

    fn open(
        &self,
        partition: TopicPartition,
        topic: TopicId,
        settings: &Arc<LogSettings>,
        now_ms: i64,
    ) -> Result<Log, String> {
        let (log, recovery) = Log::open(
            &self.disk,
            partition.clone(),
            topic,
            Arc::clone(settings),
            now_ms,
        )
        .map_err(|error| format!("{partition}: {error}"))?;
        if recovery.truncated_bytes > 0 {
            warn!(
                %partition,
                bytes = recovery.truncated_bytes,
                "cut off a damaged end of the log"
            );
        }
        Ok(log)
    }

    /// Deletes the logs of a topic that no image has any more.
    pub fn delete_topic(&self, topic: TopicId, now_ms: i64) {
        let removed = self
            .logs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&topic);
        for log in removed.iter().flat_map(|logs| logs.iter().flatten()) {
            match log.delete(now_ms) {
                Ok(()) => info!(partition = %log.partition(), "deleted log"),
                Err(error) => {
                    warn!(partition = %log.partition(), %error, "cannot delete a log; it is \
                        set aside at the next start");
                }
            }
        }
    }

    /// Puts other settings in force for one topic.
    pub fn set_settings(&self, topic: TopicId, settings: LogSettings) {
        let settings = Arc::new(settings);
        for log in self.topic_logs(topic) {
            log.set_settings(Arc::clone(&settings));
        }
    }

    /// Closes every log cleanly: flushed, with snapshots, so that the next start reads nothing.
    /// `false`: some log was not, which the log file told, and the next start recovers.
    pub fn close(&self, now_ms: i64) -> Result<bool, FileError> {
        self.disk.close_logs(&self.all(), now_ms);
        self.disk.close()
    }
}
