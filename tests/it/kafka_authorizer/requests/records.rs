//! Requests for records: write, read, look up and delete them.

use std::collections::BTreeSet;

use model::TopicId;
use protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use protocol::messages::describe_producers::DescribeProducersRequest;
use protocol::messages::describe_producers::TopicRequest;
use protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use protocol::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use protocol::{ApiKey, Request, Str};
use tests::messages::batch;

use super::{Ids, Random, id, some_topics};

/// Draws one.
pub(super) fn draw(api_key: ApiKey, version: i16, random: &mut Random, ids: &Ids) -> Request {
    let mut names = some_topics(random);
    if version >= 13 {
        // Kafka answers one id once: of those that nobody has, one is asked for.
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(id(ids, name)));
    }
    match api_key {
        ApiKey::Produce => Request::Produce(produce(version, names, ids)),
        ApiKey::Fetch => Request::Fetch(fetch(version, names, random, ids)),
        ApiKey::ListOffsets => Request::ListOffsets(list_offsets(names)),
        ApiKey::DeleteRecords => Request::DeleteRecords(delete_records(names)),
        ApiKey::OffsetForLeaderEpoch => {
            Request::OffsetForLeaderEpoch(offset_for_leader_epoch(names))
        }
        _ => Request::DescribeProducers(describe_producers(names)),
    }
}

fn produce(version: i16, names: Vec<&str>, ids: &Ids) -> ProduceRequest {
    ProduceRequest {
        acks: 1,
        timeout_ms: 10_000,
        topic_data: names
            .into_iter()
            .map(|name| TopicProduceData {
                name: if version < 13 {
                    name.into()
                } else {
                    Str::default()
                },
                topic_id: if version < 13 {
                    TopicId::default()
                } else {
                    id(ids, name)
                },
                partition_data: vec![PartitionProduceData {
                    index: 0,
                    records: Some(batch(&["x"])),
                }],
            })
            .collect(),
        ..ProduceRequest::default()
    }
}

fn fetch(version: i16, names: Vec<&str>, random: &mut Random, ids: &Ids) -> FetchRequest {
    FetchRequest {
        // A follower that is none, now and then.
        replica_id: if version < 15 && random.chance(5) {
            1
        } else {
            -1
        },
        max_wait_ms: 1,
        min_bytes: 0,
        max_bytes: 1 << 20,
        session_epoch: -1,
        topics: names
            .into_iter()
            .map(|name| FetchTopic {
                topic: if version < 13 {
                    name.into()
                } else {
                    Str::default()
                },
                topic_id: if version < 13 {
                    TopicId::default()
                } else {
                    id(ids, name)
                },
                partitions: vec![FetchPartition {
                    partition_max_bytes: 1 << 20,
                    current_leader_epoch: -1,
                    last_fetched_epoch: -1,
                    log_start_offset: -1,
                    ..FetchPartition::default()
                }],
            })
            .collect(),
        ..FetchRequest::default()
    }
}

fn list_offsets(names: Vec<&str>) -> ListOffsetsRequest {
    ListOffsetsRequest {
        replica_id: -1,
        topics: names
            .into_iter()
            .map(|name| ListOffsetsTopic {
                name: name.into(),
                partitions: vec![ListOffsetsPartition {
                    timestamp: -1,
                    current_leader_epoch: -1,
                    ..ListOffsetsPartition::default()
                }],
            })
            .collect(),
        ..ListOffsetsRequest::default()
    }
}

fn delete_records(names: Vec<&str>) -> DeleteRecordsRequest {
    DeleteRecordsRequest {
        topics: names
            .into_iter()
            .map(|name| DeleteRecordsTopic {
                name: name.into(),
                partitions: vec![DeleteRecordsPartition {
                    partition_index: 0,
                    offset: 0,
                }],
            })
            .collect(),
        timeout_ms: 10_000,
    }
}

fn offset_for_leader_epoch(names: Vec<&str>) -> OffsetForLeaderEpochRequest {
    OffsetForLeaderEpochRequest {
        replica_id: -1,
        topics: names
            .into_iter()
            .map(|name| OffsetForLeaderTopic {
                topic: name.into(),
                partitions: vec![OffsetForLeaderPartition {
                    current_leader_epoch: -1,
                    ..OffsetForLeaderPartition::default()
                }],
            })
            .collect(),
    }
}

fn describe_producers(names: Vec<&str>) -> DescribeProducersRequest {
    DescribeProducersRequest {
        topics: names
            .into_iter()
            .map(|name| TopicRequest {
                name: name.into(),
                partition_indexes: vec![0],
            })
            .collect(),
    }
}
