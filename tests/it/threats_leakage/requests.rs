//! One request of every API that names a topic or a group, with nothing else to refuse it for.

use protocol::messages::alter_configs::{self, AlterConfigsRequest};
use protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use protocol::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use protocol::messages::describe_groups::DescribeGroupsRequest;
use protocol::messages::describe_producers::{self, DescribeProducersRequest};
use protocol::messages::describe_topic_partitions::{self, DescribeTopicPartitionsRequest};
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::heartbeat::HeartbeatRequest;
use protocol::messages::incremental_alter_configs::{self, IncrementalAlterConfigsRequest};
use protocol::messages::join_group::JoinGroupRequest;
use protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use protocol::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use protocol::messages::sync_group::SyncGroupRequest;
use protocol::{Request, Str};
use tests::messages::{FETCH_VERSION, PRODUCE_VERSION, batch, fetch_request, produce_request};

/// What whoever asks may do: so that requests for several things fail for the one that is asked about.
pub const OWN: &str = "own";
/// Code of Kafka's protocol.
const CONFIG_OF_TOPIC: i8 = 2;

/// Every request that names a topic, with its version.
pub fn about_topic(name: &Str) -> Vec<(i16, Request)> {
    let mut all = vec![
        (
            PRODUCE_VERSION,
            Request::Produce(produce_request(name, 0, batch(&["x"]), -1)),
        ),
        (FETCH_VERSION, Request::Fetch(fetch_request(name, 0, 0, 0))),
    ];
    all.extend(about_data(name));
    all.extend(about_offsets(name));
    all.extend(about_the_topic_itself(name));
    all.extend(about_configs(name));
    all
}

fn about_data(name: &Str) -> Vec<(i16, Request)> {
    let list_offsets = ListOffsetsTopic {
        name: name.clone(),
        partitions: vec![ListOffsetsPartition {
            timestamp: -1,
            current_leader_epoch: -1,
            ..Default::default()
        }],
    };
    let delete_records = DeleteRecordsTopic {
        name: name.clone(),
        partitions: vec![DeleteRecordsPartition::default()],
    };
    let leader_epoch = OffsetForLeaderTopic {
        topic: name.clone(),
        partitions: vec![OffsetForLeaderPartition {
            current_leader_epoch: -1,
            ..Default::default()
        }],
    };
    let producers = describe_producers::TopicRequest {
        name: name.clone(),
        partition_indexes: vec![0],
    };
    vec![
        (
            10,
            Request::ListOffsets(ListOffsetsRequest {
                replica_id: -1,
                topics: vec![list_offsets],
                ..Default::default()
            }),
        ),
        (
            2,
            Request::DeleteRecords(DeleteRecordsRequest {
                topics: vec![delete_records],
                timeout_ms: 1000,
            }),
        ),
        (
            4,
            Request::OffsetForLeaderEpoch(OffsetForLeaderEpochRequest {
                replica_id: -1,
                topics: vec![leader_epoch],
            }),
        ),
        (
            0,
            Request::DescribeProducers(DescribeProducersRequest {
                topics: vec![producers],
            }),
        ),
    ]
}

fn about_offsets(name: &Str) -> Vec<(i16, Request)> {
    let commit = OffsetCommitRequestTopic {
        name: name.clone(),
        partitions: vec![OffsetCommitRequestPartition::default()],
        ..Default::default()
    };
    let fetched = OffsetFetchRequestGroup {
        group_id: OWN.into(),
        member_epoch: -1,
        topics: Some(vec![OffsetFetchRequestTopics {
            name: name.clone(),
            partition_indexes: vec![0],
            ..Default::default()
        }]),
        ..Default::default()
    };
    let deleted = OffsetDeleteRequestTopic {
        name: name.clone(),
        partitions: vec![OffsetDeleteRequestPartition::default()],
    };
    vec![
        (
            9,
            Request::OffsetCommit(OffsetCommitRequest {
                group_id: OWN.into(),
                generation_id_or_member_epoch: -1,
                topics: vec![commit],
                ..Default::default()
            }),
        ),
        (
            9,
            Request::OffsetFetch(OffsetFetchRequest {
                groups: vec![fetched],
                ..Default::default()
            }),
        ),
        (
            0,
            Request::OffsetDelete(OffsetDeleteRequest {
                group_id: OWN.into(),
                topics: vec![deleted],
            }),
        ),
    ]
}

fn about_the_topic_itself(name: &Str) -> Vec<(i16, Request)> {
    let metadata = |creates| {
        let topic = MetadataRequestTopic {
            name: Some(name.clone()),
            ..Default::default()
        };
        Request::Metadata(MetadataRequest {
            topics: Some(vec![topic]),
            allow_auto_topic_creation: creates,
            include_topic_authorized_operations: true,
            ..Default::default()
        })
    };
    let created = CreatableTopic {
        name: name.clone(),
        num_partitions: 1,
        replication_factor: 1,
        ..Default::default()
    };
    let deleted = DeleteTopicState {
        name: Some(name.clone()),
        ..Default::default()
    };
    let grown = CreatePartitionsTopic {
        name: name.clone(),
        count: 9,
        assignments: None,
    };
    let described = describe_topic_partitions::TopicRequest { name: name.clone() };
    vec![
        (12, metadata(false)),
        (12, metadata(true)),
        (
            7,
            Request::CreateTopics(CreateTopicsRequest {
                topics: vec![created],
                timeout_ms: 1000,
                validate_only: false,
            }),
        ),
        (
            6,
            Request::DeleteTopics(DeleteTopicsRequest {
                topics: vec![deleted],
                timeout_ms: 1000,
                ..Default::default()
            }),
        ),
        (
            3,
            Request::CreatePartitions(CreatePartitionsRequest {
                topics: vec![grown],
                timeout_ms: 1000,
                validate_only: false,
            }),
        ),
        (
            0,
            Request::DescribeTopicPartitions(DescribeTopicPartitionsRequest {
                topics: vec![described],
                response_partition_limit: 100,
                cursor: None,
            }),
        ),
    ]
}

fn about_configs(name: &Str) -> Vec<(i16, Request)> {
    let described = DescribeConfigsResource {
        resource_type: CONFIG_OF_TOPIC,
        resource_name: name.clone(),
        configuration_keys: None,
    };
    let altered = alter_configs::AlterConfigsResource {
        resource_type: CONFIG_OF_TOPIC,
        resource_name: name.clone(),
        configs: Vec::new(),
    };
    let changed = incremental_alter_configs::AlterConfigsResource {
        resource_type: CONFIG_OF_TOPIC,
        resource_name: name.clone(),
        configs: vec![incremental_alter_configs::AlterableConfig {
            name: "retention.ms".into(),
            config_operation: 0,
            value: Some("1".into()),
        }],
    };
    vec![
        (
            4,
            Request::DescribeConfigs(DescribeConfigsRequest {
                resources: vec![described],
                ..Default::default()
            }),
        ),
        (
            2,
            Request::AlterConfigs(AlterConfigsRequest {
                resources: vec![altered],
                validate_only: false,
            }),
        ),
        (
            1,
            Request::IncrementalAlterConfigs(IncrementalAlterConfigsRequest {
                resources: vec![changed],
                validate_only: false,
            }),
        ),
    ]
}

/// Every request that names a group, with its version.
pub fn about_group(group_id: &Str) -> Vec<(i16, Request)> {
    [about_membership(group_id), about_the_group_itself(group_id)].concat()
}

fn about_membership(group_id: &Str) -> Vec<(i16, Request)> {
    let group_id = || group_id.clone();
    let member_id = || Str::from("stranger");
    let member = MemberIdentity {
        member_id: member_id(),
        ..Default::default()
    };
    vec![
        (
            9,
            Request::JoinGroup(JoinGroupRequest {
                group_id: group_id(),
                member_id: member_id(),
                session_timeout_ms: 10_000,
                rebalance_timeout_ms: 10_000,
                protocol_type: "consumer".into(),
                ..Default::default()
            }),
        ),
        (
            4,
            Request::Heartbeat(HeartbeatRequest {
                group_id: group_id(),
                generation_id: 1,
                member_id: member_id(),
                ..Default::default()
            }),
        ),
        (
            5,
            Request::LeaveGroup(LeaveGroupRequest {
                group_id: group_id(),
                members: vec![member],
                ..Default::default()
            }),
        ),
        (
            4,
            Request::SyncGroup(SyncGroupRequest {
                group_id: group_id(),
                generation_id: 1,
                member_id: member_id(),
                ..Default::default()
            }),
        ),
    ]
}

fn about_the_group_itself(group_id: &Str) -> Vec<(i16, Request)> {
    let group_id = || group_id.clone();
    let fetched = OffsetFetchRequestGroup {
        group_id: group_id(),
        member_epoch: -1,
        ..Default::default()
    };
    vec![
        (
            4,
            Request::FindCoordinator(FindCoordinatorRequest {
                coordinator_keys: vec![group_id()],
                ..Default::default()
            }),
        ),
        (
            5,
            Request::DescribeGroups(DescribeGroupsRequest {
                groups: vec![group_id()],
                include_authorized_operations: true,
            }),
        ),
        (
            2,
            Request::DeleteGroups(DeleteGroupsRequest {
                groups_names: vec![group_id()],
            }),
        ),
        (
            9,
            Request::OffsetFetch(OffsetFetchRequest {
                groups: vec![fetched],
                ..Default::default()
            }),
        ),
        (
            9,
            Request::OffsetCommit(OffsetCommitRequest {
                group_id: group_id(),
                generation_id_or_member_epoch: -1,
                ..Default::default()
            }),
        ),
        (
            0,
            Request::OffsetDelete(OffsetDeleteRequest {
                group_id: group_id(),
                topics: Vec::new(),
            }),
        ),
    ]
}
