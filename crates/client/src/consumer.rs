//! Reading partitions that the caller chooses, from where it chooses.
//!
//! One fetch per broker is on the way at any time, so that the next records arrive while the last
//! are worked on. Groups are above this: see `GroupConsumer`.

mod decode;
mod fetch;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use model::{BrokerId, TopicPartition};
use protocol::ErrorCode;
use records::{Limits, RecordHeader, TimestampType};
use tokio::task::JoinSet;

use crate::{ClientError, Cluster, ListedOffset, OffsetSpec};
use fetch::{Answered, Wanted};

/// Which records of transactions are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Those of committed transactions, and no further than the last stable offset.
    Committed,
    /// All.
    #[default]
    Uncommitted,
}

impl Isolation {
    pub(crate) fn level(self) -> i8 {
        match self {
            Self::Uncommitted => 0,
            Self::Committed => 1,
        }
    }
}

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// At the oldest record.
    Earliest,
    /// After the newest.
    Latest,
    /// At this offset.
    Offset(i64),
    /// At the first record of this time in milliseconds or later; after the newest if none is.
    Timestamp(i64),
}

/// How records are fetched.
#[derive(Clone, Debug)]
pub struct ConsumerSettings {
    /// How long a broker holds an answer back while it has less than `bytes_min`.
    pub wait_max: Duration,
    /// See `wait_max`.
    pub bytes_min: i32,
    /// Bytes of one answer; a larger batch comes all the same (KIP-74).
    pub bytes_max: i32,
    /// Bytes of one partition in an answer.
    pub partition_bytes_max: i32,
    /// Which records of transactions are read.
    pub isolation: Isolation,
    /// Whether batches are summed again.
    pub check_crcs: bool,
    /// What a compressed batch may become.
    pub limits: Limits,
    /// Where to go on when the wanted offset is gone; `None` makes that an error.
    pub reset: Option<StartAt>,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            wait_max: Duration::from_millis(500),
            bytes_min: 1,
            bytes_max: 50 << 20,
            partition_bytes_max: 1 << 20,
            isolation: Isolation::Uncommitted,
            check_crcs: true,
            limits: Limits::default(),
            reset: None,
        }
    }
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumedRecord {
    /// Where from.
    pub partition: TopicPartition,
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since 1970; -1 is none.
    pub timestamp_ms: i64,
    /// Whose clock that was.
    pub timestamp_type: TimestampType,
    /// The key.
    pub key: Option<Bytes>,
    /// The value.
    pub value: Option<Bytes>,
    /// The headers.
    pub headers: Vec<RecordHeader>,
}

/// Reads assigned partitions.
pub struct Consumer {
    cluster: Cluster,
    settings: ConsumerSettings,
    positions: BTreeMap<TopicPartition, Position>,
    /// Rises with each assignment, so that answers to an older one are known.
    assignment: u64,
    fetching: JoinSet<Answered>,
    /// Records that were read and not handed out yet.
    read: Vec<ConsumedRecord>,
    busy: HashSet<BrokerId>,
}

struct Position {
    /// The next offset to read, or where it is to be found.
    next: StartAt,
    high_watermark: Option<i64>,
}

impl Consumer {
    /// A consumer without partitions.
    pub fn new(cluster: Cluster, settings: ConsumerSettings) -> Self {
        Self {
            cluster,
            settings,
            positions: BTreeMap::new(),
            assignment: 0,
            fetching: JoinSet::new(),
            read: Vec::new(),
            busy: HashSet::new(),
        }
    }

    /// Replaces what is read. Starting points are looked up at the next poll.
    pub fn assign(&mut self, partitions: impl IntoIterator<Item = (TopicPartition, StartAt)>) {
        self.assignment += 1;
        self.fetching = JoinSet::new();
        self.read.clear();
        self.busy.clear();
        let position = |next| Position {
            next,
            high_watermark: None,
        };
        let partitions = partitions.into_iter();
        self.positions = partitions
            .map(|(partition, start)| (partition, position(start)))
            .collect();
    }

    /// Whether there is nothing to read from.
    pub fn is_unassigned(&self) -> bool {
        self.positions.is_empty()
    }

    /// The next offset of every partition whose start was looked up.
    pub fn positions(&self) -> impl Iterator<Item = (&TopicPartition, i64)> {
        let positions = self.positions.iter();
        positions.filter_map(|(partition, position)| match position.next {
            StartAt::Offset(offset) => Some((partition, offset)),
            _ => None,
        })
    }

    /// The end of a partition when it was last fetched from.
    pub fn high_watermark(&self, partition: &TopicPartition) -> Option<i64> {
        self.positions.get(partition)?.high_watermark
    }

    /// Whether everything that the brokers had at their last answers was read.
    pub fn is_at_end(&self) -> bool {
        self.positions.values().all(|position| match position {
            Position {
                next: StartAt::Offset(next),
                high_watermark: Some(end),
            } => next >= end,
            _ => false,
        })
    }

    /// Waits for the next answer of any broker and gives its records, in order within each
    /// partition; there may be none. May be cancelled without losing records.
    pub async fn poll(&mut self) -> Result<Vec<ConsumedRecord>, ClientError> {
        if self.read.is_empty() {
            self.look_up_starts().await?;
            self.start_fetches().await?;
            let Some(answered) = self.fetching.join_next().await else {
                return Err(ClientError::Invalid(
                    "no partition is assigned to read from".to_owned(),
                ));
            };
            let answered = answered.map_err(|error| ClientError::Invalid(error.to_string()))?;
            self.busy.remove(&answered.broker);
            self.settle(answered)?;
        }
        // What was read waits here, should this be cancelled or fail.
        self.start_fetches().await?;
        Ok(std::mem::take(&mut self.read))
    }

    /// Turns starting points into offsets.
    async fn look_up_starts(&mut self) -> Result<(), ClientError> {
        let wanted = |spec: fn(StartAt) -> Option<OffsetSpec>| {
            let open = self.positions.iter();
            let open = open.filter_map(move |(of, at)| Some((of.clone(), spec(at.next)?)));
            open.collect::<Vec<_>>()
        };
        let starts = wanted(|next| match next {
            StartAt::Earliest => Some(OffsetSpec::Earliest),
            StartAt::Latest => Some(OffsetSpec::Latest),
            StartAt::Timestamp(ms) => Some(OffsetSpec::AtTimestamp(ms)),
            StartAt::Offset(_) => None,
        });
        if starts.is_empty() {
            return Ok(());
        }
        let isolation = self.settings.isolation;
        let found = self.cluster.list_offsets(&starts, isolation).await?;
        for (partition, ListedOffset { offset, .. }) in found {
            if let Some(position) = self.positions.get_mut(&partition) {
                // Nothing is as late as was asked: go on at the end.
                position.next = offset.map_or(StartAt::Latest, StartAt::Offset);
            }
        }
        let ends = self.positions.iter();
        let ends: Vec<_> = ends
            .filter(|(_, position)| position.next == StartAt::Latest)
            .map(|(partition, _)| (partition.clone(), OffsetSpec::Latest))
            .collect();
        if ends.is_empty() {
            return Ok(());
        }
        for (partition, listed) in self.cluster.list_offsets(&ends, isolation).await? {
            if let Some(position) = self.positions.get_mut(&partition) {
                position.next = StartAt::Offset(listed.offset.unwrap_or(0));
            }
        }
        Ok(())
    }

    /// Starts a fetch from every broker that has none on the way.
    async fn start_fetches(&mut self) -> Result<(), ClientError> {
        let positions: Vec<_> = self
            .positions()
            .map(|(partition, offset)| (partition.clone(), offset))
            .collect();
        let mut wanted: BTreeMap<BrokerId, Vec<Wanted>> = BTreeMap::new();
        for (partition, offset) in positions {
            let leader = match self.cluster.leader(&partition).await {
                // It will have one again; until then the others are read.
                Err(error) if error.is_retriable() => continue,
                found => found?,
            };
            if self.busy.contains(&leader.broker) {
                continue;
            }
            wanted.entry(leader.broker).or_default().push(Wanted {
                partition,
                leader,
                offset,
            });
        }
        for (broker, wanted) in wanted {
            self.busy.insert(broker);
            let cluster = self.cluster.clone();
            let settings = self.settings.clone();
            let fetching = fetch::fetch(cluster, settings, self.assignment, broker, wanted);
            self.fetching.spawn(fetching);
        }
        if self.fetching.is_empty() && !self.positions.is_empty() {
            tokio::time::sleep(self.cluster.settings().retry_backoff).await;
        }
        Ok(())
    }

    fn settle(&mut self, answered: Answered) -> Result<(), ClientError> {
        if answered.assignment != self.assignment {
            return Ok(());
        }
        for (wanted, outcome) in answered.partitions {
            let Some(position) = self.positions.get_mut(&wanted.partition) else {
                continue;
            };
            match outcome {
                Ok(read) => {
                    position.next = StartAt::Offset(read.next_offset);
                    position.high_watermark = Some(read.high_watermark);
                    self.read.extend(read.records);
                }
                Err(error) if error.code() == Some(ErrorCode::OFFSET_OUT_OF_RANGE) => {
                    position.next = self.settings.reset.ok_or(error)?;
                }
                Err(error) if error.is_retriable() => self.cluster.forget(&wanted.partition.topic),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
