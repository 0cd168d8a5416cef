//! The parts of one running node, and the few operations that need several of them.

use std::sync::Arc;

use authz::{Authorizer, Permit};
use model::{LeaderEpoch, PartitionIndex, TopicPartition};
use otlp::Traces;
use protocol::ErrorCode;
use service::telemetry::Loggers;
use service::{Clock, Flood};
use storage::{AppendError, Log, LogSettings};
use tracing::error;

use crate::audit::Audit;
use crate::config::DynamicConfig;
use crate::floods::Floods;
use crate::groups::Groups;
use crate::metadata::{CommitError, Image, Metadata, MetadataRecord, Topic};
use crate::metrics::Metrics;
use crate::net::{ConnectionLimits, MemoryBudget};
use crate::partitions::Partitions;
use crate::producer_ids::ProducerIds;
use crate::random::Random;
use crate::topics;

/// One node. Handlers are given it by the dispatcher and use the parts that they need.
pub struct Broker {
    /// The configuration in force.
    pub config: DynamicConfig,
    /// What decides about requests.
    pub authorizer: Arc<Authorizer>,
    /// Where denials and changes are told.
    pub audit: Arc<Audit>,
    /// What the cluster is.
    pub metadata: Metadata,
    /// Its logs.
    pub partitions: Partitions,
    /// Who consumes what, and how far.
    pub groups: Groups,
    /// The process's clock.
    pub clock: Clock,
    /// The levels of the process's log.
    pub loggers: Loggers,
    /// Ids of idempotent producers.
    pub producer_ids: ProducerIds,
    /// Where ids come from.
    pub random: Random,
    /// Memory that requests hold.
    pub memory: Arc<MemoryBudget>,
    /// Connections that are open.
    pub connection_limits: Arc<ConnectionLimits>,
    /// Counters.
    pub metrics: Metrics,
    /// Where spans of requests begin.
    pub traces: Traces,
    /// Guards for log lines that strangers can cause.
    pub floods: Floods,
    /// Guard for log lines that a failing disk causes.
    pub storage_failures: Flood,
}

impl Broker {
    /// Changes the cluster's metadata: logs of new partitions are made first, those of deleted
    /// topics go last. Who may change it is known by then.
    pub async fn commit<T, E>(
        &self,
        _permit: Permit,
        now_ms: i64,
        decide: impl FnOnce(&Image) -> Result<(Vec<MetadataRecord>, T), E>,
    ) -> Result<T, CommitError<E>> {
        let prepare = |next: &Image, records: &[MetadataRecord]| {
            tokio::task::block_in_place(|| self.open_new(next, records, now_ms))
        };
        let undo = |records: &[MetadataRecord]| self.close_unborn(records, now_ms);
        let finish = |records: &[MetadataRecord]| self.act_on(records, now_ms);
        self.metadata
            .commit(now_ms, decide, prepare, undo, finish)
            .await
    }

    fn act_on(&self, records: &[MetadataRecord], now_ms: i64) {
        for record in records {
            match record {
                MetadataRecord::TopicDeleted { id } => {
                    if let Ok(id) = id.parse() {
                        tokio::task::block_in_place(|| self.partitions.delete_topic(id, now_ms));
                    }
                }
                MetadataRecord::Configs { owner, .. } => self.configs_changed(owner),
                _ => {}
            }
        }
        let of_acls = |record: &MetadataRecord| {
            matches!(
                record,
                MetadataRecord::Acl { .. } | MetadataRecord::AclDeleted { .. }
            )
        };
        if records.iter().any(of_acls) {
            self.acls_changed();
        }
    }

    fn open_new(
        &self,
        next: &Image,
        records: &[MetadataRecord],
        now_ms: i64,
    ) -> Result<(), String> {
        for record in records {
            let (MetadataRecord::Topic { id, .. } | MetadataRecord::Partitions { id, .. }) = record
            else {
                continue;
            };
            if let Some(topic) = id.parse().ok().and_then(|id| next.topic_by_id(id)) {
                self.partitions.open_topic(
                    topic,
                    next.leader_epoch_of(topic),
                    &self.log_settings(topic),
                    now_ms,
                )?;
            }
        }
        Ok(())
    }

    /// Takes back the logs of topics that were never seen.
    fn close_unborn(&self, records: &[MetadataRecord], now_ms: i64) {
        for record in records {
            if let MetadataRecord::Topic { id, .. } = record
                && let Ok(id) = id.parse()
            {
                self.partitions.delete_topic(id, now_ms);
            }
        }
    }

    /// The log of a partition that this node leads, for whoever holds a permit and believes in
    /// `epoch` (-1: in none, KIP-320). Handlers of clients have no other way to a log.
    pub fn led_log(
        &self,
        _permit: Permit,
        image: &Image,
        topic: &Topic,
        index: PartitionIndex,
        epoch: LeaderEpoch,
    ) -> Result<Log, ErrorCode> {
        let partition = image
            .partition(topic, index)
            .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        if partition.leader != Some(image.broker.id) {
            return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        }
        if epoch.0 >= 0 && epoch < partition.leader_epoch {
            return Err(ErrorCode::FENCED_LEADER_EPOCH);
        }
        if epoch > partition.leader_epoch {
            return Err(ErrorCode::UNKNOWN_LEADER_EPOCH);
        }
        self.partitions
            .log(topic.id, index)
            .ok_or(ErrorCode::KAFKA_STORAGE_ERROR)
    }

    /// What a topic's configuration asks of its logs. The values were checked when they were set;
    /// where a newer version of this program thinks otherwise, the defaults hold. What groups commit
    /// is synced, and kept until a snapshot of the groups says it: time and size do not age it.
    pub fn log_settings(&self, topic: &Topic) -> LogSettings {
        let config = self.config.current();
        let read = config.log_settings(&topic.configs).or_else(|problems| {
            for problem in problems {
                error!(topic = %topic.name, "a stored setting is not usable: {problem}");
            }
            config.log_settings(&std::collections::BTreeMap::new())
        });
        let mut settings = read.unwrap_or_default();
        if topics::is_internal(topic.name.as_str()) {
            settings.durability = storage::Durability::Sync;
            settings.retention_ms = None;
            settings.retention_bytes = None;
        }
        settings
    }

    /// Tells a failed append that is the disk's fault, once a minute.
    pub fn report_append_failure(&self, topic: &Topic, index: i32, error: &AppendError) {
        let ours = matches!(
            error,
            AppendError::Failed
                | AppendError::Io(_)
                | AppendError::Scan(_)
                | AppendError::StorageFull(_)
        );
        if ours && let Some(others) = self.storage_failures.admit(self.clock.now_ms()) {
            error!(partition = %format_args!("{}-{index}", topic.name), others, "cannot append: {error}");
        }
    }

    /// Tells a failed read, once a minute.
    pub fn report_read_failure(&self, partition: &TopicPartition, error: &dyn std::fmt::Display) {
        if let Some(others) = self.storage_failures.admit(self.clock.now_ms()) {
            error!(%partition, others, "cannot read: {error}");
        }
    }
}
