//! The groups of this node: one shard per partition of `__consumer_offsets`, each in a task of its
//! own, found by the hash of a group's id.
//!
//! The shards start when the topic is there: at the start of the broker, or on first use. What a
//! group decides is `crates/coordinator`'s business; here are logs, clocks and waiting requests.

mod notices;
mod recorded;
mod shard_handle;
mod shard_log;
mod shard_task;
mod topics_gone;

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use authz::Permit;
use coordinator::{Command, GroupConfig, Shard, partition_for};
use model::{GroupId, PartitionIndex, TopicId};
use tokio::task::JoinSet;
use tracing::{error, info};

use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::metadata::Topic;
use crate::topics::{self, GROUPS_TOPIC};

use notices::Notices;
pub use recorded::GroupMetrics;
pub use shard_handle::{PendingReply, ShardHandle, Unavailable};
use shard_log::ShardLog;
use shard_task::Surroundings;
pub use topics_gone::forget_offsets_of_deleted_topics;

/// How long a stopping broker waits for all shards to write their snapshots.
const CLOSE: Duration = Duration::from_secs(10);

/// The shards of this node, once there is a topic for them.
#[derive(Debug)]
pub struct Groups {
    state: RwLock<State>,
    metrics: Arc<GroupMetrics>,
}

#[derive(Clone, Debug, Default)]
enum State {
    /// The broker is stopping; nothing starts any more.
    Closed,
    /// There was no topic so far.
    #[default]
    NotStarted,
    /// There are shards for this incarnation of the topic.
    Running {
        topic: TopicId,
        shards: Arc<[ShardHandle]>,
    },
}

impl Groups {
    /// No shard has been started.
    pub fn new(metrics: GroupMetrics) -> Self {
        Self {
            state: RwLock::default(),
            metrics: Arc::new(metrics),
        }
    }

    /// The shards that have been started, of whatever incarnation of the topic.
    pub fn running(&self) -> Option<Arc<[ShardHandle]>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Running { shards, .. } => Some(Arc::clone(shards)),
            State::Closed | State::NotStarted => None,
        }
    }

    /// The shard that holds `group`; none before there is a topic.
    pub fn shard(&self, broker: &Broker, group: &GroupId) -> Option<ShardHandle> {
        let shards = self.shards(broker)?;
        let count = u32::try_from(shards.len()).unwrap_or(u32::MAX);
        let index = usize::try_from(partition_for(group, count).0).unwrap_or(0);
        shards.get(index).cloned()
    }

    /// Every shard; none before there is a topic. They load in the background after their start.
    pub fn shards(&self, broker: &Broker) -> Option<Arc<[ShardHandle]>> {
        let image = broker.metadata.image();
        let topic = image.topic(GROUPS_TOPIC)?;
        let state = self
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match state {
            State::Running { topic: of, shards } if of == topic.id => Some(shards),
            State::Running { .. } | State::NotStarted => self.start(broker, topic),
            State::Closed => None,
        }
    }

    /// The same, after the topic was created where it was missing.
    pub async fn shard_or_create(
        &self,
        broker: &Broker,
        group: &GroupId,
        now_ms: i64,
    ) -> Option<ShardHandle> {
        if broker.metadata.image().topic(GROUPS_TOPIC).is_none() {
            let name = model::TopicName::new(GROUPS_TOPIC).ok()?;
            let permit = Permit::of_the_broker_itself();
            topics::create_on_first_use(broker, permit, now_ms, vec![name]).await;
        }
        self.shard(broker, group)
    }

    /// Gives a command to the shard of `group`. It is in line when this returns; who may do it is
    /// known by then.
    pub async fn command(
        &self,
        broker: &Broker,
        _permit: Permit,
        group: &GroupId,
        command: Command,
    ) -> PendingReply {
        match self.shard(broker, group) {
            Some(shard) => shard.command(command).await,
            None => PendingReply::not_coordinator(),
        }
    }

    /// Looks at the shard of `group`, as far as it is committed.
    pub fn read<T, F>(
        &self,
        broker: &Broker,
        group: &GroupId,
        look: F,
    ) -> impl Future<Output = Result<T, Unavailable>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Shard) -> T + Send + 'static,
    {
        let answer = self.shard(broker, group).map(|shard| shard.read(look));
        async move {
            match answer {
                Some(answer) => answer.await,
                None => Err(Unavailable::NotCoordinator),
            }
        }
    }

    fn start(&self, broker: &Broker, topic: &Topic) -> Option<Arc<[ShardHandle]>> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            // Somebody else was quicker.
            State::Running { topic: of, shards } if *of == topic.id => {
                return Some(Arc::clone(shards));
            }
            State::Running { .. } | State::NotStarted => {}
            State::Closed => return None,
        }
        let around = Surroundings {
            config: group_config(&broker.config.current()),
            clock: broker.clock.clone(),
            notices: Arc::new(Notices::new(broker.clock.clone())),
            metrics: Arc::clone(&self.metrics),
        };
        let shards: Arc<[ShardHandle]> = (0..topic.partitions)
            .map(|index| start_shard(broker, topic, index, around.clone()))
            .collect();
        info!(partitions = topic.partitions, "group coordinator started");
        // Shards of a topic of that name that was deleted end with their handles.
        *state = State::Running {
            topic: topic.id,
            shards: Arc::clone(&shards),
        };
        Some(shards)
    }

    /// Stops all shards: what waits is refused, and snapshots are written so that the next start
    /// replays nothing.
    pub async fn close(&self) {
        let state = std::mem::replace(
            &mut *self.state.write().unwrap_or_else(PoisonError::into_inner),
            State::Closed,
        );
        let State::Running { shards, .. } = state else {
            return;
        };
        let mut closing: JoinSet<()> = shards.iter().map(ShardHandle::close).collect();
        let all = async { while closing.join_next().await.is_some() {} };
        if tokio::time::timeout(CLOSE, all).await.is_err() {
            error!("the group coordinator did not stop in time; the next start replays its log");
        }
    }
}

fn start_shard(broker: &Broker, topic: &Topic, index: i32, around: Surroundings) -> ShardHandle {
    let image = broker.metadata.image();
    let index = PartitionIndex(index);
    let epoch = image
        .partition(topic, index)
        .map(|p| p.leader_epoch)
        .unwrap_or_default();
    let log = broker.partitions.log(topic.id, index);
    let log = log.map(|log| ShardLog::new(log, broker.partitions.disk().clone(), epoch));
    ShardHandle::start(log, around)
}

fn group_config(config: &BrokerConfig) -> GroupConfig {
    let (groups, offsets) = (&config.groups, &config.offsets);
    GroupConfig {
        session_timeout_min_ms: groups.session_timeout_min_ms,
        session_timeout_max_ms: groups.session_timeout_max_ms,
        initial_rebalance_delay_ms: i32::try_from(groups.initial_rebalance_delay.as_millis())
            .unwrap_or(i32::MAX),
        members_max: groups.members_max,
        offset_metadata_max: offsets.metadata_bytes_max,
        offsets_retention_ms: i64::try_from(offsets.retention.as_millis()).unwrap_or(i64::MAX),
        offsets_retention_check_ms: i64::try_from(offsets.retention_check_interval.as_millis())
            .unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests;
