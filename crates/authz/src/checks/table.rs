//! The rows, by API key and then in the order in which the handler asks.
//!
//! Source: Apache Kafka 4.3.1, `KafkaApis`, `ControllerApis` and what they call; where its
//! documentation says something else, the code was believed.

use protocol::{ApiKey, ErrorCode};

use super::Level::{Each, Quiet, Whole};
use super::{Check, Level, Target};
use crate::Operation::{
    self, Alter, AlterConfigs, ClusterAction, Create, CreateTokens, Delete, Describe,
    DescribeConfigs, DescribeTokens, IdempotentWrite, Read, TwoPhaseCommit, Write,
};
use crate::ResourceType;

/// APIs that ask for no right: they log in, or speak of nothing that is anybody's. Tokens are
/// renewed and expired by their owner and renewers alone.
pub const WITHOUT_CHECKS: &[ApiKey] = &[
    ApiKey::SaslHandshake,
    ApiKey::ApiVersions,
    ApiKey::SaslAuthenticate,
    ApiKey::RenewDelegationToken,
    ApiKey::ExpireDelegationToken,
    ApiKey::GetTelemetrySubscriptions,
    ApiKey::PushTelemetry,
];

const fn topic(api: ApiKey, operation: Operation, level: Level) -> Check {
    let target = Target::Named(ResourceType::Topic);
    let denied = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    Check::of(api, operation, target, denied, level)
}

const fn group(api: ApiKey, operation: Operation, level: Level) -> Check {
    let target = Target::Named(ResourceType::Group);
    let denied = ErrorCode::GROUP_AUTHORIZATION_FAILED;
    Check::of(api, operation, target, denied, level)
}

const fn cluster(api: ApiKey, operation: Operation, level: Level) -> Check {
    let denied = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
    Check::of(api, operation, Target::Cluster, denied, level)
}

const fn transaction(api: ApiKey, operation: Operation, level: Level) -> Check {
    let target = Target::Named(ResourceType::TransactionalId);
    let denied = ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    Check::of(api, operation, target, denied, level)
}

const fn token(api: ApiKey, operation: Operation, of: ResourceType, level: Level) -> Check {
    let denied = ErrorCode::DELEGATION_TOKEN_AUTHORIZATION_FAILED;
    Check::of(api, operation, Target::Named(of), denied, level)
}

/// A transactional batch; a missing id is denied.
pub const PRODUCE_TRANSACTION: Check = transaction(ApiKey::Produce, Write, Whole);
/// The topic of each partition.
pub const PRODUCE_TOPIC: Check = topic(ApiKey::Produce, Write, Each);
/// A replica id that is not a consumer's: every partition fails.
pub const FETCH_AS_FOLLOWER: Check = Check {
    denied: ErrorCode::TOPIC_AUTHORIZATION_FAILED,
    ..cluster(ApiKey::Fetch, ClusterAction, Each)
};
/// A consumer's topics; an id that no topic has is answered first.
pub const FETCH_TOPIC: Check = topic(ApiKey::Fetch, Read, Each);
/// The topic of each partition.
pub const LIST_OFFSETS_TOPIC: Check = topic(ApiKey::ListOffsets, Describe, Each);
/// A topic that was named; where all were asked for, what may not be seen is left out.
pub const METADATA_TOPIC: Check = topic(ApiKey::Metadata, Describe, Each);
/// A topic that does not exist and would be created.
pub const METADATA_CREATE_TOPIC: Check =
    topic(ApiKey::Metadata, Create, Each).unless(Create, Target::Cluster);
/// The cluster's operations; without it they are 0.
pub const METADATA_CLUSTER_OPERATIONS: Check = cluster(ApiKey::Metadata, Describe, Quiet);
/// The group.
pub const OFFSET_COMMIT_GROUP: Check = group(ApiKey::OffsetCommit, Read, Whole);
/// The topic of each offset.
pub const OFFSET_COMMIT_TOPIC: Check = topic(ApiKey::OffsetCommit, Read, Each);
/// Each group.
pub const OFFSET_FETCH_GROUP: Check = group(ApiKey::OffsetFetch, Describe, Whole);
/// A topic that was named; where all were asked for, what may not be seen is left out.
pub const OFFSET_FETCH_TOPIC: Check = topic(ApiKey::OffsetFetch, Describe, Each);
/// A group's coordinator.
pub const FIND_COORDINATOR_GROUP: Check = group(ApiKey::FindCoordinator, Describe, Each);
/// A transaction's coordinator.
pub const FIND_COORDINATOR_TRANSACTION: Check =
    transaction(ApiKey::FindCoordinator, Describe, Each);
/// The coordinator of a share partition: between brokers.
pub const FIND_COORDINATOR_SHARE: Check = cluster(ApiKey::FindCoordinator, ClusterAction, Whole);
/// The group.
pub const JOIN_GROUP: Check = group(ApiKey::JoinGroup, Read, Whole);
/// The group.
pub const HEARTBEAT: Check = group(ApiKey::Heartbeat, Read, Whole);
/// The group.
pub const LEAVE_GROUP: Check = group(ApiKey::LeaveGroup, Read, Whole);
/// The group.
pub const SYNC_GROUP: Check = group(ApiKey::SyncGroup, Read, Whole);
/// Each group.
pub const DESCRIBE_GROUPS: Check = group(ApiKey::DescribeGroups, Describe, Each);
/// Each group that there is.
pub const LIST_GROUPS: Check =
    group(ApiKey::ListGroups, Describe, Quiet).unless(Describe, Target::Cluster);
/// Each topic.
pub const CREATE_TOPICS: Check =
    topic(ApiKey::CreateTopics, Create, Each).unless(Create, Target::Cluster);
/// Whether the answer tells the new topic's configuration.
pub const CREATE_TOPICS_CONFIGS: Check = topic(ApiKey::CreateTopics, DescribeConfigs, Quiet);
/// Whether the caller may know that it exists, and the name of one asked for by id.
pub const DELETE_TOPICS_DESCRIBE: Check =
    topic(ApiKey::DeleteTopics, Describe, Each).unless(Delete, Target::Cluster);
/// Each topic. That the right to delete the cluster stands for both, no documentation says.
pub const DELETE_TOPICS: Check =
    topic(ApiKey::DeleteTopics, Delete, Each).unless(Delete, Target::Cluster);
/// The topic of each partition.
pub const DELETE_RECORDS: Check = topic(ApiKey::DeleteRecords, Delete, Each);
/// With a transactional id.
pub const INIT_PRODUCER_ID_TRANSACTION: Check = transaction(ApiKey::InitProducerId, Write, Whole);
/// With a transactional id that takes part in two-phase commits.
pub const INIT_PRODUCER_ID_TWO_PHASE: Check =
    transaction(ApiKey::InitProducerId, TwoPhaseCommit, Whole);
/// Without a transactional id: who may write anywhere may be idempotent there.
pub const INIT_PRODUCER_ID: Check = (Check {
    ask: (Write, Target::Any(ResourceType::Topic)),
    ..cluster(ApiKey::InitProducerId, Write, Whole)
})
.unless(IdempotentWrite, Target::Cluster);
/// The topic of each partition.
pub const OFFSET_FOR_LEADER_EPOCH: Check =
    topic(ApiKey::OffsetForLeaderEpoch, Describe, Each).unless(ClusterAction, Target::Cluster);
/// A client's, up to version 3.
pub const ADD_PARTITIONS_TO_TXN: Check = transaction(ApiKey::AddPartitionsToTxn, Write, Whole);
/// Each topic; the others are then not attempted.
pub const ADD_PARTITIONS_TO_TXN_TOPIC: Check = topic(ApiKey::AddPartitionsToTxn, Write, Each);
/// From version 4 on: between brokers.
pub const ADD_PARTITIONS_TO_TXN_AS_BROKER: Check =
    cluster(ApiKey::AddPartitionsToTxn, ClusterAction, Whole);
/// The transactional id.
pub const ADD_OFFSETS_TO_TXN: Check = transaction(ApiKey::AddOffsetsToTxn, Write, Whole);
/// Then the group.
pub const ADD_OFFSETS_TO_TXN_GROUP: Check = group(ApiKey::AddOffsetsToTxn, Read, Whole);
/// The transactional id.
pub const END_TXN: Check = transaction(ApiKey::EndTxn, Write, Whole);
/// Between brokers, and for who ends hanging transactions.
pub const WRITE_TXN_MARKERS: Check =
    cluster(ApiKey::WriteTxnMarkers, ClusterAction, Whole).unless(Alter, Target::Cluster);
/// The transactional id.
pub const TXN_OFFSET_COMMIT: Check = transaction(ApiKey::TxnOffsetCommit, Write, Whole);
/// Then the group.
pub const TXN_OFFSET_COMMIT_GROUP: Check = group(ApiKey::TxnOffsetCommit, Read, Whole);
/// Then the topic of each offset.
pub const TXN_OFFSET_COMMIT_TOPIC: Check = topic(ApiKey::TxnOffsetCommit, Read, Each);
/// The cluster.
pub const DESCRIBE_ACLS: Check = cluster(ApiKey::DescribeAcls, Describe, Whole);
/// The cluster.
pub const CREATE_ACLS: Check = cluster(ApiKey::CreateAcls, Alter, Whole);
/// The cluster.
pub const DELETE_ACLS: Check = cluster(ApiKey::DeleteAcls, Alter, Whole);
/// Brokers, their loggers, client metrics.
pub const DESCRIBE_CONFIGS_CLUSTER: Check = cluster(ApiKey::DescribeConfigs, DescribeConfigs, Each);
/// A topic.
pub const DESCRIBE_CONFIGS_TOPIC: Check = topic(ApiKey::DescribeConfigs, DescribeConfigs, Each);
/// A group.
pub const DESCRIBE_CONFIGS_GROUP: Check = group(ApiKey::DescribeConfigs, DescribeConfigs, Each);
/// Brokers, their loggers, client metrics.
pub const ALTER_CONFIGS_CLUSTER: Check = cluster(ApiKey::AlterConfigs, AlterConfigs, Each);
/// A topic.
pub const ALTER_CONFIGS_TOPIC: Check = topic(ApiKey::AlterConfigs, AlterConfigs, Each);
/// A group.
pub const ALTER_CONFIGS_GROUP: Check = group(ApiKey::AlterConfigs, AlterConfigs, Each);
/// The cluster.
pub const ALTER_REPLICA_LOG_DIRS: Check = cluster(ApiKey::AlterReplicaLogDirs, Alter, Whole);
/// The cluster.
pub const DESCRIBE_LOG_DIRS: Check = cluster(ApiKey::DescribeLogDirs, Describe, Whole);
/// Each topic.
pub const CREATE_PARTITIONS: Check = topic(ApiKey::CreatePartitions, Alter, Each);
/// A token for somebody else.
pub const CREATE_DELEGATION_TOKEN: Check = token(
    ApiKey::CreateDelegationToken,
    CreateTokens,
    ResourceType::User,
    Whole,
);
/// A token that is nothing of the caller's.
pub const DESCRIBE_DELEGATION_TOKEN: Check = token(
    ApiKey::DescribeDelegationToken,
    Describe,
    ResourceType::DelegationToken,
    Quiet,
);
/// The same by its owner.
pub const DESCRIBE_DELEGATION_TOKEN_OWNER: Check = token(
    ApiKey::DescribeDelegationToken,
    DescribeTokens,
    ResourceType::User,
    Quiet,
);
/// Each group.
pub const DELETE_GROUPS: Check = group(ApiKey::DeleteGroups, Delete, Each);
/// The cluster; the documentation says ClusterAction.
pub const ELECT_LEADERS: Check = cluster(ApiKey::ElectLeaders, Alter, Whole);
/// Brokers, their loggers, client metrics.
pub const INCREMENTAL_ALTER_CONFIGS_CLUSTER: Check =
    cluster(ApiKey::IncrementalAlterConfigs, AlterConfigs, Each);
/// A topic.
pub const INCREMENTAL_ALTER_CONFIGS_TOPIC: Check =
    topic(ApiKey::IncrementalAlterConfigs, AlterConfigs, Each);
/// A group.
pub const INCREMENTAL_ALTER_CONFIGS_GROUP: Check =
    group(ApiKey::IncrementalAlterConfigs, AlterConfigs, Each);
/// The cluster.
pub const ALTER_PARTITION_REASSIGNMENTS: Check =
    cluster(ApiKey::AlterPartitionReassignments, Alter, Whole);
/// The cluster.
pub const LIST_PARTITION_REASSIGNMENTS: Check =
    cluster(ApiKey::ListPartitionReassignments, Describe, Whole);
/// The group.
pub const OFFSET_DELETE_GROUP: Check = group(ApiKey::OffsetDelete, Delete, Whole);
/// The topic of each offset.
pub const OFFSET_DELETE_TOPIC: Check = topic(ApiKey::OffsetDelete, Read, Each);
/// The cluster.
pub const DESCRIBE_CLIENT_QUOTAS: Check =
    cluster(ApiKey::DescribeClientQuotas, DescribeConfigs, Whole);
/// The cluster.
pub const ALTER_CLIENT_QUOTAS: Check = cluster(ApiKey::AlterClientQuotas, AlterConfigs, Whole);
/// The cluster.
pub const DESCRIBE_USER_SCRAM_CREDENTIALS: Check =
    cluster(ApiKey::DescribeUserScramCredentials, Describe, Whole);
/// The cluster.
pub const ALTER_USER_SCRAM_CREDENTIALS: Check =
    cluster(ApiKey::AlterUserScramCredentials, Alter, Whole);
/// The cluster.
pub const DESCRIBE_QUORUM: Check = cluster(ApiKey::DescribeQuorum, Describe, Whole);
/// The cluster.
pub const UPDATE_FEATURES: Check = cluster(ApiKey::UpdateFeatures, Alter, Whole);
/// The cluster's operations; without it they are 0. The rest is everybody's.
pub const DESCRIBE_CLUSTER: Check = cluster(ApiKey::DescribeCluster, Describe, Quiet);
/// The topic of each partition.
pub const DESCRIBE_PRODUCERS: Check = topic(ApiKey::DescribeProducers, Read, Each);
/// The cluster.
pub const UNREGISTER_BROKER: Check = cluster(ApiKey::UnregisterBroker, Alter, Whole);
/// Each transactional id.
pub const DESCRIBE_TRANSACTIONS: Check = transaction(ApiKey::DescribeTransactions, Describe, Each);
/// Each topic of its partitions.
pub const DESCRIBE_TRANSACTIONS_TOPIC: Check = topic(ApiKey::DescribeTransactions, Describe, Quiet);
/// Each transactional id that there is.
pub const LIST_TRANSACTIONS: Check = transaction(ApiKey::ListTransactions, Describe, Quiet);
/// The group.
pub const CONSUMER_GROUP_HEARTBEAT: Check = group(ApiKey::ConsumerGroupHeartbeat, Read, Whole);
/// Every topic that is subscribed by name.
pub const CONSUMER_GROUP_HEARTBEAT_TOPIC: Check =
    topic(ApiKey::ConsumerGroupHeartbeat, Describe, Whole);
/// Each group.
pub const CONSUMER_GROUP_DESCRIBE: Check = group(ApiKey::ConsumerGroupDescribe, Describe, Each);
/// Every topic of the group; without one of them the group is not described.
pub const CONSUMER_GROUP_DESCRIBE_TOPIC: Check =
    topic(ApiKey::ConsumerGroupDescribe, Describe, Each);
/// The cluster.
pub const LIST_CONFIG_RESOURCES: Check =
    cluster(ApiKey::ListConfigResources, DescribeConfigs, Whole);
/// A topic that was named; where all were asked for, what may not be seen is left out.
pub const DESCRIBE_TOPIC_PARTITIONS: Check = topic(ApiKey::DescribeTopicPartitions, Describe, Each);
/// The group.
pub const SHARE_GROUP_HEARTBEAT: Check = group(ApiKey::ShareGroupHeartbeat, Read, Whole);
/// Every topic that is subscribed by name.
pub const SHARE_GROUP_HEARTBEAT_TOPIC: Check = topic(ApiKey::ShareGroupHeartbeat, Describe, Whole);
/// Each group.
pub const SHARE_GROUP_DESCRIBE: Check = group(ApiKey::ShareGroupDescribe, Describe, Each);
/// Every topic of the group; without one of them the group is not described.
pub const SHARE_GROUP_DESCRIBE_TOPIC: Check = topic(ApiKey::ShareGroupDescribe, Describe, Each);
/// The group.
pub const SHARE_FETCH_GROUP: Check = group(ApiKey::ShareFetch, Read, Whole);
/// The topic of each partition.
pub const SHARE_FETCH_TOPIC: Check = topic(ApiKey::ShareFetch, Read, Each);
/// The group.
pub const SHARE_ACKNOWLEDGE_GROUP: Check = group(ApiKey::ShareAcknowledge, Read, Whole);
/// The topic of each partition.
pub const SHARE_ACKNOWLEDGE_TOPIC: Check = topic(ApiKey::ShareAcknowledge, Read, Each);
/// The cluster.
pub const ADD_RAFT_VOTER: Check = cluster(ApiKey::AddRaftVoter, Alter, Whole);
/// The cluster.
pub const REMOVE_RAFT_VOTER: Check = cluster(ApiKey::RemoveRaftVoter, Alter, Whole);
/// Between brokers.
pub const INITIALIZE_SHARE_GROUP_STATE: Check =
    cluster(ApiKey::InitializeShareGroupState, ClusterAction, Whole);
/// Between brokers.
pub const READ_SHARE_GROUP_STATE: Check =
    cluster(ApiKey::ReadShareGroupState, ClusterAction, Whole);
/// Between brokers.
pub const WRITE_SHARE_GROUP_STATE: Check =
    cluster(ApiKey::WriteShareGroupState, ClusterAction, Whole);
/// Between brokers.
pub const DELETE_SHARE_GROUP_STATE: Check =
    cluster(ApiKey::DeleteShareGroupState, ClusterAction, Whole);
/// Between brokers.
pub const READ_SHARE_GROUP_STATE_SUMMARY: Check =
    cluster(ApiKey::ReadShareGroupStateSummary, ClusterAction, Whole);
/// The group.
pub const STREAMS_GROUP_HEARTBEAT: Check = group(ApiKey::StreamsGroupHeartbeat, Read, Whole);
/// Every topic of the topology.
pub const STREAMS_GROUP_HEARTBEAT_TOPIC: Check =
    topic(ApiKey::StreamsGroupHeartbeat, Describe, Whole);
/// Internal topics that would be created; who may not is told so in the member's status.
pub const STREAMS_GROUP_HEARTBEAT_CREATE: Check =
    topic(ApiKey::StreamsGroupHeartbeat, Create, Quiet).unless(Create, Target::Cluster);
/// Each group.
pub const STREAMS_GROUP_DESCRIBE: Check = group(ApiKey::StreamsGroupDescribe, Describe, Each);
/// Every topic of the group; without one of them the group is not described.
pub const STREAMS_GROUP_DESCRIBE_TOPIC: Check = topic(ApiKey::StreamsGroupDescribe, Describe, Each);
/// Each group.
pub const DESCRIBE_SHARE_GROUP_OFFSETS: Check =
    group(ApiKey::DescribeShareGroupOffsets, Describe, Each);
/// The topic of each partition; where all were asked for, what may not be seen is left out.
pub const DESCRIBE_SHARE_GROUP_OFFSETS_TOPIC: Check =
    topic(ApiKey::DescribeShareGroupOffsets, Describe, Each);
/// The group.
pub const ALTER_SHARE_GROUP_OFFSETS: Check = group(ApiKey::AlterShareGroupOffsets, Read, Whole);
/// The topic of each offset.
pub const ALTER_SHARE_GROUP_OFFSETS_TOPIC: Check =
    topic(ApiKey::AlterShareGroupOffsets, Read, Each);
/// The group.
pub const DELETE_SHARE_GROUP_OFFSETS: Check = group(ApiKey::DeleteShareGroupOffsets, Delete, Whole);
/// Each topic.
pub const DELETE_SHARE_GROUP_OFFSETS_TOPIC: Check =
    topic(ApiKey::DeleteShareGroupOffsets, Read, Each);

/// Every row.
pub const CHECKS: &[&Check] = &[
    &PRODUCE_TRANSACTION,
    &PRODUCE_TOPIC,
    &FETCH_AS_FOLLOWER,
    &FETCH_TOPIC,
    &LIST_OFFSETS_TOPIC,
    &METADATA_TOPIC,
    &METADATA_CREATE_TOPIC,
    &METADATA_CLUSTER_OPERATIONS,
    &OFFSET_COMMIT_GROUP,
    &OFFSET_COMMIT_TOPIC,
    &OFFSET_FETCH_GROUP,
    &OFFSET_FETCH_TOPIC,
    &FIND_COORDINATOR_GROUP,
    &FIND_COORDINATOR_TRANSACTION,
    &FIND_COORDINATOR_SHARE,
    &JOIN_GROUP,
    &HEARTBEAT,
    &LEAVE_GROUP,
    &SYNC_GROUP,
    &DESCRIBE_GROUPS,
    &LIST_GROUPS,
    &CREATE_TOPICS,
    &CREATE_TOPICS_CONFIGS,
    &DELETE_TOPICS_DESCRIBE,
    &DELETE_TOPICS,
    &DELETE_RECORDS,
    &INIT_PRODUCER_ID_TRANSACTION,
    &INIT_PRODUCER_ID_TWO_PHASE,
    &INIT_PRODUCER_ID,
    &OFFSET_FOR_LEADER_EPOCH,
    &ADD_PARTITIONS_TO_TXN,
    &ADD_PARTITIONS_TO_TXN_TOPIC,
    &ADD_PARTITIONS_TO_TXN_AS_BROKER,
    &ADD_OFFSETS_TO_TXN,
    &ADD_OFFSETS_TO_TXN_GROUP,
    &END_TXN,
    &WRITE_TXN_MARKERS,
    &TXN_OFFSET_COMMIT,
    &TXN_OFFSET_COMMIT_GROUP,
    &TXN_OFFSET_COMMIT_TOPIC,
    &DESCRIBE_ACLS,
    &CREATE_ACLS,
    &DELETE_ACLS,
    &DESCRIBE_CONFIGS_CLUSTER,
    &DESCRIBE_CONFIGS_TOPIC,
    &DESCRIBE_CONFIGS_GROUP,
    &ALTER_CONFIGS_CLUSTER,
    &ALTER_CONFIGS_TOPIC,
    &ALTER_CONFIGS_GROUP,
    &ALTER_REPLICA_LOG_DIRS,
    &DESCRIBE_LOG_DIRS,
    &CREATE_PARTITIONS,
    &CREATE_DELEGATION_TOKEN,
    &DESCRIBE_DELEGATION_TOKEN,
    &DESCRIBE_DELEGATION_TOKEN_OWNER,
    &DELETE_GROUPS,
    &ELECT_LEADERS,
    &INCREMENTAL_ALTER_CONFIGS_CLUSTER,
    &INCREMENTAL_ALTER_CONFIGS_TOPIC,
    &INCREMENTAL_ALTER_CONFIGS_GROUP,
    &ALTER_PARTITION_REASSIGNMENTS,
    &LIST_PARTITION_REASSIGNMENTS,
    &OFFSET_DELETE_GROUP,
    &OFFSET_DELETE_TOPIC,
    &DESCRIBE_CLIENT_QUOTAS,
    &ALTER_CLIENT_QUOTAS,
    &DESCRIBE_USER_SCRAM_CREDENTIALS,
    &ALTER_USER_SCRAM_CREDENTIALS,
    &DESCRIBE_QUORUM,
    &UPDATE_FEATURES,
    &DESCRIBE_CLUSTER,
    &DESCRIBE_PRODUCERS,
    &UNREGISTER_BROKER,
    &DESCRIBE_TRANSACTIONS,
    &DESCRIBE_TRANSACTIONS_TOPIC,
    &LIST_TRANSACTIONS,
    &CONSUMER_GROUP_HEARTBEAT,
    &CONSUMER_GROUP_HEARTBEAT_TOPIC,
    &CONSUMER_GROUP_DESCRIBE,
    &CONSUMER_GROUP_DESCRIBE_TOPIC,
    &LIST_CONFIG_RESOURCES,
    &DESCRIBE_TOPIC_PARTITIONS,
    &SHARE_GROUP_HEARTBEAT,
    &SHARE_GROUP_HEARTBEAT_TOPIC,
    &SHARE_GROUP_DESCRIBE,
    &SHARE_GROUP_DESCRIBE_TOPIC,
    &SHARE_FETCH_GROUP,
    &SHARE_FETCH_TOPIC,
    &SHARE_ACKNOWLEDGE_GROUP,
    &SHARE_ACKNOWLEDGE_TOPIC,
    &ADD_RAFT_VOTER,
    &REMOVE_RAFT_VOTER,
    &INITIALIZE_SHARE_GROUP_STATE,
    &READ_SHARE_GROUP_STATE,
    &WRITE_SHARE_GROUP_STATE,
    &DELETE_SHARE_GROUP_STATE,
    &READ_SHARE_GROUP_STATE_SUMMARY,
    &STREAMS_GROUP_HEARTBEAT,
    &STREAMS_GROUP_HEARTBEAT_TOPIC,
    &STREAMS_GROUP_HEARTBEAT_CREATE,
    &STREAMS_GROUP_DESCRIBE,
    &STREAMS_GROUP_DESCRIBE_TOPIC,
    &DESCRIBE_SHARE_GROUP_OFFSETS,
    &DESCRIBE_SHARE_GROUP_OFFSETS_TOPIC,
    &ALTER_SHARE_GROUP_OFFSETS,
    &ALTER_SHARE_GROUP_OFFSETS_TOPIC,
    &DELETE_SHARE_GROUP_OFFSETS,
    &DELETE_SHARE_GROUP_OFFSETS_TOPIC,
];
