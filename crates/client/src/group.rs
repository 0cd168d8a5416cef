//! Reading topics as a member of a consumer group, in the classic protocol with range assignment.
//!
//! Partitions come and go with the members; what was read is committed before it is handed over.
//! The other members may be clients of any language.

mod assignment;
mod embedded;
mod heartbeat;
mod join;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{GroupId, TopicName, TopicPartition};
use protocol::ErrorCode;
use tokio::time::{Instant, sleep_until};

use crate::groups::{Committed, Membership};
use crate::{ClientError, Cluster, ConsumedRecord, Consumer, ConsumerSettings, StartAt};
use assignment::PartitionCounts;
pub(crate) use embedded::{assigned_partitions, subscribed_topics};
use heartbeat::Heartbeat;

/// How a consumer takes part in a group.
#[derive(Clone, Debug)]
pub struct GroupSettings {
    /// The group.
    pub group: GroupId,
    /// A name that outlives restarts, which makes the member static (KIP-345).
    pub instance_id: Option<String>,
    /// What it reads.
    pub topics: Vec<TopicName>,
    /// How long the coordinator waits for a sign of life.
    pub session_timeout: Duration,
    /// How long it waits for members to come back in a rebalance.
    pub rebalance_timeout: Duration,
    /// How often a sign of life is given.
    pub heartbeat_interval: Duration,
    /// How often positions are committed; `None` leaves that to [`GroupConsumer::commit`].
    pub commit_interval: Option<Duration>,
    /// Where to begin in a partition without a committed offset.
    pub start: StartAt,
}

impl GroupSettings {
    /// A member of `group` that reads `topics`, with Kafka's defaults.
    pub fn new(group: GroupId, topics: Vec<TopicName>) -> Self {
        Self {
            group,
            instance_id: None,
            topics,
            session_timeout: Duration::from_secs(45),
            rebalance_timeout: Duration::from_secs(300),
            heartbeat_interval: Duration::from_secs(3),
            commit_interval: Some(Duration::from_secs(5)),
            start: StartAt::Latest,
        }
    }
}

/// A member of a group, and the records of the partitions it was assigned.
pub struct GroupConsumer {
    cluster: Cluster,
    settings: GroupSettings,
    consumer: Consumer,
    /// Given by the coordinator at the first join and kept over rebalances.
    member_id: String,
    joined: Option<Joined>,
    /// What was handed out: the offsets to commit.
    delivered: BTreeMap<TopicPartition, i64>,
    /// What of it is committed.
    committed: BTreeMap<TopicPartition, i64>,
}

/// One generation of the group, while this member is in it.
struct Joined {
    membership: Membership,
    heartbeat: Heartbeat,
    commit_at: Option<Instant>,
    /// What the leader shared out, which it compares with what there is from time to time.
    shared_out: Option<PartitionCounts>,
    count_at: Instant,
}

enum Event {
    Read(Result<Vec<ConsumedRecord>, ClientError>),
    Lost(ErrorCode),
    CommitDue,
    CountDue,
}

impl GroupConsumer {
    /// A member to be; it joins at its first poll.
    pub fn new(cluster: Cluster, settings: GroupSettings, reading: ConsumerSettings) -> Self {
        Self {
            consumer: Consumer::new(cluster.clone(), reading),
            cluster,
            settings,
            member_id: String::new(),
            joined: None,
            delivered: BTreeMap::new(),
            committed: BTreeMap::new(),
        }
    }

    /// The partitions that this member reads now.
    pub fn assignment(&self) -> BTreeSet<TopicPartition> {
        let positions = self.consumer.positions();
        positions.map(|(partition, _)| partition.clone()).collect()
    }

    /// Whether this member has partitions, and read all that the brokers had of them.
    pub fn is_at_end(&self) -> bool {
        !self.consumer.is_unassigned() && self.consumer.is_at_end()
    }

    /// Waits for records, joining and rejoining the group as needed; there may be none.
    pub async fn poll(&mut self) -> Result<Vec<ConsumedRecord>, ClientError> {
        loop {
            if self.joined.is_none() {
                self.join().await?;
            }
            match self.next_event().await {
                Event::Read(records) => {
                    let records = records?;
                    for record in &records {
                        let next = record.offset + 1;
                        self.delivered.insert(record.partition.clone(), next);
                    }
                    return Ok(records);
                }
                Event::CommitDue => self.commit().await?,
                Event::CountDue => self.count_again().await?,
                Event::Lost(code) => self.leave_generation(code).await,
            }
        }
    }

    /// Takes back records of the last poll that were not worked on: commits stop before them.
    pub fn give_back(&mut self, records: &[ConsumedRecord]) {
        for record in records {
            let next = self.delivered.entry(record.partition.clone());
            let next = next.or_insert(record.offset);
            *next = record.offset.min(*next);
        }
    }

    async fn next_event(&mut self) -> Event {
        let Some(joined) = &mut self.joined else {
            return Event::Lost(ErrorCode::UNKNOWN_MEMBER_ID);
        };
        let nothing_assigned = self.consumer.is_unassigned();
        tokio::select! {
            biased;
            code = joined.heartbeat.lost() => Event::Lost(code),
            () = async {
                match joined.commit_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            } => Event::CommitDue,
            () = async {
                match joined.shared_out {
                    Some(_) => sleep_until(joined.count_at).await,
                    None => std::future::pending().await,
                }
            } => Event::CountDue,
            records = async {
                match nothing_assigned {
                    true => std::future::pending().await,
                    false => self.consumer.poll().await,
                }
            } => Event::Read(records),
        }
    }

    /// Commits what was handed out since the last time. That a rebalance took the partitions is
    /// no error here: the next poll joins again.
    pub async fn commit(&mut self) -> Result<(), ClientError> {
        let Some(joined) = &mut self.joined else {
            return Ok(());
        };
        let interval = self.settings.commit_interval;
        joined.commit_at = interval.map(|interval| Instant::now() + interval);
        let fresh: BTreeMap<TopicPartition, Committed> = self
            .delivered
            .iter()
            .filter(|(partition, offset)| self.committed.get(partition) != Some(offset))
            .map(|(partition, offset)| (partition.clone(), Committed::at(*offset)))
            .collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let group = &self.settings.group;
        let membership = Some(&joined.membership);
        match self.cluster.commit_offsets(group, membership, &fresh).await {
            Ok(()) => {
                let offsets = fresh.into_iter();
                self.committed
                    .extend(offsets.map(|(partition, committed)| (partition, committed.offset)));
                Ok(())
            }
            Err(error) if error.code().is_some_and(ends_membership) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Commits and leaves, so that the others need not wait for the session to time out. A static
    /// member stays in the group: that is what its name is for.
    pub async fn close(mut self) -> Result<(), ClientError> {
        let committed = match self.settings.commit_interval {
            Some(_) => self.commit().await,
            None => Ok(()),
        };
        // Ends the heartbeats; also a member that is only about to join is known already.
        self.joined = None;
        if self.settings.instance_id.is_none() && !self.member_id.is_empty() {
            let group = &self.settings.group;
            self.cluster.leave_group(group, &self.member_id).await?;
        }
        committed
    }

    /// As the leader: begins a new generation if there are other partitions than were shared out.
    async fn count_again(&mut self) -> Result<(), ClientError> {
        let Some(joined) = &mut self.joined else {
            return Ok(());
        };
        joined.count_at = Instant::now() + self.cluster.settings().metadata_age_max;
        let Some(shared_out) = &joined.shared_out else {
            return Ok(());
        };
        let topics: Vec<TopicName> = shared_out.wanted.clone();
        let now = PartitionCounts::ask(&self.cluster, topics).await?;
        if now != *shared_out {
            self.leave_generation(ErrorCode::REBALANCE_IN_PROGRESS)
                .await;
        }
        Ok(())
    }

    /// Ends this member's generation: a rebalance keeps the member, a fenced one starts over.
    async fn leave_generation(&mut self, code: ErrorCode) {
        if code == ErrorCode::REBALANCE_IN_PROGRESS && self.settings.commit_interval.is_some() {
            // The partitions go; whoever gets them begins at what is committed. An error here
            // costs records read twice, and the next poll will tell what is wrong.
            let _ = self.commit().await;
        } else if code != ErrorCode::REBALANCE_IN_PROGRESS {
            self.member_id.clear();
        }
        self.joined = None;
        self.consumer.assign([]);
        self.delivered.clear();
        self.committed.clear();
    }
}

/// Whether an answer says that this member is no longer in this generation.
fn ends_membership(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ILLEGAL_GENERATION
            | ErrorCode::REBALANCE_IN_PROGRESS
            | ErrorCode::UNKNOWN_MEMBER_ID
    )
}

#[cfg(test)]
mod tests;
