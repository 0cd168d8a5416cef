//! Lags over time: what groups have committed, where partitions end, and what comes of it.

use std::collections::HashMap;

use model::{GroupId, PartitionIndex, TopicId, TopicName};

use super::{Ends, GroupPositions, Lags, Moment, Partition, Position, Tracker};

const WALL_MS: i64 = 1_700_000_000_000;

/// Name, state, and topic, partition and offset of each position.
type Group<'a> = (&'a str, &'static str, &'a [(&'a str, i32, i64)]);

/// Partitions and the time, moved by the test.
#[derive(Default)]
struct World {
    tracker: Tracker,
    lags: Lags,
    read: Vec<(Partition, i64)>,
    ends: HashMap<Partition, Ends>,
    now_ms: i64,
}

fn id(topic: &str) -> TopicId {
    TopicId([topic.as_bytes()[0]; 16])
}

impl World {
    fn end(&mut self, topic: &str, partition: i32, start: i64, high_watermark: i64) {
        let ends = Ends {
            start,
            high_watermark,
        };
        self.ends
            .insert((id(topic), PartitionIndex(partition)), ends);
    }

    fn reckon(&mut self, groups: &[Group<'_>]) -> Lags {
        let groups = groups
            .iter()
            .map(|&(group, state, positions)| GroupPositions {
                group: GroupId::new(group).unwrap(),
                state,
                members: 0,
                positions: positions
                    .iter()
                    .map(|&(topic, partition, offset)| Position {
                        topic: TopicName::new(topic).unwrap(),
                        topic_id: id(topic),
                        partition: PartitionIndex(partition),
                        offset,
                    })
                    .collect(),
            });
        let (ends, now) = (self.ends.clone(), self.now());
        let groups = groups.collect();
        self.lags = self
            .tracker
            .reckon(groups, |partition| ends.get(&partition).copied(), now);
        self.lags.clone()
    }

    fn now(&self) -> Moment {
        Moment {
            monotonic_ms: self.now_ms,
            wall_ms: WALL_MS + self.now_ms,
        }
    }

    /// Reads what is wanted, up to `max` records. `stamp_ms` gives the timestamp at an offset,
    /// relative to the beginning of the test.
    fn read(&mut self, max: usize, stamp_ms: impl Fn(i64) -> Option<i64>) -> Vec<(Partition, i64)> {
        self.read = self.tracker.wanted(&self.lags, max);
        for &(partition, offset) in &self.read {
            let timestamp_ms = stamp_ms(offset).map(|ms| WALL_MS + ms);
            self.tracker.read(partition, offset, timestamp_ms);
        }
        self.read.clone()
    }

    /// Seconds of every lag, after what was read last.
    fn settled(&mut self) -> Vec<f64> {
        let now = self.now();
        self.tracker.settle(&mut self.lags, &self.read, now);
        let topics = self.lags.groups.iter().flat_map(|group| &group.topics);
        topics
            .flat_map(|topic| &topic.partitions)
            .map(|lag| lag.seconds)
            .collect()
    }

    /// The only partition of the only group: offsets and seconds.
    fn one(&mut self, committed: i64) -> (i64, f64) {
        let lags = self.reckon(&[("g", "Stable", &[("t", 0, committed)])]);
        let lag = lags.groups[0].topics[0].partitions[0];
        (lag.offsets, lag.seconds)
    }
}

#[test]
fn a_group_that_keeps_up_has_no_lag() {
    let mut world = World::default();
    for tick in 0..5 {
        (world.now_ms, _) = (tick * 5000, world.end("t", 0, 0, tick * 100));
        assert_eq!(world.one(tick * 100), (0, 0.0));
    }
}

#[test]
fn a_group_that_stands_still_falls_behind_by_a_second_a_second() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    assert_eq!(world.one(100), (0, 0.0));
    world.now_ms = 5000;
    world.end("t", 0, 0, 200);
    // The first of the hundred came right after the first sample.
    assert_eq!(world.one(100), (100, 5.0));
    world.now_ms = 65_000;
    assert_eq!(world.one(100), (100, 65.0));
    // Half of them consumed: the next one came halfway between the samples.
    assert_eq!(world.one(150), (50, 62.5));
}

#[test]
fn a_quiet_partition_does_not_age_what_comes_after() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(100);
    world.now_ms = 3_600_000;
    world.one(100);
    world.now_ms += 5000;
    world.end("t", 0, 0, 101);
    assert_eq!(world.one(100), (1, 5.0));
}

const PARTITION: Partition = (TopicId([b't'; 16]), PartitionIndex(0));

#[test]
fn what_is_older_than_the_samples_has_its_own_timestamp() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    assert_eq!(world.one(40), (60, 0.0));
    assert_eq!(world.read(9, |_| Some(-30_000)), [(PARTITION, 40)]);
    assert_eq!(world.one(40), (60, 30.0));
    assert!(world.read(9, |_| None).is_empty());
    world.now_ms = 5000;
    assert_eq!(world.one(40), (60, 35.0));
}

#[test]
fn a_timestamp_is_told_in_the_round_that_reads_it() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(40);
    world.read(9, |_| Some(-30_000));
    assert_eq!(world.settled(), [30.0]);
}

#[test]
fn a_group_that_moves_through_a_backlog_is_as_old_as_the_last_timestamp_before_it() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(40);
    world.read(9, |_| Some(-30_000));
    // Other positions, other records, which nobody comes to read.
    for (now_ms, committed) in [(5000, 41), (10_000, 50), (15_000, 99)] {
        world.now_ms = now_ms;
        let seconds = 30.0 + now_ms as f64 / 1000.0;
        assert_eq!(world.one(committed), (100 - committed, seconds));
        assert_eq!(world.read(0, |_| None), []);
    }
    assert_eq!(world.read(9, |_| Some(-20_000)), [(PARTITION, 99)]);
    assert_eq!(world.settled(), [35.0]);
    // Once there is a nearer one, the other is gone.
    assert_eq!(world.one(99), (1, 35.0));
    assert_eq!(world.one(98), (2, 15.0));
}

#[test]
fn reads_go_round_among_groups_that_move() {
    let mut world = World::default();
    world.end("t", 0, 0, 1000);
    let mut read = Vec::new();
    for round in 0..5 {
        let positions: Vec<_> = (0..5).map(|g| [("t", 0, g * 100 + round)]).collect();
        let names = ["a", "b", "c", "d", "e"];
        let groups: Vec<Group<'_>> = names
            .iter()
            .zip(&positions)
            .map(|(name, positions)| (*name, "Stable", positions.as_slice()))
            .collect();
        world.reckon(&groups);
        let records = world.read(2, |offset| Some(offset - 10_000));
        read.push(records.iter().map(|(_, at)| at / 100).collect::<Vec<_>>());
    }
    assert_eq!(read, [[0, 1], [2, 3], [4, 0], [1, 2], [3, 4]]);
}

#[test]
fn groups_at_one_record_need_one_read() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    let at: &[_] = &[("t", 0, 40)];
    world.reckon(&[("a", "Stable", at), ("b", "Stable", at), ("c", "Empty", at)]);
    assert_eq!(world.read(9, |_| Some(-30_000)), [(PARTITION, 40)]);
    assert_eq!(world.settled(), [30.0, 30.0, 30.0]);
}

#[test]
fn every_group_that_stands_keeps_its_timestamp() {
    let mut world = World::default();
    world.end("t", 0, 0, 3000);
    let names: Vec<String> = (0..2000).map(|g| format!("g{g}")).collect();
    let positions: Vec<_> = (0..2000).map(|g| [("t", 0, g)]).collect();
    let groups: Vec<Group<'_>> = names
        .iter()
        .zip(&positions)
        .map(|(name, positions)| (name.as_str(), "Stable", positions.as_slice()))
        .collect();
    world.reckon(&groups);
    assert_eq!(world.read(2000, |at| Some(at - 9000)).len(), 2000);
    world.reckon(&groups);
    assert_eq!(world.tracker.timestamps[&PARTITION].len(), 2000);
    assert!(world.read(9, |_| None).is_empty());
}

#[test]
fn a_record_without_a_usable_timestamp_is_at_least_as_old_as_the_first_sample() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(40);
    for timestamp_ms in [None, Some(-1), Some(WALL_MS + 1_000_000)] {
        world.tracker.read(PARTITION, 40, timestamp_ms);
        world.now_ms += 7000;
        assert_eq!(world.one(40), (60, world.now_ms as f64 / 1000.0));
        assert!(world.read(9, |_| None).is_empty());
    }
}

#[test]
fn a_record_without_a_timestamp_is_at_most_as_old_as_the_one_before_it() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(40);
    world.read(9, |_| Some(-30_000));
    world.one(41);
    world.tracker.read(PARTITION, 41, None);
    assert_eq!(world.one(41), (59, 30.0));
    assert!(world.read(9, |_| None).is_empty());
}

#[test]
fn what_retention_took_is_behind_but_no_longer_ages() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(0);
    world.now_ms = 10_000;
    world.end("t", 0, 100, 200);
    // Two hundred behind, of which one hundred can still be read.
    assert_eq!(world.one(0), (200, 10.0));
}

#[test]
fn sums_and_maxima_are_of_one_topic() {
    let mut world = World::default();
    for (topic, partition, end) in [("a", 0, 10), ("a", 1, 30), ("b", 0, 5)] {
        world.end(topic, partition, 0, 0);
        world.reckon(&[("g", "Empty", &[(topic, partition, 0)])]);
        world.now_ms += 1000;
        world.end(topic, partition, 0, end);
    }
    let positions: &[_] = &[("a", 0, 4), ("a", 1, 0), ("b", 0, 5)];
    let lags = world.reckon(&[("g", "Empty", positions)]);
    let told: Vec<_> = lags.groups[0]
        .topics
        .iter()
        .map(|t| (t.topic.to_string(), t.sum_offsets(), t.max_offsets()))
        .collect();
    assert_eq!(told, [("a".to_owned(), 36, 30), ("b".to_owned(), 0, 0)]);
}

#[test]
fn msk_tells_of_some_groups_only() {
    let mut world = World::default();
    world.end("t", 0, 0, 1);
    let cases: [(&str, &'static str, bool); 6] = [
        ("g", "Stable", true),
        ("g", "Empty", true),
        ("g", "PreparingRebalance", false),
        ("g", "CompletingRebalance", false),
        ("a:b", "Stable", false),
        ("grüppe", "Stable", false),
    ];
    for (group, state, told) in cases {
        let lags = world.reckon(&[(group, state, &[("t", 0, 0)])]);
        assert_eq!(lags.groups[0].is_told, told, "{group} {state}");
    }
    let lags = world.reckon(&[("g", "Stable", &[])]);
    assert!(!lags.groups[0].is_told, "without committed offsets");
    let lags = world.reckon(&[("g", "Stable", &[("gone", 0, 0)])]);
    assert!(lags.groups[0].topics.is_empty(), "in a topic that is gone");
}

#[test]
fn what_nobody_consumes_any_more_is_forgotten() {
    let mut world = World::default();
    world.end("t", 0, 0, 100);
    world.one(40);
    world.tracker.read(PARTITION, 40, Some(WALL_MS));
    world.reckon(&[]);
    assert!(world.tracker.histories.is_empty() && world.tracker.timestamps.is_empty());
}
