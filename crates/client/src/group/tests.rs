//! Cases against a coordinator that the test plays.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use model::PartitionIndex;
use protocol::messages::fetch::{
    FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use protocol::messages::heartbeat::HeartbeatResponse;
use protocol::messages::join_group::{JoinGroupResponse, JoinGroupResponseMember};
use protocol::messages::leave_group::LeaveGroupResponse;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};
use protocol::messages::offset_fetch::{
    OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
};
use protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};
use protocol::{RecordSet, Request, Response};
use records::BatchBuilder;

use super::*;
use crate::peer::{Action, Peer};

/// What the coordinator was told, in words.
type Told = Arc<Mutex<Vec<String>>>;

/// A coordinator with one member, which stands at offset 3 of partition 0; each partition has
/// records up to offset 9. Its heartbeats are answered by `heartbeat`.
struct Coordinator {
    told: Told,
    generation: i32,
    heartbeat: Box<dyn FnMut() -> ErrorCode + Send>,
}

impl Coordinator {
    fn answer(&mut self, request: &Request) -> Response {
        let tell = |text: String| self.told.lock().unwrap().push(text);
        match request {
            Request::JoinGroup(request) if request.member_id.is_empty() => {
                tell("join as nobody".into());
                Response::JoinGroup(JoinGroupResponse {
                    error_code: ErrorCode::MEMBER_ID_REQUIRED,
                    member_id: "m".into(),
                    ..JoinGroupResponse::default()
                })
            }
            Request::JoinGroup(request) => {
                self.generation += 1;
                tell(format!("join as {}", request.member_id));
                Response::JoinGroup(JoinGroupResponse {
                    generation_id: self.generation,
                    protocol_name: Some("range".into()),
                    leader: "m".into(),
                    member_id: "m".into(),
                    members: vec![JoinGroupResponseMember {
                        member_id: "m".into(),
                        metadata: request.protocols[0].metadata.clone(),
                        ..JoinGroupResponseMember::default()
                    }],
                    ..JoinGroupResponse::default()
                })
            }
            Request::SyncGroup(SyncGroupRequest { assignments, .. }) => {
                Response::SyncGroup(SyncGroupResponse {
                    assignment: assignments[0].assignment.clone(),
                    ..SyncGroupResponse::default()
                })
            }
            Request::Heartbeat(_) => Response::Heartbeat(HeartbeatResponse {
                error_code: (self.heartbeat)(),
                ..HeartbeatResponse::default()
            }),
            Request::LeaveGroup(request) => {
                tell(format!("leave as {}", request.members[0].member_id));
                Response::LeaveGroup(LeaveGroupResponse::default())
            }
            Request::OffsetFetch(_) => offsets(),
            Request::OffsetCommit(request) => {
                tell(commit_text(request));
                committed(request)
            }
            Request::Fetch(request) => fetched(request),
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn commit_text(request: &OffsetCommitRequest) -> String {
    let topic = &request.topics[0];
    let places = topic.partitions.iter();
    let places = places.map(|p| format!(" {}@{}", p.partition_index, p.committed_offset));
    format!("commit {}{}", topic.name, places.collect::<String>())
}

fn committed(request: &OffsetCommitRequest) -> Response {
    let topic = &request.topics[0];
    let partitions = topic.partitions.iter();
    let partitions = partitions.map(|p| OffsetCommitResponsePartition {
        partition_index: p.partition_index,
        ..OffsetCommitResponsePartition::default()
    });
    Response::OffsetCommit(OffsetCommitResponse {
        topics: vec![OffsetCommitResponseTopic {
            name: topic.name.clone(),
            partitions: partitions.collect(),
            ..OffsetCommitResponseTopic::default()
        }],
        ..OffsetCommitResponse::default()
    })
}

fn fetched(request: &FetchRequest) -> Response {
    let topic = &request.topics[0];
    let partitions = topic.partitions.iter();
    let partitions = partitions.map(|p| records(p.partition, p.fetch_offset));
    Response::Fetch(FetchResponse {
        responses: vec![FetchableTopicResponse {
            topic_id: topic.topic_id,
            partitions: partitions.collect(),
            ..FetchableTopicResponse::default()
        }],
        ..FetchResponse::default()
    })
}

fn offsets() -> Response {
    let partition = |partition_index, committed_offset| OffsetFetchResponsePartitions {
        partition_index,
        committed_offset,
        ..OffsetFetchResponsePartitions::default()
    };
    Response::OffsetFetch(OffsetFetchResponse {
        groups: vec![OffsetFetchResponseGroup {
            group_id: "g".into(),
            topics: vec![OffsetFetchResponseTopics {
                name: "t".into(),
                partitions: vec![partition(0, 3), partition(1, -1)],
                ..OffsetFetchResponseTopics::default()
            }],
            ..OffsetFetchResponseGroup::default()
        }],
        ..OffsetFetchResponse::default()
    })
}

fn records(partition_index: i32, offset: i64) -> PartitionData {
    let mut set = RecordSet::new();
    if offset < 10 {
        let mut builder = BatchBuilder::new().base_offset(offset);
        builder.append(1, None, Some(b"x"), &[]).unwrap();
        set = RecordSet::from(builder.build().unwrap());
    }
    PartitionData {
        partition_index,
        high_watermark: 10,
        records: Some(set),
        ..PartitionData::default()
    }
}

async fn member(heartbeat: impl FnMut() -> ErrorCode + Send + 'static) -> (GroupConsumer, Told) {
    member_of(Arc::new(AtomicI32::new(2)), heartbeat).await
}

async fn member_of(
    partition_count: Arc<AtomicI32>,
    heartbeat: impl FnMut() -> ErrorCode + Send + 'static,
) -> (GroupConsumer, Told) {
    let told = Told::default();
    let mut coordinator = Coordinator {
        told: Arc::clone(&told),
        generation: 0,
        heartbeat: Box::new(heartbeat),
    };
    let script = move |request: &Request| Action::answer(coordinator.answer(request));
    let cluster = Peer::growing_cluster(partition_count, Duration::from_millis(1), script).await;
    let settings = GroupSettings {
        heartbeat_interval: Duration::from_millis(1),
        commit_interval: Some(Duration::from_secs(3600)),
        // For partition 1, which has no committed offset.
        start: StartAt::Offset(8),
        ..GroupSettings::new(
            GroupId::new("g").unwrap(),
            vec![TopicName::new("t").unwrap()],
        )
    };
    let member = GroupConsumer::new(cluster, settings, ConsumerSettings::default());
    (member, told)
}

/// Polls until all is read; the offsets of each partition.
async fn read_to_end(member: &mut GroupConsumer) -> BTreeMap<PartitionIndex, Vec<i64>> {
    let mut read: BTreeMap<PartitionIndex, Vec<i64>> = BTreeMap::new();
    while !member.is_at_end() {
        for record in member.poll().await.unwrap() {
            let partition = read.entry(record.partition.partition).or_default();
            partition.push(record.offset);
        }
    }
    read
}

fn told(told: &Told) -> Vec<String> {
    std::mem::take(&mut *told.lock().unwrap())
}

#[tokio::test]
async fn a_member_joins_reads_from_its_offsets_commits_and_leaves() {
    let (mut member, log) = member(|| ErrorCode::NONE).await;
    let read = read_to_end(&mut member).await;
    assert_eq!(read[&PartitionIndex(0)], [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(read[&PartitionIndex(1)], [8, 9]);
    assert_eq!(told(&log), ["join as nobody", "join as m"]);
    member.commit().await.unwrap();
    assert_eq!(told(&log), ["commit t 0@10 1@10"]);
    // Nothing new: nothing to commit.
    member.close().await.unwrap();
    assert_eq!(told(&log), ["leave as m"]);
}

#[tokio::test]
async fn a_rebalance_commits_what_was_handed_out_and_joins_again() {
    let mut beats = 0;
    let (mut member, log) = member(move || {
        beats += 1;
        match beats {
            20 => ErrorCode::REBALANCE_IN_PROGRESS,
            _ => ErrorCode::NONE,
        }
    })
    .await;
    read_to_end(&mut member).await;
    told(&log);
    // The log is read; polls go on until the rebalance has happened.
    let mut seen = Vec::new();
    while !seen.contains(&"join as m".to_owned()) {
        member.poll().await.unwrap();
        seen.extend(told(&log));
    }
    assert_eq!(seen[..2], ["commit t 0@10 1@10", "join as m"]);
}

#[tokio::test]
async fn a_member_that_was_thrown_out_begins_as_nobody() {
    let mut beats = 0;
    let (mut member, log) = member(move || {
        beats += 1;
        match beats {
            5 => ErrorCode::UNKNOWN_MEMBER_ID,
            _ => ErrorCode::NONE,
        }
    })
    .await;
    let mut seen = Vec::new();
    while seen.len() < 4 {
        member.poll().await.unwrap();
        seen.extend(told(&log));
    }
    assert_eq!(
        seen,
        ["join as nobody", "join as m", "join as nobody", "join as m"]
    );
}

#[tokio::test]
async fn records_that_are_given_back_are_not_committed() {
    let (mut member, log) = member(|| ErrorCode::NONE).await;
    let mut records = Vec::new();
    while records.is_empty() {
        records = member.poll().await.unwrap();
    }
    let first = records.remove(0);
    member.give_back(std::slice::from_ref(&first));
    member.commit().await.unwrap();
    let partition = first.partition.partition;
    let commit = told(&log).pop().unwrap();
    assert!(
        commit.contains(&format!(" {partition}@{}", first.offset)),
        "{commit}"
    );
}

#[tokio::test]
async fn the_leader_notices_new_partitions_and_shares_out_again() {
    let count = Arc::new(AtomicI32::new(2));
    let (mut member, log) = member_of(Arc::clone(&count), || ErrorCode::NONE).await;
    read_to_end(&mut member).await;
    assert_eq!(told(&log), ["join as nobody", "join as m"]);
    count.store(3, Ordering::Relaxed);
    while member.assignment().len() < 3 {
        member.poll().await.unwrap();
    }
    assert_eq!(told(&log), ["commit t 0@10 1@10", "join as m"]);
}

#[tokio::test]
async fn a_member_that_never_got_to_join_leaves_too() {
    let told = Told::default();
    let log = Arc::clone(&told);
    let cluster = Peer::cluster(move |request| {
        let tell = |text: &str| log.lock().unwrap().push(text.to_owned());
        match request {
            Request::JoinGroup(request) if request.member_id.is_empty() => {
                Action::answer(Response::JoinGroup(JoinGroupResponse {
                    error_code: ErrorCode::MEMBER_ID_REQUIRED,
                    member_id: "m".into(),
                    ..JoinGroupResponse::default()
                }))
            }
            // Held back for the others, who do not come.
            Request::JoinGroup(_) => {
                tell("join");
                Action::Nothing
            }
            Request::LeaveGroup(request) => {
                tell(&format!("leave as {}", request.members[0].member_id));
                Action::answer(Response::LeaveGroup(LeaveGroupResponse::default()))
            }
            other => panic!("unexpected {other:?}"),
        }
    })
    .await;
    let topics = vec![TopicName::new("t").unwrap()];
    let settings = GroupSettings::new(GroupId::new("g").unwrap(), topics);
    let mut member = GroupConsumer::new(cluster, settings, ConsumerSettings::default());
    tokio::select! {
        _ = member.poll() => panic!("nobody lets it join"),
        () = async {
            while told.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    member.close().await.unwrap();
    assert_eq!(*told.lock().unwrap(), ["join", "leave as m"]);
}
