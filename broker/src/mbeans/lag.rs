//! Groups by the clock: every `outrigger.lag.interval.ms` all shards are asked how far their groups have come, and the
//! lag of each is reckoned. What a scrape reads is what the last reckoning found.
//!
//! `kafka.consumer.group:type=ConsumerLagMetrics` is Amazon MSK's; `outrigger.group:type=ConsumerGroup` has
//! what else is asked about groups; `kafka.coordinator.group:type=GroupMetadataManager` counts them.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use coordinator::Shard;
use mbean::{Attribute, Collection, ObjectName, Rows, Section};
use model::GroupId;
use records::BatchHeader;
use service::shutdown::Signal;
use storage::{FirstBatch, Log, Upto};
use tracing::warn;

use crate::broker::Broker;
use crate::lag::{
    Ends, GroupLag, GroupPositions, Lags, Moment, POSITIONS_MAX, Partition, Position, TopicLag,
    Tracker,
};

/// Records that are read in one round for their timestamps, before its lags are told: few enough to
/// wait for. The others follow in later rounds, in turn.
const READS_MAX: usize = 32;
/// Longest id of a group that is told: a client may choose one of 32,767 bytes.
const GROUP_BYTES_MAX: usize = 255;

/// THE TABLE of what is told of each topic of a group.
type TopicRow = (&'static str, fn(&TopicLag) -> f64);
const OF_TOPIC: [TopicRow; 3] = [
    ("SumOffsetLag", |t| t.sum_offsets() as f64),
    ("MaxOffsetLag", |t| t.max_offsets() as f64),
    ("EstimatedMaxTimeLag", TopicLag::max_seconds),
];

/// How many groups there are, by state, and what they store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Census {
    preparing: u64,
    completing: u64,
    stable: u64,
    empty: u64,
    offsets: u64,
}

/// THE TABLE of `GroupMetadataManager`.
type CensusRow = (&'static str, fn(&Census) -> u64);
const CENSUS: [CensusRow; 7] = [
    ("NumGroups", Census::groups),
    ("NumGroupsPreparingRebalance", |c| c.preparing),
    ("NumGroupsCompletingRebalance", |c| c.completing),
    ("NumGroupsStable", |c| c.stable),
    ("NumGroupsEmpty", |c| c.empty),
    // A group that is gone from here does not exist here.
    ("NumGroupsDead", |_| 0),
    ("NumOffsets", |c| c.offsets),
];

/// What the last reckoning found.
#[derive(Debug, Default)]
pub struct Found(Mutex<(Arc<Lags>, Census)>);

impl Found {
    fn lags(&self) -> Arc<Lags> {
        Arc::clone(&self.lock().0)
    }

    fn census(&self) -> Census {
        self.lock().1
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Arc<Lags>, Census)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers the beans over what will be found.
pub fn register(broker: &Arc<Broker>, found: &Arc<Found>) -> Section {
    let registry = broker.metrics.registry();
    registry.collection(Box::new(LagGauges::new(found)));
    let section = registry.section();
    for (name, value) in CENSUS {
        let name =
            ObjectName::new("kafka.coordinator.group", "GroupMetadataManager").with("name", name);
        let found = Arc::clone(found);
        section.gauge(name, move || value(&found.census()) as f64);
    }
    let found = Arc::clone(found);
    let name = ObjectName::new("kafka.server", "group-coordinator-metrics");
    let count = Attribute::gauge("group-count", "Groups of this protocol", move || {
        found.census().groups() as f64
    });
    section.attributes(name.with("protocol", "classic"), vec![count]);
    section
}

/// Reckons until `signal`.
pub async fn run(broker: Arc<Broker>, found: Arc<Found>, mut signal: Signal) {
    let mut tracker = Tracker::default();
    let mut told = false;
    let interval = broker.config.current().groups.lag_interval;
    loop {
        tokio::select! {
            _ = signal.wait() => return,
            () = tokio::time::sleep(interval) => {}
        }
        let Some((groups, census, cut)) = ask(&broker).await else {
            *found.lock() = Default::default();
            continue;
        };
        if cut && !told {
            told = true;
            warn!(
                positions = POSITIONS_MAX,
                "groups have committed more positions than are watched; the lag of some is not told"
            );
        }
        let asked = Arc::clone(&broker);
        let reckoned = tokio::task::spawn_blocking(move || {
            let (lags, now) = reckon(&asked, &mut tracker, groups);
            let wanted = tracker.wanted(&lags, READS_MAX);
            (tracker, lags, now, wanted)
        });
        let Ok((mut next, mut lags, now, wanted)) = reckoned.await else {
            // A panic in there was logged; the history begins anew.
            tracker = Tracker::default();
            continue;
        };
        read_timestamps(&broker, &mut next, &wanted).await;
        next.settle(&mut lags, &wanted, now);
        *found.lock() = (Arc::new(lags), census);
        tracker = next;
    }
}

/// How far all groups have come; none while there are no groups. The last says whether some were
/// left out.
async fn ask(broker: &Broker) -> Option<(Vec<GroupPositions>, Census, bool)> {
    let shards = broker.groups.running()?;
    let (mut groups, mut census, mut cut) = (Vec::new(), Census::default(), false);
    let mut left = POSITIONS_MAX;
    for shard in shards.iter() {
        let limit = left;
        // One that is loading, or stopping, tells in the next round.
        let Ok((some, counted)) = shard.read(move |shard| collect(shard, limit)).await else {
            continue;
        };
        census.add(&counted);
        let taken: usize = some.iter().map(|group| group.positions.len().max(1)).sum();
        left = left.saturating_sub(taken);
        cut |= left == 0;
        groups.extend(some);
    }
    Some((groups, census, cut))
}

/// The groups of one shard, up to so many positions.
fn collect(shard: &Shard, limit: usize) -> (Vec<GroupPositions>, Census) {
    let (mut groups, mut census) = (Vec::new(), Census::default());
    let mut left = limit;
    for progress in shard.progress() {
        let stored = progress.positions().count();
        census.count(progress.state, stored as u64);
        let cost = stored.max(1);
        if cost > left || progress.group.as_str().len() > GROUP_BYTES_MAX {
            continue;
        }
        left -= cost;
        let positions = progress
            .positions()
            .map(|(topic, partition, committed)| Position {
                topic: topic.clone(),
                topic_id: committed.topic_id,
                partition,
                offset: committed.offset,
            });
        groups.push(GroupPositions {
            group: progress.group.clone(),
            state: progress.state,
            members: progress.members,
            positions: positions.collect(),
        });
    }
    (groups, census)
}

fn reckon(
    broker: &Broker,
    tracker: &mut Tracker,
    mut groups: Vec<GroupPositions>,
) -> (Lags, Moment) {
    let image = broker.metadata.image();
    for group in &mut groups {
        // A position under another id is in a topic of that name that was deleted since.
        group.positions.retain_mut(|position| {
            let Some(topic) = image.topic(position.topic.as_str()) else {
                return false;
            };
            let known = position.topic_id.is_zero() || position.topic_id == topic.id;
            position.topic_id = topic.id;
            known
        });
    }
    let ends = |(topic, partition): Partition| {
        let offsets = broker.partitions.log(topic, partition)?.offsets();
        Some(Ends {
            start: offsets.start,
            high_watermark: offsets.high_watermark,
        })
    };
    let now = Moment {
        monotonic_ms: i64::try_from(broker.clock.monotonic().as_millis()).unwrap_or(i64::MAX),
        wall_ms: broker.clock.now_ms(),
    };
    (tracker.reckon(groups, ends, now), now)
}

async fn read_timestamps(broker: &Broker, tracker: &mut Tracker, wanted: &[(Partition, i64)]) {
    for &((topic, partition), offset) in wanted {
        let Some(log) = broker.partitions.log(topic, partition) else {
            continue;
        };
        let timestamp_ms = timestamp(&log, offset).await;
        tracker.read((topic, partition), offset, timestamp_ms);
    }
}

/// When the record at `offset` was stamped: its place between the first and the last of its batch.
async fn timestamp(log: &Log, offset: i64) -> Option<i64> {
    let upto = Upto::HighWatermark;
    let fetched = log.read(offset, 0, upto, FirstBatch::Always).await.ok()?;
    let header = BatchHeader::parse(&fetched.records).ok()?;
    if header.base_timestamp < 0 {
        return (header.max_timestamp >= 0).then_some(header.max_timestamp);
    }
    let place = (offset - header.base_offset).max(0);
    let span = header.max_timestamp.saturating_sub(header.base_timestamp);
    let share = place as f64 / f64::from(header.last_offset_delta.max(1));
    Some(header.base_timestamp + (span as f64 * share.min(1.0)) as i64)
}

impl Census {
    fn count(&mut self, state: &str, offsets: u64) {
        self.offsets += offsets;
        match state {
            "PreparingRebalance" => self.preparing += 1,
            "CompletingRebalance" => self.completing += 1,
            "Stable" => self.stable += 1,
            _ => self.empty += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.preparing += other.preparing;
        self.completing += other.completing;
        self.stable += other.stable;
        self.empty += other.empty;
        self.offsets += other.offsets;
    }

    fn groups(&self) -> u64 {
        self.preparing + self.completing + self.stable + self.empty
    }
}

/// Tells what was found, a section per group.
struct LagGauges {
    found: Weak<Found>,
    /// Clients choose ids of groups: under a secret key they cannot choose two of one number.
    key: RandomState,
}

impl LagGauges {
    fn new(found: &Arc<Found>) -> Self {
        Self {
            found: Arc::downgrade(found),
            key: RandomState::new(),
        }
    }

    /// The number of a group's section.
    fn number(&self, group: &GroupId) -> u64 {
        self.key.hash_one(group)
    }

    /// Changes whenever the names of the group's rows do.
    fn shape(&self, group: &GroupLag) -> u64 {
        let mut hasher = self.key.build_hasher();
        group.is_told.hash(&mut hasher);
        for topic in &group.topics {
            topic.topic.hash(&mut hasher);
            for lag in &topic.partitions {
                lag.partition.0.hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

impl Collection for LagGauges {
    fn read(&self, rows: &mut Rows<'_>) {
        let Some(found) = self.found.upgrade() else {
            return;
        };
        for group in &found.lags().groups {
            if rows.section(self.number(&group.group), self.shape(group)) {
                give_names(rows, group);
            }
            give_values(rows, group);
        }
    }
}

fn give_names(rows: &mut Rows<'_>, group: &GroupLag) {
    let names = Names(group.group.as_str());
    rows.gauge(names.ours("Members"));
    for topic in &group.topics {
        let name = topic.topic.as_str();
        rows.gauge(names.ours("CommittedOffsetSum").with("topic", name));
        if group.is_told {
            for (metric, _) in OF_TOPIC {
                rows.gauge(names.msk(metric).with("topic", name));
            }
        }
        for lag in &topic.partitions {
            let partition = lag.partition.to_string();
            let of = |bean: ObjectName| bean.with("topic", name).with("partition", &partition);
            rows.gauge(of(names.ours("CommittedOffset")));
            if group.is_told {
                rows.gauge(of(names.msk("OffsetLag")));
                rows.gauge(of(names.msk("EstimatedTimeLag")));
            }
        }
    }
}

fn give_values(rows: &mut Rows<'_>, group: &GroupLag) {
    rows.value(group.members as f64);
    for topic in &group.topics {
        rows.value(topic.sum_committed() as f64);
        if group.is_told {
            for (_, value) in OF_TOPIC {
                rows.value(value(topic));
            }
        }
        for lag in &topic.partitions {
            rows.value(lag.committed as f64);
            if group.is_told {
                rows.value(lag.offsets as f64);
                rows.value(lag.seconds);
            }
        }
    }
}

/// Names of beans of one group.
struct Names<'a>(&'a str);

impl Names<'_> {
    fn ours(&self, metric: &str) -> ObjectName {
        self.named("outrigger.group", "ConsumerGroup", metric)
    }

    fn msk(&self, metric: &str) -> ObjectName {
        self.named("kafka.consumer.group", "ConsumerLagMetrics", metric)
    }

    fn named(&self, domain: &str, kind: &str, metric: &str) -> ObjectName {
        ObjectName::new(domain, kind)
            .with("name", metric)
            .with("groupId", self.0)
    }
}

#[cfg(test)]
mod tests;
