//! Requests for topics and their configurations.

use model::TopicId;
use protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use protocol::messages::describe_log_dirs::{DescribableLogDirTopic, DescribeLogDirsRequest};
use protocol::messages::describe_topic_partitions::DescribeTopicPartitionsRequest;
use protocol::messages::describe_topic_partitions::TopicRequest;
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use protocol::{ApiKey, Request, Str};

use super::{Ids, Random, id, some_topics};

/// Draws one.
pub(super) fn draw(api_key: ApiKey, version: i16, random: &mut Random, ids: &Ids) -> Request {
    let names = some_topics(random);
    match api_key {
        ApiKey::Metadata => Request::Metadata(metadata(version, names, random, ids)),
        ApiKey::CreateTopics => Request::CreateTopics(create_topics(names, random)),
        ApiKey::DeleteTopics if version < 6 => Request::DeleteTopics(DeleteTopicsRequest {
            topic_names: names.into_iter().map(Str::from).collect(),
            timeout_ms: 10_000,
            ..DeleteTopicsRequest::default()
        }),
        ApiKey::DeleteTopics => Request::DeleteTopics(delete_topics(names, random, ids)),
        ApiKey::CreatePartitions => Request::CreatePartitions(create_partitions(names)),
        ApiKey::DescribeTopicPartitions => {
            Request::DescribeTopicPartitions(describe_topic_partitions(names, random))
        }
        _ => Request::DescribeLogDirs(describe_log_dirs(names)),
    }
}

fn metadata(version: i16, names: Vec<&str>, random: &mut Random, ids: &Ids) -> MetadataRequest {
    let by_id = version > 11 && random.chance(3);
    let asked = names.into_iter().map(|name| MetadataRequestTopic {
        topic_id: if by_id {
            id(ids, name)
        } else {
            TopicId::default()
        },
        name: (!by_id).then(|| name.into()),
    });
    let all = version > 0 && random.chance(3);
    MetadataRequest {
        topics: (!all).then(|| asked.collect()),
        // Before version 4 there is no choice, and auto-creation is on.
        allow_auto_topic_creation: version < 4 || random.chance(4),
        include_cluster_authorized_operations: (8..11).contains(&version),
        include_topic_authorized_operations: version > 7,
    }
}

fn create_topics(names: Vec<&str>, random: &mut Random) -> CreateTopicsRequest {
    CreateTopicsRequest {
        topics: names
            .into_iter()
            .map(|name| CreatableTopic {
                name: name.into(),
                num_partitions: 1,
                replication_factor: 1,
                ..CreatableTopic::default()
            })
            .collect(),
        timeout_ms: 10_000,
        validate_only: random.chance(3),
    }
}

fn delete_topics(names: Vec<&str>, random: &mut Random, ids: &Ids) -> DeleteTopicsRequest {
    let by_id = random.chance(2);
    DeleteTopicsRequest {
        topics: names
            .into_iter()
            .map(|name| DeleteTopicState {
                name: (!by_id).then(|| name.into()),
                topic_id: if by_id {
                    id(ids, name)
                } else {
                    TopicId::default()
                },
            })
            .collect(),
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    }
}

fn create_partitions(names: Vec<&str>) -> CreatePartitionsRequest {
    CreatePartitionsRequest {
        topics: names
            .into_iter()
            .map(|name| CreatePartitionsTopic {
                name: name.into(),
                count: 2,
                assignments: None,
            })
            .collect(),
        timeout_ms: 10_000,
        validate_only: true,
    }
}

fn describe_topic_partitions(
    names: Vec<&str>,
    random: &mut Random,
) -> DescribeTopicPartitionsRequest {
    DescribeTopicPartitionsRequest {
        topics: if random.chance(4) {
            Vec::new()
        } else {
            names
                .into_iter()
                .map(|name| TopicRequest { name: name.into() })
                .collect()
        },
        response_partition_limit: 2000,
        ..DescribeTopicPartitionsRequest::default()
    }
}

fn describe_log_dirs(names: Vec<&str>) -> DescribeLogDirsRequest {
    DescribeLogDirsRequest {
        topics: Some(
            names
                .into_iter()
                .map(|name| DescribableLogDirTopic {
                    topic: name.into(),
                    partitions: vec![0],
                })
                .collect(),
        ),
    }
}
