//! A shard over a real log: what is answered is on the disk, and what is on the disk comes back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use coordinator::{
    Client, Command, CommitPartition, CommitTopic, FetchTopic, GroupConfig, GroupError, JoinGroup,
    MemberId, OffsetCommit, OffsetFetch, OffsetTopic, Protocol, Reply, SyncGroup,
};
use mbean::Registry;
use model::{BrokerId, GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName, TopicPartition};
use records::BatchBuilder;
use service::Clock;
use storage::{
    AppendOrigin, Disk, DiskOptions, Durability, Faults, Log, LogSettings, OpenDiskError, Operation,
};
use tempfile::TempDir;

use super::notices::Notices;
use super::recorded::GroupMetrics;
use super::shard_handle::{ShardHandle, Unavailable};
use super::shard_log::ShardLog;
use super::shard_task::Surroundings;

/// One shard over one data directory.
struct Node {
    faults: Arc<Faults>,
    disk: Disk,
    log: Log,
    shard: ShardHandle,
}

fn config() -> GroupConfig {
    GroupConfig {
        session_timeout_min_ms: 1,
        initial_rebalance_delay_ms: 0,
        ..GroupConfig::default()
    }
}

fn around(config: GroupConfig) -> Surroundings {
    let clock = Clock::real();
    let notices = Arc::new(Notices::new(clock.clone()));
    Surroundings {
        config,
        clock,
        notices,
        metrics: Arc::new(GroupMetrics::new(&Registry::new(0))),
    }
}

/// The task of an earlier shard lets go of the directory shortly after its handles are gone.
async fn open_disk(directory: &TempDir, options: &DiskOptions) -> Disk {
    let opened = async {
        loop {
            match Disk::open(directory.path(), options.clone()) {
                Ok(disk) => return disk,
                Err(OpenDiskError::Locked(_)) => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), opened)
        .await
        .unwrap()
}

async fn open_log(directory: &TempDir) -> (Arc<Faults>, Disk, Log) {
    let faults = Faults::new();
    let options = DiskOptions {
        open_files_max: 64,
        node_id: BrokerId(1),
        fresh_cluster_id: TopicId([1; 16]),
        fresh_directory_id: TopicId([2; 16]),
        faults: Some(Arc::clone(&faults)),
        stopwatch: None,
    };
    let disk = open_disk(directory, &options).await;
    let partition = TopicPartition {
        topic: TopicName::new("__consumer_offsets").unwrap(),
        partition: PartitionIndex(7),
    };
    let settings = LogSettings {
        durability: Durability::Sync,
        retention_ms: None,
        ..LogSettings::default()
    };
    let (log, _) = Log::open(&disk, partition, TopicId([3; 16]), Arc::new(settings), 0).unwrap();
    (faults, disk, log)
}

async fn open(directory: &TempDir) -> Node {
    let (faults, disk, log) = open_log(directory).await;
    let shard_log = ShardLog::new(log.clone(), disk.clone(), LeaderEpoch(0));
    let shard = ShardHandle::start(Some(shard_log), around(config()));
    Node {
        faults,
        disk,
        log,
        shard,
    }
}

fn group() -> GroupId {
    GroupId::new("g").unwrap()
}

fn commit(partitions: std::ops::Range<i32>, offset: i64, metadata: &str) -> Command {
    let partitions = partitions.map(|partition| CommitPartition {
        partition: PartitionIndex(partition),
        offset,
        leader_epoch: LeaderEpoch(-1),
        metadata: metadata.into(),
    });
    Command::OffsetCommit(OffsetCommit {
        group: group(),
        member: MemberId::none(),
        instance: None,
        generation: -1,
        retention_ms: None,
        names_unknown_group: true,
        topics: vec![CommitTopic {
            topic: TopicName::new("t").unwrap(),
            topic_id: TopicId::ZERO,
            partitions: partitions.collect(),
        }],
    })
}

impl Node {
    /// Gives a command when the log is loaded, as a client that tries again does.
    async fn ask(&self, command: Command) -> Result<Reply, Unavailable> {
        loop {
            match self.shard.command(command.clone()).await.wait().await {
                Err(Unavailable::Loading) => tokio::task::yield_now().await,
                answer => return answer,
            }
        }
    }

    /// Commits one offset; the refusal, if there is one.
    async fn commit(&self, partition: i32, offset: i64) -> Option<GroupError> {
        match self.ask(commit(partition..partition + 1, offset, "")).await {
            Ok(Reply::OffsetCommit(result)) => result.err(),
            other => panic!("{other:?}"),
        }
    }

    async fn fetch(&self, partition: i32) -> Option<i64> {
        let topic = FetchTopic {
            topic: TopicName::new("t").unwrap(),
            topic_id: TopicId::ZERO,
            partitions: vec![PartitionIndex(partition)],
        };
        let request = OffsetFetch {
            group: group(),
            topics: Some(vec![topic]),
        };
        let Ok(Reply::OffsetFetch(Ok(topics))) = self.ask(Command::OffsetFetch(request)).await
        else {
            panic!("no offsets");
        };
        topics[0].partitions[0]
            .1
            .as_ref()
            .map(|offset| offset.offset)
    }

    async fn state(&self) -> Option<&'static str> {
        let described = self
            .shard
            .read(|shard| shard.describe_group(&group()))
            .await
            .unwrap();
        described.map(|group| group.state)
    }

    async fn stop(self) {
        self.shard.close().await;
        self.log.close(0).unwrap();
    }
}

fn snapshots(directory: &TempDir) -> Vec<String> {
    let files = std::fs::read_dir(directory.path().join("__consumer_offsets-7")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("groups-")).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    for offset in 0..3 {
        assert_eq!(node.commit(0, offset).await, None);
    }
    // Whatever was not synced is gone.
    node.faults.crash(storage::Crash::Dropped).unwrap();
    drop(node);
    let node = open(&directory).await;
    assert_eq!(node.fetch(0).await, Some(2));
    assert_eq!(node.fetch(1).await, None);
    assert_eq!(node.state().await, Some("Empty"));
    assert!(snapshots(&directory).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_leaves_a_snapshot_of_everything() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    assert_eq!(node.commit(0, 5).await, None);
    assert_eq!(node.commit(0, 6).await, None);
    node.stop().await;
    assert_eq!(
        snapshots(&directory),
        ["groups-00000000000000000002.checkpoint"]
    );
    let node = open(&directory).await;
    assert_eq!(node.fetch(0).await, Some(6));
    // Nothing has changed, so there is nothing to write.
    node.stop().await;
    assert_eq!(snapshots(&directory).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_is_cut_behind_its_snapshots() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    for offset in 0..30 {
        let answer = node.ask(commit(0..1000, offset, "")).await;
        assert!(
            matches!(answer, Ok(Reply::OffsetCommit(Ok(_)))),
            "{answer:?}"
        );
    }
    assert_eq!(node.fetch(999).await, Some(29));
    let start = node.log.offsets().start;
    assert!((10_000..=20_000).contains(&start), "{start}");
    assert_eq!(snapshots(&directory).len(), 2);
    drop(node);
    let node = open(&directory).await;
    assert_eq!(node.fetch(0).await, Some(29));
    assert_eq!(node.fetch(999).await, Some(29));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_larger_than_a_batch_is_stored_whole() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    let answer = node.ask(commit(0..10_000, 4, &"x".repeat(200))).await;
    let Ok(Reply::OffsetCommit(Ok(topics))) = answer else {
        panic!("{answer:?}")
    };
    let OffsetTopic { partitions, .. } = &topics[0];
    assert!(partitions.len() == 10_000 && partitions.iter().all(|(_, error)| error.is_none()));
    assert!(node.log.size_bytes() > 2 << 20);
    drop(node);
    assert_eq!(open(&directory).await.fetch(9_999).await, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_no_batch_takes_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    let config = GroupConfig {
        offset_metadata_max: usize::MAX,
        ..config()
    };
    let shard_log = ShardLog::new(node.log.clone(), node.disk.clone(), LeaderEpoch(0));
    let shard = ShardHandle::start(Some(shard_log), around(config));
    let node = Node { shard, ..node };
    let metadata = "x".repeat(32_000);
    // Not one record but all of them are too much for the segment of the topic.
    let settings = LogSettings {
        segment_bytes: 64 * 1024,
        ..(*node.log.settings()).clone()
    };
    node.log.set_settings(Arc::new(settings));
    let answer = node.ask(commit(0..10, 1, &metadata)).await;
    assert_eq!(
        answer,
        Ok(Reply::OffsetCommit(Err(GroupError::UnknownServerError)))
    );
    assert_eq!(node.commit(0, 1).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    assert_eq!(node.commit(0, 1).await, None);
    node.faults.limit_space(Some(0));
    assert_eq!(node.commit(0, 2).await, Some(GroupError::NotCoordinator));
    assert_eq!(node.fetch(0).await, Some(1));
    node.faults.limit_space(None);
    assert_eq!(node.commit(0, 3).await, None);
    assert_eq!(node.fetch(0).await, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_is_not_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    assert_eq!(node.commit(0, 1).await, None);
    node.faults.fail_next(Operation::Sync, 1);
    assert_eq!(node.commit(0, 2).await, Some(GroupError::NotCoordinator));
    // What the device holds is not known any more: nothing is taken before a restart.
    assert_eq!(node.commit(0, 3).await, Some(GroupError::NotCoordinator));
    assert_eq!(node.fetch(0).await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_themselves() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    let join = Command::JoinGroup(JoinGroup {
        group: group(),
        member: MemberId::none(),
        instance: None,
        client: Client {
            id: "c".into(),
            host: "/h".into(),
        },
        session_timeout_ms: 20,
        rebalance_timeout_ms: 20,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: Bytes::new(),
        }],
        reason: None,
        member_id_required: false,
        can_skip_assignment: true,
        random: 1,
    });
    let Ok(Reply::JoinGroup(Ok(joined))) = node.ask(join).await else {
        panic!("not joined")
    };
    let sync = Command::SyncGroup(SyncGroup {
        group: group(),
        member: joined.member,
        instance: None,
        generation: joined.generation,
        protocol_type: None,
        protocol: None,
        assignments: Vec::new(),
    });
    let synced = node.ask(sync).await;
    assert!(matches!(synced, Ok(Reply::SyncGroup(_))), "{synced:?}");
    let gone = async {
        while node.state().await != Some("Empty") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .unwrap();
    drop(node);
    let node = open(&directory).await;
    assert_eq!(node.fetch(0).await, None);
    assert_eq!(node.state().await, Some("Empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_shard_refuses_who_waits() {
    let directory = tempfile::tempdir().unwrap();
    let node = open(&directory).await;
    assert_eq!(node.commit(0, 1).await, None);
    let waiting = node.shard.command(commit(0..1, 2, "")).await;
    let closing = node.shard.close();
    closing.await;
    // Either it was in time, or it heard that it was not.
    let answer = waiting.wait().await;
    let answered = matches!(answer, Ok(_) | Err(Unavailable::NotCoordinator));
    assert!(answered, "{answer:?}");
    let late = node.shard.command(commit(0..1, 3, "")).await.wait().await;
    assert_eq!(late, Err(Unavailable::NotCoordinator));
    let read = node.shard.read(coordinator::Shard::group_count).await;
    assert_eq!(read, Err(Unavailable::NotCoordinator));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_is_offline_is_nobodys_coordinator() {
    let shard = ShardHandle::start(None, around(config()));
    let answer = shard.command(commit(0..1, 1, "")).await.wait().await;
    assert_eq!(answer, Err(Unavailable::NotCoordinator));
}

/// Appends one record as somebody else would have.
fn append(log: &Log, key: Option<&[u8]>, value: Option<&[u8]>) {
    let mut batch = BatchBuilder::new();
    batch.append(0, key, value, &[]).unwrap();
    let bytes = batch.build().unwrap();
    log.append(bytes, AppendOrigin::Coordinator, LeaderEpoch(0), 0)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_others_are_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let (_, disk, log) = open_log(&directory).await;
    append(&log, None, Some(b"no key"));
    append(&log, Some(&[0, 3, 0, 1, b'g']), Some(b"a consumer group"));
    drop((disk, log));
    let node = open(&directory).await;
    assert_eq!(node.commit(0, 1).await, None);
    assert_eq!(node.fetch(0).await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_takes_the_partition_out_of_service() {
    let directory = tempfile::tempdir().unwrap();
    let (_, disk, log) = open_log(&directory).await;
    append(&log, Some(&[0, 2, 0, 1, b'g']), Some(&[0, 9]));
    drop((disk, log));
    let node = open(&directory).await;
    assert_eq!(
        node.ask(commit(0..1, 1, "")).await,
        Err(Unavailable::NotCoordinator)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_gives_way_to_the_one_before_and_the_log() {
    let directory = tempfile::tempdir().unwrap();
    for offset in 1..=2 {
        let node = open(&directory).await;
        assert_eq!(node.commit(0, offset).await, None);
        node.stop().await;
    }
    let [_, newest] = &snapshots(&directory)[..] else {
        panic!("two snapshots were expected")
    };
    let path = directory.path().join("__consumer_offsets-7").join(newest);
    std::fs::write(&path, b"damage").unwrap();
    assert_eq!(open(&directory).await.fetch(0).await, Some(2));
}
