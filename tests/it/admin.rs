//! Topics, their configuration and their records, as an administrator changes them.

use protocol::ErrorCode;
use protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use protocol::messages::describe_configs::{DescribeConfigsRequest, DescribeConfigsResource};
use protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use tests::messages::{append, create_topic, list_offset, try_create_topic, values_from};
use tests::{Broker, Target, Wire, eventually};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;

/// Sets (`Some`) or deletes (`None`) a key and gives the answer's code.
fn alter(wire: &mut Wire, resource: (i8, &str), key: &str, value: Option<&str>) -> ErrorCode {
    let config = AlterableConfig {
        name: key.into(),
        config_operation: if value.is_some() { 0 } else { 1 },
        value: value.map(Into::into),
    };
    let resource = AlterConfigsResource {
        resource_type: resource.0,
        resource_name: resource.1.into(),
        configs: vec![config],
    };
    let request = IncrementalAlterConfigsRequest {
        resources: vec![resource],
        validate_only: false,
    };
    wire.call(1, request).responses[0].error_code
}

/// Value and source of a key.
fn described(wire: &mut Wire, resource: (i8, &str), key: &str) -> (String, i8) {
    let resource = DescribeConfigsResource {
        resource_type: resource.0,
        resource_name: resource.1.into(),
        configuration_keys: Some(vec![key.into()]),
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        ..DescribeConfigsRequest::default()
    };
    let answer = wire.call(4, request);
    assert_eq!(answer.results[0].error_code, ErrorCode::NONE);
    let entry = &answer.results[0].configs[0];
    (
        entry
            .value
            .as_ref()
            .map(|value| value.as_str().to_owned())
            .unwrap_or_default(),
        entry.config_source,
    )
}

fn delete_records(wire: &mut Wire, topic: &str, offset: i64) -> (ErrorCode, i64) {
    let partitions = vec![DeleteRecordsPartition {
        partition_index: 0,
        offset,
    }];
    let topics = vec![DeleteRecordsTopic {
        name: topic.into(),
        partitions,
    }];
    let answer = wire.call(
        2,
        DeleteRecordsRequest {
            topics,
            timeout_ms: 10_000,
        },
    );
    let partition = &answer.topics[0].partitions[0];
    (partition.error_code, partition.low_watermark)
}

#[test]
fn what_may_not_be_created() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "there", 1, &[]);
    let too_long = "x".repeat(250);
    type Configs = [(&'static str, &'static str)];
    let cases: &[(&str, i32, &Configs, ErrorCode)] = &[
        ("there", 1, &[], ErrorCode::TOPIC_ALREADY_EXISTS),
        ("", 1, &[], ErrorCode::INVALID_TOPIC_EXCEPTION),
        (".", 1, &[], ErrorCode::INVALID_TOPIC_EXCEPTION),
        ("..", 1, &[], ErrorCode::INVALID_TOPIC_EXCEPTION),
        ("a b", 1, &[], ErrorCode::INVALID_TOPIC_EXCEPTION),
        ("a/b", 1, &[], ErrorCode::INVALID_TOPIC_EXCEPTION),
        (
            too_long.as_str(),
            1,
            &[],
            ErrorCode::INVALID_TOPIC_EXCEPTION,
        ),
        ("none", 0, &[], ErrorCode::INVALID_PARTITIONS),
        (
            "value",
            1,
            &[("retention.ms", "soon")],
            ErrorCode::INVALID_CONFIG,
        ),
        ("key", 1, &[("no.such", "1")], ErrorCode::INVALID_CONFIG),
        (
            "bound",
            1,
            &[("segment.bytes", "1")],
            ErrorCode::INVALID_CONFIG,
        ),
    ];
    for (name, partitions, configs, expected) in cases {
        let answer = try_create_topic(&mut wire, name, *partitions, configs);
        assert_eq!(
            answer.topics[0].error_code, *expected,
            "{name:?} {configs:?}"
        );
    }
}

#[test]
fn a_topic_twice_in_one_request_is_refused() {
    let target = Target::start();
    let mut wire = target.connect();
    let topic = CreatableTopic {
        name: "twice".into(),
        num_partitions: 1,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic.clone(), topic],
        timeout_ms: 10_000,
        ..CreateTopicsRequest::default()
    };
    let answer = wire.call(7, request);
    assert!(
        answer
            .topics
            .iter()
            .all(|topic| topic.error_code == ErrorCode::INVALID_REQUEST),
        "{answer:?}"
    );
}

#[test]
fn validate_only_creates_nothing() {
    let target = Target::start();
    let mut wire = target.connect();
    let topic = CreatableTopic {
        name: "tried".into(),
        num_partitions: 1,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        validate_only: true,
    };
    assert_eq!(wire.call(7, request).topics[0].error_code, ErrorCode::NONE);
    assert_eq!(
        list_offset(&mut wire, "tried", 0, -1).0,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}

#[test]
fn partitions_are_only_added() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "wider", 2, &[]);
    for (count, expected) in [
        (1, ErrorCode::INVALID_PARTITIONS),
        (2, ErrorCode::INVALID_PARTITIONS),
        (4, ErrorCode::NONE),
    ] {
        let topic = CreatePartitionsTopic {
            name: "wider".into(),
            count,
            assignments: None,
        };
        let request = CreatePartitionsRequest {
            topics: vec![topic],
            timeout_ms: 10_000,
            validate_only: false,
        };
        assert_eq!(
            wire.call(3, request).results[0].error_code,
            expected,
            "{count}"
        );
    }
    eventually("the new partition answers", || {
        list_offset(&mut wire, "wider", 3, -1)
            .0
            .is_none()
            .then_some(())
    });
    append(&mut wire, "wider", 3, &["new"]);
}

#[test]
fn a_topics_configuration_overrides_and_falls_back() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "keys", 1, &[]);
    let (default, source) = described(&mut wire, (TOPIC, "keys"), "max.message.bytes");
    assert_eq!((default.as_str(), source), ("1048588", 5));
    assert_eq!(
        alter(
            &mut wire,
            (TOPIC, "keys"),
            "max.message.bytes",
            Some("2000")
        ),
        ErrorCode::NONE
    );
    assert_eq!(
        described(&mut wire, (TOPIC, "keys"), "max.message.bytes"),
        ("2000".into(), 1)
    );
    assert_eq!(
        alter(&mut wire, (TOPIC, "keys"), "max.message.bytes", Some("-1")),
        ErrorCode::INVALID_CONFIG
    );
    assert_eq!(
        alter(&mut wire, (TOPIC, "keys"), "max.message.bytes", None),
        ErrorCode::NONE
    );
    assert_eq!(
        described(&mut wire, (TOPIC, "keys"), "max.message.bytes"),
        ("1048588".into(), 5)
    );
}

#[test]
fn configuration_survives_a_kill() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "keys", 1, &[("retention.ms", "12345678")]);
    assert_eq!(
        alter(
            &mut wire,
            (BROKER, "1"),
            "log.retention.ms",
            Some("87654321")
        ),
        ErrorCode::NONE
    );
    broker.kill();
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(
        described(&mut wire, (TOPIC, "keys"), "retention.ms"),
        ("12345678".into(), 1)
    );
    assert_eq!(
        described(&mut wire, (BROKER, "1"), "log.retention.ms"),
        ("87654321".into(), 2)
    );
}

#[test]
fn a_read_only_key_cannot_be_altered() {
    let target = Target::start();
    let mut wire = target.connect();
    assert_eq!(
        alter(&mut wire, (BROKER, "1"), "log.dirs", Some("/elsewhere")),
        ErrorCode::INVALID_REQUEST
    );
}

#[test]
fn deleted_records_stay_deleted() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "records", 1, &[]);
    for value in ["0", "1", "2", "3"] {
        append(&mut wire, "records", 0, &[value]);
    }
    assert_eq!(
        delete_records(&mut wire, "records", 2),
        (ErrorCode::NONE, 2)
    );
    assert_eq!(
        delete_records(&mut wire, "records", 9).0,
        ErrorCode::OFFSET_OUT_OF_RANGE
    );
    assert_eq!(
        delete_records(&mut wire, "records", 1),
        (ErrorCode::NONE, 2)
    );
    broker.kill();
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(list_offset(&mut wire, "records", 0, -2).2, 2);
    assert_eq!(values_from(&mut wire, "records", 0, 2), ["2", "3"]);
    assert_eq!(
        delete_records(&mut wire, "records", -1),
        (ErrorCode::NONE, 4)
    );
    assert_eq!(append(&mut wire, "records", 0, &["4"]), 4);
}

#[test]
fn retention_by_size_drops_old_segments() {
    let broker = Broker::start(
        "log.retention.check.interval.ms=200\nlog.segment.delete.delay.ms=0\nlog.initial.task.delay.ms=100",
    );
    let mut wire = broker.connect();
    create_topic(
        &mut wire,
        "size",
        1,
        &[
            ("segment.bytes", "1048576"),
            ("retention.bytes", "1048576"),
            ("retention.ms", "-1"),
        ],
    );
    let value = "x".repeat(100_000);
    for _ in 0..60 {
        append(&mut wire, "size", 0, &[&value]);
    }
    let start = eventually("old segments are dropped", || {
        let start = list_offset(&mut wire, "size", 0, -2).2;
        (start > 20).then_some(start)
    });
    assert_eq!(
        values_from(&mut wire, "size", 0, start).len() as i64,
        60 - start
    );
}
