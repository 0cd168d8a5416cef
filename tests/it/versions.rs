//! Every advertised API answers in every advertised version, and nothing else does.

use model::TopicId;
use protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use protocol::messages::describe_acls::DescribeAclsRequest;
use protocol::messages::fetch::FetchRequest;
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestGroup};
use protocol::{ApiKey, ErrorCode, Request, Response, Str};
use tests::messages::{append, batch, create_topic, fetch_request, list_offset, produce_request};
use tests::{Target, Wire};

/// What Apache Kafka 4.3 advertises of the APIs that this broker has: clients negotiate by it.
const EXPECTED: &[(ApiKey, i16, i16)] = &[
    (ApiKey::Produce, 0, 13),
    (ApiKey::Fetch, 4, 18),
    (ApiKey::ListOffsets, 1, 11),
    (ApiKey::Metadata, 0, 13),
    (ApiKey::OffsetCommit, 2, 10),
    (ApiKey::OffsetFetch, 1, 10),
    (ApiKey::FindCoordinator, 0, 6),
    (ApiKey::JoinGroup, 0, 9),
    (ApiKey::Heartbeat, 0, 4),
    (ApiKey::LeaveGroup, 0, 5),
    (ApiKey::SyncGroup, 0, 5),
    (ApiKey::DescribeGroups, 0, 6),
    (ApiKey::ListGroups, 0, 5),
    (ApiKey::SaslHandshake, 0, 1),
    (ApiKey::ApiVersions, 0, 4),
    (ApiKey::CreateTopics, 2, 7),
    (ApiKey::DeleteTopics, 1, 6),
    (ApiKey::DeleteRecords, 0, 2),
    (ApiKey::InitProducerId, 0, 5),
    (ApiKey::OffsetForLeaderEpoch, 2, 4),
    (ApiKey::DescribeAcls, 1, 3),
    (ApiKey::CreateAcls, 1, 3),
    (ApiKey::DeleteAcls, 1, 3),
    (ApiKey::DescribeConfigs, 1, 4),
    (ApiKey::AlterConfigs, 0, 2),
    (ApiKey::DescribeLogDirs, 1, 5),
    (ApiKey::SaslAuthenticate, 0, 2),
    (ApiKey::CreatePartitions, 0, 3),
    (ApiKey::DeleteGroups, 0, 2),
    (ApiKey::IncrementalAlterConfigs, 0, 1),
    (ApiKey::OffsetDelete, 0, 0),
    (ApiKey::DescribeClientQuotas, 0, 1),
    (ApiKey::DescribeUserScramCredentials, 0, 0),
    (ApiKey::AlterUserScramCredentials, 0, 0),
    (ApiKey::DescribeCluster, 0, 2),
    (ApiKey::DescribeProducers, 0, 0),
    (ApiKey::ListConfigResources, 0, 1),
    (ApiKey::DescribeTopicPartitions, 0, 0),
];

fn advertised(wire: &mut Wire) -> ApiVersionsResponse {
    wire.call(
        3,
        ApiVersionsRequest {
            client_software_name: "tests".into(),
            client_software_version: "1".into(),
        },
    )
}

#[test]
fn the_versions_of_kafka_are_advertised() {
    let target = Target::start();
    let mut wire = target.connect();
    let answer = advertised(&mut wire);
    for (key, min, max) in EXPECTED {
        let range = answer
            .api_keys
            .iter()
            .find(|range| range.api_key == key.code());
        let range = range.unwrap_or_else(|| panic!("{key:?} is not advertised"));
        assert_eq!(
            (range.min_version, range.max_version),
            (*min, *max),
            "{key:?}"
        );
    }
}

#[test]
fn every_advertised_version_answers() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "versions", 1, &[]);
    append(&mut wire, "versions", 0, &["a", "b"]);
    let topic_id = wire.call(12, metadata_request()).topics[0].topic_id;
    for range in advertised(&mut wire).api_keys {
        let key = ApiKey::from_i16(range.api_key).expect("a known API");
        // Rejected since KIP-896, advertised for old librdkafkas alone.
        let first = if key == ApiKey::Produce {
            3
        } else {
            range.min_version
        };
        for version in first..=range.max_version {
            let sent = wire.send(version, probe(key, version, topic_id));
            let frame = wire.receive_frame();
            let frame = frame.unwrap_or_else(|| panic!("{key:?} v{version} closed the connection"));
            let (header, response) = protocol::frame::decode_response(frame, key, version)
                .unwrap_or_else(|error| panic!("{key:?} v{version}: {error:?}"));
            assert_eq!(header.correlation_id, sent, "{key:?} v{version}");
            check(key, version, &response);
        }
    }
}

/// A harmless request that takes the usual path of its API.
fn probe(key: ApiKey, version: i16, topic_id: TopicId) -> Request {
    let topic = Str::from_static("versions");
    match key {
        ApiKey::Produce => {
            let mut request = produce_request("versions", 0, batch(&["x"]), -1);
            if version >= 13 {
                request.topic_data[0].name = Str::default();
                request.topic_data[0].topic_id = topic_id;
            }
            Request::Produce(request)
        }
        ApiKey::Fetch => {
            let mut request = fetch_request("versions", 0, 0, 0);
            if version >= 13 {
                request.topics[0].topic = Str::default();
                request.topics[0].topic_id = topic_id;
            }
            if version >= 15 {
                // The replica id moved into the replica state.
                request.replica_id = FetchRequest::default().replica_id;
            }
            Request::Fetch(request)
        }
        ApiKey::ListOffsets => {
            let partitions = vec![ListOffsetsPartition {
                partition_index: 0,
                current_leader_epoch: -1,
                timestamp: -1,
            }];
            let topics = vec![ListOffsetsTopic {
                name: topic,
                partitions,
            }];
            Request::ListOffsets(ListOffsetsRequest {
                replica_id: -1,
                topics,
                ..ListOffsetsRequest::default()
            })
        }
        // A code of 0 would close the connection.
        ApiKey::DescribeAcls => Request::DescribeAcls(DescribeAclsRequest {
            resource_type_filter: 1,
            operation: 1,
            permission_type: 1,
            ..DescribeAclsRequest::default()
        }),
        ApiKey::Metadata => Request::Metadata(metadata_request()),
        ApiKey::OffsetFetch if version >= 8 => {
            let groups = vec![OffsetFetchRequestGroup {
                group_id: "g".into(),
                topics: None,
                ..OffsetFetchRequestGroup::default()
            }];
            Request::OffsetFetch(OffsetFetchRequest {
                groups,
                ..OffsetFetchRequest::default()
            })
        }
        // The schema's defaults, whatever they ask: the answer may be an error, never silence.
        key => defaults(key),
    }
}

fn metadata_request() -> MetadataRequest {
    let topic = MetadataRequestTopic {
        name: Some("versions".into()),
        ..MetadataRequestTopic::default()
    };
    MetadataRequest {
        topics: Some(vec![topic]),
        ..MetadataRequest::default()
    }
}

macro_rules! defaults {
    ($($api:ident)*) => {
        fn defaults(key: ApiKey) -> Request {
            match key {
                $(ApiKey::$api => Request::$api(Default::default()),)*
                other => panic!("{other:?} is advertised and this test has no request of it"),
            }
        }
    };
}

defaults! {
    AlterConfigs AlterUserScramCredentials ApiVersions CreateAcls CreatePartitions CreateTopics DeleteAcls DeleteGroups DeleteRecords DeleteTopics DescribeClientQuotas DescribeCluster DescribeConfigs DescribeGroups DescribeLogDirs DescribeProducers DescribeTopicPartitions DescribeUserScramCredentials FindCoordinator Heartbeat IncrementalAlterConfigs InitProducerId JoinGroup LeaveGroup ListConfigResources ListGroups OffsetCommit OffsetDelete OffsetFetch OffsetForLeaderEpoch SaslAuthenticate SaslHandshake SyncGroup
}

/// What the usual path must have said.
fn check(key: ApiKey, version: i16, response: &Response) {
    match response {
        Response::Produce(answer) => {
            assert_eq!(
                answer.responses[0].partition_responses[0].error_code,
                ErrorCode::NONE,
                "{key:?} v{version}"
            );
        }
        Response::Fetch(answer) => {
            assert_eq!(
                answer.responses[0].partitions[0].error_code,
                ErrorCode::NONE,
                "{key:?} v{version}"
            );
            assert!(
                answer.responses[0].partitions[0]
                    .records
                    .as_ref()
                    .is_some_and(|records| !records.is_empty())
            );
        }
        Response::ListOffsets(answer) => {
            let partition = &answer.topics[0].partitions[0];
            assert_eq!(partition.error_code, ErrorCode::NONE, "{key:?} v{version}");
            assert!(partition.offset >= 2, "{key:?} v{version}: {partition:?}");
        }
        Response::Metadata(answer) => {
            assert_eq!(
                answer.topics[0].error_code,
                ErrorCode::NONE,
                "{key:?} v{version}"
            );
            assert_eq!(answer.topics[0].partitions.len(), 1);
        }
        _ => {}
    }
}

#[test]
fn an_unknown_version_of_api_versions_is_answered_in_version_0() {
    let target = Target::start();
    let mut wire = target.connect();
    // Length, key 18, version 99, correlation id 7, null client id, no tags.
    wire.send_bytes(&[0, 0, 0, 11, 0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff, 0]);
    let (correlation_id, answer) = wire.receive(ApiKey::ApiVersions, 0);
    let Response::ApiVersions(answer) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(correlation_id, 7);
    assert_eq!(answer.error_code, ErrorCode::UNSUPPORTED_VERSION);
    let own = answer
        .api_keys
        .iter()
        .find(|range| range.api_key == ApiKey::ApiVersions.code())
        .expect("key 18");
    assert_eq!((own.min_version, own.max_version), (0, 4));
    // The connection goes on.
    assert_eq!(advertised(&mut wire).error_code, ErrorCode::NONE);
}

#[test]
fn an_unknown_key_ends_only_its_own_connection() {
    let target = Target::start();
    let mut other = target.connect();
    let mut wire = target.connect();
    wire.send_bytes(&[0, 0, 0, 10, 0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    assert!(
        wire.receive_frame().is_none(),
        "an unknown API was answered"
    );
    assert_eq!(
        list_offset(&mut other, "none", 0, -1).0,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}
