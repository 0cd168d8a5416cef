//! What the broker records of a known workload, read as an exporter reads it: the counters are exactly
//! what clients sent.

mod state;

use bytes::Bytes;
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::{ErrorCode, RecordSet};
use tests::mbeans::{Beans, PROPERTIES, Values};
use tests::messages::{
    FETCH_VERSION, append, batch, create_topic, fetch, fetch_request, produce, produce_request,
};
use tests::{Broker, Wire, eventually};

/// Waits until an attribute has a value: a request is counted when its answer has left.
#[track_caller]
fn expect(beans: &mut Beans, bean: &str, attribute: &str, expected: f64) {
    let mut last = None;
    let found = tests::within(tests::deadline::PATIENCE, || {
        last = beans.value(bean, attribute);
        (last == Some(expected)).then_some(())
    });
    assert!(
        found.is_some(),
        "{bean} {attribute}: {last:?} instead of {expected}"
    );
}

fn count(values: &Values, bean: &str) -> Option<f64> {
    values.get(bean)?.get("Count").copied()
}

fn topic_meter(name: &str, topic: Option<&str>) -> String {
    let topic = topic.map(|topic| format!(",topic={topic}"));
    format!(
        "kafka.server:type=BrokerTopicMetrics,name={name}{}",
        topic.unwrap_or_default()
    )
}

fn request_bean(name: &str, request: &str, rest: &str) -> String {
    format!("kafka.network:type=RequestMetrics,name={name},request={request}{rest}")
}

#[test]
fn requests_and_records_are_counted_exactly() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "orders", 2, &[]);
    let batches = [batch(&["a", "b", "c"]), batch(&["d"]), batch(&["e", "f"])];
    for (partition, records) in [0, 1, 0].into_iter().zip(batches.clone()) {
        let answer = produce(&mut wire, "orders", partition, records);
        assert_eq!(answer.error_code, ErrorCode::NONE);
    }
    let bytes: usize = batches.iter().map(Bytes::len).sum();
    let answer = produce(&mut wire, "orders", 7, batch(&["x"]));
    assert_eq!(answer.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let fetched = fetch(&mut wire, "orders", 0, 0);
    let fetched = fetched.records.as_ref().map_or(0, RecordSet::len);
    for topic in [None, Some("orders")] {
        let mut meter = |name, expected| {
            expect(&mut beans, &topic_meter(name, topic), "Count", expected);
        };
        meter("MessagesInPerSec", 6.0);
        meter("BytesInPerSec", bytes as f64);
        meter("BytesOutPerSec", fetched as f64);
        meter("TotalProduceRequestsPerSec", 3.0);
        meter("TotalFetchRequestsPerSec", 1.0);
    }
    let produced = request_bean("RequestsPerSec", "Produce", ",version=12");
    expect(&mut beans, &produced, "Count", 4.0);
    for (error, times) in [("NONE", 3.0), ("UNKNOWN_TOPIC_OR_PARTITION", 1.0)] {
        let bean = request_bean("ErrorsPerSec", "Produce", &format!(",error={error}"));
        expect(&mut beans, &bean, "Count", times);
    }
    for (request, times) in [
        ("Produce", 4.0),
        ("Fetch", 1.0),
        ("FetchConsumer", 1.0),
        ("FetchFollower", 0.0),
        ("CreateTopics", 1.0),
        ("Heartbeat", 0.0),
    ] {
        for name in [
            "TotalTimeMs",
            "LocalTimeMs",
            "RequestBytes",
            "ThrottleTimeMs",
        ] {
            expect(&mut beans, &request_bean(name, request, ""), "Count", times);
        }
    }
    let values = beans.read();
    let request = &values[&request_bean("RequestBytes", "Produce", "")];
    assert!(
        request["Min"] > 0.0 && request["Max"] < 500.0,
        "{request:?}"
    );
    let absent = [
        request_bean("RequestsPerSec", "Produce", ",version=11"),
        request_bean("ErrorsPerSec", "Produce", ",error=CORRUPT_MESSAGE"),
        topic_meter("FailedProduceRequestsPerSec", Some("orders")),
        topic_meter("BytesRejectedPerSec", Some("orders")),
    ];
    for bean in absent {
        assert!(!values.contains_key(&bean), "{bean} before its first use");
    }
}

#[test]
fn records_that_are_not_taken_are_counted_by_reason() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "small", 1, &[("max.message.bytes", "100")]);
    create_topic(
        &mut wire,
        "late",
        1,
        &[("message.timestamp.before.max.ms", "1000")],
    );
    let large = batch(&["x".repeat(200).as_str()]);
    let answer = produce(&mut wire, "small", 0, large.clone());
    assert_eq!(answer.error_code, ErrorCode::MESSAGE_TOO_LARGE);
    let mut damaged = batch(&["y"]).to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let answer = produce(&mut wire, "small", 0, damaged.into());
    assert_eq!(answer.error_code, ErrorCode::CORRUPT_MESSAGE);
    let answer = produce(&mut wire, "late", 0, batch(&["z"]));
    assert_eq!(answer.error_code, ErrorCode::INVALID_TIMESTAMP);
    let rejected = large.len() as f64;
    for (name, topic, expected) in [
        ("BytesRejectedPerSec", None, rejected),
        ("BytesRejectedPerSec", Some("small"), rejected),
        ("InvalidMessageCrcRecordsPerSec", None, 1.0),
        // Kafka counts as failed only what clients do not expect.
        ("FailedProduceRequestsPerSec", None, 1.0),
        ("FailedProduceRequestsPerSec", Some("late"), 1.0),
        ("TotalProduceRequestsPerSec", None, 3.0),
        ("MessagesInPerSec", None, 0.0),
    ] {
        expect(&mut beans, &topic_meter(name, topic), "Count", expected);
    }
}

#[test]
fn conversions_to_the_codec_of_a_topic_are_counted() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "zipped", 1, &[("compression.type", "gzip")]);
    append(&mut wire, "zipped", 0, &["a", "b", "c"]);
    for topic in [None, Some("zipped")] {
        let bean = topic_meter("ProduceMessageConversionsPerSec", topic);
        expect(&mut beans, &bean, "Count", 3.0);
    }
    let values = beans.read();
    for name in ["MessageConversionsTimeMs", "TemporaryMemoryBytes"] {
        let histogram = &values[&request_bean(name, "Produce", "")];
        assert_eq!(histogram["Count"], 1.0, "{name}");
        assert!(histogram["Max"] > 0.0, "{name}");
    }
}

#[test]
fn meters_of_a_topic_go_with_it_and_begin_anew() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    let of_topic = topic_meter("MessagesInPerSec", Some("come.and.go"));
    create_topic(&mut wire, "come.and.go", 3, &[]);
    append(&mut wire, "come.and.go", 0, &["a", "b"]);
    expect(&mut beans, &of_topic, "Count", 2.0);
    let log_end = "kafka.log:type=Log,name=LogEndOffset,topic=come.and.go,partition=0";
    expect(&mut beans, log_end, "Value", 2.0);
    let topics = "kafka.controller:type=KafkaController,name=GlobalTopicCount";
    expect(&mut beans, topics, "Value", 1.0);
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: Some("come.and.go".into()),
            ..DeleteTopicState::default()
        }],
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    let answer = wire.call(6, request);
    assert_eq!(answer.responses[0].error_code, ErrorCode::NONE);
    eventually("nothing is told of the topic", || {
        let values = beans.read();
        let told = values.keys().any(|name| name.contains("topic=come.and.go"));
        (!told).then_some(())
    });
    expect(&mut beans, topics, "Value", 0.0);
    expect(
        &mut beans,
        &topic_meter("MessagesInPerSec", None),
        "Count",
        2.0,
    );
    create_topic(&mut wire, "come.and.go", 1, &[]);
    append(&mut wire, "come.and.go", 0, &["c"]);
    expect(&mut beans, &of_topic, "Count", 1.0);
    expect(&mut beans, log_end, "Value", 1.0);
}

#[test]
fn a_restart_counts_from_zero() {
    let mut broker = Broker::start(PROPERTIES);
    let mut wire = broker.connect();
    create_topic(&mut wire, "kept", 1, &[]);
    append(&mut wire, "kept", 0, &["a"]);
    let all = topic_meter("MessagesInPerSec", None);
    expect(&mut Beans::of(&broker), &all, "Count", 1.0);
    assert!(broker.stop().success());
    broker.start_again();
    let mut beans = Beans::of(&broker);
    let values = beans.read();
    assert_eq!(count(&values, &all), Some(0.0));
    assert_eq!(
        count(&values, &topic_meter("MessagesInPerSec", Some("kept"))),
        None
    );
    let log_end = "kafka.log:type=Log,name=LogEndOffset,topic=kept,partition=0";
    assert_eq!(
        values[log_end]["Value"], 1.0,
        "what is kept is not counted anew"
    );
}

#[test]
fn connections_are_counted_by_listener_while_they_are_open() {
    let broker = Broker::start(PROPERTIES);
    let mut beans = Beans::of(&broker);
    let of_listener =
        "kafka.server:type=socket-server-metrics,listener=PLAINTEXT,networkProcessor=0";
    let mut expect = |attribute, expected| expect(&mut beans, of_listener, attribute, expected);
    expect("connection-count", 0.0);
    let mut wires: Vec<Wire> = (0..3).map(|_| broker.connect()).collect();
    expect("connection-count", 3.0);
    let created = wires.len() as f64;
    for wire in &mut wires {
        wire.call(12, MetadataRequest::default());
    }
    // Kafka's words: what a selector sends are requests, what it receives are responses.
    expect("response-total", created);
    expect("request-total", created);
    wires.pop();
    expect("connection-count", 2.0);
    expect("connection-creation-total", created);
    expect("connection-close-total", 1.0);
    let values = beans.read();
    let listener = &values[of_listener];
    assert!(listener["incoming-byte-total"] > 0.0);
    assert!(listener["outgoing-byte-total"] >= created * listener["request-size-avg"].floor());
    assert!(listener["request-size-max"] >= listener["request-size-avg"]);
}

#[test]
fn a_fetch_that_waits_is_in_the_purgatory_and_expires() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "quiet", 1, &[]);
    let purgatory = "kafka.server:type=DelayedOperationPurgatory,name=NumDelayedOperations,\
                     delayedOperation=Fetch";
    expect(&mut beans, purgatory, "Value", 0.0);
    let mut waiting = broker.connect();
    let request = fetch_request("quiet", 0, 0, 20_000);
    waiting.send(FETCH_VERSION, protocol::Request::Fetch(request));
    expect(&mut beans, purgatory, "Value", 1.0);
    append(&mut wire, "quiet", 0, &["now"]);
    waiting.receive(protocol::ApiKey::Fetch, FETCH_VERSION);
    expect(&mut beans, purgatory, "Value", 0.0);
    let expired = "kafka.server:type=DelayedFetchMetrics,name=ExpiresPerSec,fetcherType=consumer";
    assert_eq!(beans.value(expired, "Count"), None);
    let request = fetch_request("quiet", 0, 1, 10);
    let answer = wire.call(FETCH_VERSION, request);
    assert_eq!(answer.error_code, ErrorCode::NONE);
    expect(&mut beans, expired, "Count", 1.0);
}

fn commit(wire: &mut Wire, group: &str, topic: &str, offset: i64) {
    eventually("the coordinator takes the commit", || {
        let request = FindCoordinatorRequest {
            coordinator_keys: vec![group.into()],
            ..FindCoordinatorRequest::default()
        };
        wire.call(4, request);
        let request = OffsetCommitRequest {
            group_id: group.into(),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: topic.into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: 0,
                    committed_offset: offset,
                    committed_leader_epoch: -1,
                    committed_metadata: None,
                }],
                ..OffsetCommitRequestTopic::default()
            }],
            ..OffsetCommitRequest::default()
        };
        let answer = wire.call(9, request);
        let error = answer.topics[0].partitions[0].error_code;
        error.is_none().then_some(())
    });
}

fn lag(name: &str, group: &str, rest: &str) -> String {
    format!(
        "kafka.consumer.group:type=ConsumerLagMetrics,name={name},groupId={group},topic=orders{rest}"
    )
}

fn expect_lag(beans: &mut Beans, name: &str, rest: &str, value: f64) {
    expect(beans, &lag(name, "readers", rest), "Value", value);
}

#[test]
fn the_lag_of_a_group_is_told_while_it_has_one() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "orders", 2, &[]);
    append(&mut wire, "orders", 0, &["a", "b", "c"]);
    commit(&mut wire, "readers", "orders", 1);
    commit(&mut wire, "not:told", "orders", 2);
    let partition = ",partition=0";
    expect_lag(&mut beans, "OffsetLag", partition, 2.0);
    expect_lag(&mut beans, "SumOffsetLag", "", 2.0);
    expect_lag(&mut beans, "MaxOffsetLag", "", 2.0);
    // The records are stamped years ago, before anybody sampled the end of the partition.
    eventually("the time lag is that of the first record left", || {
        let seconds = beans.value(&lag("EstimatedTimeLag", "readers", partition), "Value")?;
        (seconds > 365.0 * 86_400.0).then_some(())
    });
    let committed = "outrigger.group:type=ConsumerGroup,name=CommittedOffset,groupId=\"not:told\",\
                     topic=orders,partition=0";
    expect(&mut beans, committed, "Value", 2.0);
    let values = beans.read();
    let told = values
        .keys()
        .any(|name| name.contains("ConsumerLag") && name.contains("not:told"));
    assert!(!told, "Amazon MSK does not tell of groups with a colon");
    commit(&mut wire, "readers", "orders", 3);
    expect_lag(&mut beans, "OffsetLag", partition, 0.0);
    expect_lag(&mut beans, "EstimatedMaxTimeLag", "", 0.0);
    append(&mut wire, "orders", 0, &["d"]);
    expect_lag(&mut beans, "OffsetLag", partition, 1.0);
    let groups = "kafka.coordinator.group:type=GroupMetadataManager,name=";
    expect(&mut beans, &format!("{groups}NumGroups"), "Value", 2.0);
    expect(&mut beans, &format!("{groups}NumGroupsEmpty"), "Value", 2.0);
    expect(&mut beans, &format!("{groups}NumOffsets"), "Value", 2.0);
    let coordinator = "kafka.server:type=group-coordinator-metrics";
    expect(&mut beans, coordinator, "offset-commit-count", 3.0);
    let request = DeleteGroupsRequest {
        groups_names: vec!["readers".into()],
    };
    assert_eq!(wire.call(2, request).results[0].error_code, ErrorCode::NONE);
    eventually("nothing is told of a group that is gone", || {
        let values = beans.read();
        let told = values.keys().any(|name| name.contains("groupId=readers"));
        (!told).then_some(())
    });
    expect(&mut beans, coordinator, "offset-deletion-count", 1.0);
}

#[test]
fn acks_0_is_counted_although_nobody_is_answered() {
    let broker = Broker::start(PROPERTIES);
    let (mut wire, mut beans) = (broker.connect(), Beans::of(&broker));
    create_topic(&mut wire, "silent", 1, &[]);
    let request = produce_request("silent", 0, batch(&["a", "b"]), 0);
    wire.send(12, protocol::Request::Produce(request));
    expect(
        &mut beans,
        &topic_meter("MessagesInPerSec", Some("silent")),
        "Count",
        2.0,
    );
    let produced = request_bean("RequestsPerSec", "Produce", ",version=12");
    expect(&mut beans, &produced, "Count", 1.0);
    let answered = request_bean("ErrorsPerSec", "Produce", ",error=NONE");
    assert_eq!(beans.value(&answered, "Count"), None);
    // What fails closes the connection, and is counted all the same.
    let request = produce_request("silent", 9, batch(&["c"]), 0);
    wire.send(12, protocol::Request::Produce(request));
    let failed = request_bean(
        "ErrorsPerSec",
        "Produce",
        ",error=UNKNOWN_TOPIC_OR_PARTITION",
    );
    expect(&mut beans, &failed, "Count", 1.0);
    expect(&mut beans, &produced, "Count", 2.0);
}
