//! How far groups lag behind what they consume, for Amazon MSK's `ConsumerLagMetrics`. Pure: positions,
//! ends of partitions and the time come in; what has to be read from disk is asked for.
//!
//! The time lag of a partition is the age of the oldest record that its group has not consumed:
//!
//! 1. Ends of partitions are sampled while somebody consumes them. The record at the committed offset
//!    was written between the samples around it, so its time is interpolated between theirs.
//! 2. A record that is older than the first sample has a timestamp of its own, which is read once.
//! 3. Before that, and where it has none, the nearest known timestamp of an earlier record stands for
//!    it: a group that moves through an old backlog is never told as younger than it is.
//! 4. Where there is none either, it is at least as old as the first sample.
//!
//! A group that consumes everything has no lag; one that stands still falls behind by a second a
//! second, as long as there is something to consume.

mod history;

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{GroupId, PartitionIndex, TopicId, TopicName};

use history::History;

/// Positions that are looked at; those of further groups are not told.
pub const POSITIONS_MAX: usize = 100_000;

/// A group and what it has committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPositions {
    /// Which group.
    pub group: GroupId,
    /// Kafka's name of its state.
    pub state: &'static str,
    /// Its members.
    pub members: usize,
    /// The next offset of each partition.
    pub positions: Vec<Position>,
}

/// How far a group has come in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which topic.
    pub topic: TopicName,
    /// The topic's id.
    pub topic_id: TopicId,
    /// Which partition.
    pub partition: PartitionIndex,
    /// The next offset to consume.
    pub offset: i64,
}

/// What can be consumed of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The first offset that is there.
    pub start: i64,
    /// The first offset that is not there yet.
    pub high_watermark: i64,
}

/// One partition of one topic.
pub type Partition = (TopicId, PartitionIndex);

/// The lag of every group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lags {
    /// By group.
    pub groups: Vec<GroupLag>,
}

/// The lag of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLag {
    /// Which group.
    pub group: GroupId,
    /// Its members.
    pub members: usize,
    /// Whether Amazon MSK tells of its lag.
    pub is_told: bool,
    /// By topic, in order.
    pub topics: Vec<TopicLag>,
}

/// The lag of a group in one topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicLag {
    /// Which topic.
    pub topic: TopicName,
    /// By partition, in order.
    pub partitions: Vec<PartitionLag>,
}

/// The lag of a group in one partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartitionLag {
    /// Which partition.
    pub partition: PartitionIndex,
    /// What the group has committed.
    pub committed: i64,
    /// Records behind it.
    pub offsets: i64,
    /// Seconds.
    pub seconds: f64,
}

/// What is remembered from one reckoning to the next.
#[derive(Debug, Default)]
pub struct Tracker {
    histories: HashMap<Partition, History>,
    /// Timestamps that were read: of the record at this offset, or of the nearest before it.
    timestamps: HashMap<Partition, BTreeMap<i64, Option<i64>>>,
    /// Lags of the last reckoning that need the timestamp of a record.
    wanted: Vec<Wanted>,
    /// The last whose record was read; the next reads begin behind it.
    read_upto: Option<(Partition, GroupId)>,
}

/// A lag whose record has a timestamp that nobody has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    partition: Partition,
    offset: i64,
    place: Place,
}

/// Where a lag stands in [`Lags`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    group: usize,
    topic: usize,
    partition: usize,
}

/// How long ago a record was written, as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    /// Milliseconds.
    Known(i64),
    /// Milliseconds; the record's timestamp would tell better.
    Guessed(i64),
}

impl Age {
    fn seconds(self) -> f64 {
        let (Self::Known(ms) | Self::Guessed(ms)) = self;
        ms as f64 / 1000.0
    }
}

impl Lags {
    fn group(&self, place: Place) -> Option<&GroupId> {
        self.groups.get(place.group).map(|lag| &lag.group)
    }

    fn at(&mut self, place: Place) -> Option<&mut PartitionLag> {
        let topics = &mut self.groups.get_mut(place.group)?.topics;
        topics
            .get_mut(place.topic)?
            .partitions
            .get_mut(place.partition)
    }
}

/// The time, on the monotonic and on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since some moment.
    pub monotonic_ms: i64,
    /// Milliseconds since 1970.
    pub wall_ms: i64,
}

impl TopicLag {
    /// What the group has committed, over all partitions.
    pub fn sum_committed(&self) -> i64 {
        self.partitions.iter().map(|p| p.committed).sum()
    }

    /// Records behind, over all partitions.
    pub fn sum_offsets(&self) -> i64 {
        self.partitions.iter().map(|p| p.offsets).sum()
    }

    /// Records behind in the partition that is furthest behind.
    pub fn max_offsets(&self) -> i64 {
        self.partitions.iter().map(|p| p.offsets).max().unwrap_or(0)
    }

    /// Seconds behind in the partition that is furthest behind.
    pub fn max_seconds(&self) -> f64 {
        self.partitions
            .iter()
            .map(|p| p.seconds)
            .fold(0.0, f64::max)
    }
}

impl Tracker {
    /// Reckons the lag of `groups`, whose partitions end as `ends` says: none for a partition that
    /// is not there any more.
    pub fn reckon(
        &mut self,
        groups: Vec<GroupPositions>,
        ends: impl Fn(Partition) -> Option<Ends>,
        now: Moment,
    ) -> Lags {
        let mut seen: HashMap<Partition, Option<Ends>> = HashMap::new();
        let mut asked: HashMap<Partition, Vec<i64>> = HashMap::new();
        self.wanted.clear();
        let mut lags = Lags::default();
        for group in groups {
            let mut topics: Vec<TopicLag> = Vec::new();
            let is_told = is_told(&group);
            for position in group.positions {
                let partition = (position.topic_id, position.partition);
                let found = seen.entry(partition).or_insert_with(|| {
                    let found = ends(partition)?;
                    let history = self.histories.entry(partition).or_default();
                    history.observe(now.monotonic_ms, found.high_watermark);
                    Some(found)
                });
                let Some(found) = *found else {
                    continue;
                };
                let oldest = position.offset.max(found.start);
                let mut age = Age::Known(0);
                if oldest < found.high_watermark {
                    asked.entry(partition).or_default().push(oldest);
                    age = self.age(partition, oldest, now);
                }
                let lag = PartitionLag {
                    partition: position.partition,
                    committed: position.offset,
                    offsets: (found.high_watermark - position.offset).max(0),
                    seconds: age.seconds(),
                };
                let (topic, at) = add(&mut topics, position.topic, lag);
                if matches!(age, Age::Guessed(_)) {
                    let place = Place {
                        group: lags.groups.len(),
                        topic,
                        partition: at,
                    };
                    self.wanted.push(Wanted {
                        partition,
                        offset: oldest,
                        place,
                    });
                }
            }
            lags.groups.push(GroupLag {
                group: group.group,
                members: group.members,
                is_told: is_told && !topics.is_empty(),
                topics,
            });
        }
        self.forget(&asked, |partition| {
            seen.get(partition).is_some_and(Option::is_some)
        });
        lags
    }

    /// Up to `max` records whose timestamps `lags`, the last reckoning, are in want of. Each time
    /// those that follow the last ones, so that every lag has its turn however its group moves.
    pub fn wanted(&mut self, lags: &Lags, max: usize) -> Vec<(Partition, i64)> {
        let key = |wanted: &Wanted| (wanted.partition, lags.group(wanted.place));
        self.wanted
            .sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        let upto = self.read_upto.as_ref();
        let begin = upto.map_or(0, |(partition, group)| {
            self.wanted
                .partition_point(|wanted| key(wanted) <= (*partition, Some(group)))
        });
        let (before, after) = self.wanted.split_at(begin);
        let (mut records, mut chosen, mut last) = (Vec::new(), HashSet::new(), None);
        for wanted in after.iter().chain(before) {
            if records.len() == max {
                break;
            }
            let record = (wanted.partition, wanted.offset);
            if chosen.insert(record) {
                records.push(record);
            }
            last = lags
                .group(wanted.place)
                .map(|group| (wanted.partition, group.clone()));
        }
        self.read_upto = last.or(self.read_upto.take());
        records
    }

    /// The timestamp of the record at `offset` of a partition; none where it has none or cannot be
    /// read.
    pub fn read(&mut self, partition: Partition, offset: i64, timestamp_ms: Option<i64>) {
        let known = self.timestamps.entry(partition).or_default();
        let timestamp_ms = timestamp_ms
            .filter(|ms| *ms >= 0)
            .or_else(|| *known.range(..=offset).next_back()?.1);
        known.insert(offset, timestamp_ms);
    }

    /// Corrects in `lags`, the last reckoning, what the timestamps of `records` tell.
    pub fn settle(&self, lags: &mut Lags, records: &[(Partition, i64)], now: Moment) {
        let read: HashSet<Partition> = records.iter().map(|(partition, _)| *partition).collect();
        for wanted in &self.wanted {
            if read.contains(&wanted.partition)
                && let Some(lag) = lags.at(wanted.place)
            {
                lag.seconds = self.age(wanted.partition, wanted.offset, now).seconds();
            }
        }
    }

    fn age(&self, partition: Partition, offset: i64, now: Moment) -> Age {
        let history = self.histories.get(&partition);
        if let Some(written_ms) = history.and_then(|history| history.written_at(offset)) {
            return Age::Known((now.monotonic_ms - written_ms).max(0));
        }
        let since_ms = history.and_then(History::since_ms);
        let at_least_ms = (now.monotonic_ms - since_ms.unwrap_or(now.monotonic_ms)).max(0);
        let known = self
            .timestamps
            .get(&partition)
            .and_then(|known| known.range(..=offset).next_back());
        let Some((known_offset, timestamp_ms)) = known else {
            return Age::Guessed(at_least_ms);
        };
        // A producer's clock may be wrong, but the record was there at the first sample.
        let ms = timestamp_ms.map_or(at_least_ms, |timestamp_ms| {
            now.wall_ms.saturating_sub(timestamp_ms).max(at_least_ms)
        });
        if *known_offset == offset {
            Age::Known(ms)
        } else {
            Age::Guessed(ms)
        }
    }

    /// Lets go of what no position needs any more. The nearest timestamp before a position stays
    /// until a nearer one was read.
    fn forget(
        &mut self,
        asked: &HashMap<Partition, Vec<i64>>,
        is_consumed: impl Fn(&Partition) -> bool,
    ) {
        self.histories.retain(|partition, _| is_consumed(partition));
        self.timestamps.retain(|partition, known| {
            let asked = asked.get(partition).into_iter().flatten();
            let nearest = |offset: &i64| known.range(..=*offset).next_back().map(|(at, _)| *at);
            let needed: HashSet<i64> = asked.filter_map(nearest).collect();
            known.retain(|offset, _| needed.contains(offset));
            !known.is_empty()
        });
    }
}

/// Adds a lag to its topic, and says which topic and which of its partitions it became.
fn add(topics: &mut Vec<TopicLag>, topic: TopicName, lag: PartitionLag) -> (usize, usize) {
    match topics.last_mut() {
        Some(last) if last.topic == topic => last.partitions.push(lag),
        _ => topics.push(TopicLag {
            topic,
            partitions: vec![lag],
        }),
    }
    let partitions = topics.last().map_or(0, |topic| topic.partitions.len());
    (topics.len().saturating_sub(1), partitions.saturating_sub(1))
}

/// Amazon MSK tells of groups in state Stable or Empty, whose names are ASCII without a colon.
fn is_told(group: &GroupPositions) -> bool {
    let name = group.group.as_str();
    matches!(group.state, "Stable" | "Empty") && name.is_ascii() && !name.contains(':')
}

#[cfg(test)]
mod tests;
