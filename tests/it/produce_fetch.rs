//! Producing and fetching: acknowledgements, offsets, limits, long polls, the order of replies.

use std::time::Duration;

use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use protocol::{ApiKey, ErrorCode, Request, Response, Str};
use records::{BatchBuilder, Compression};
use tests::deadline::Stopwatch;
use tests::messages::{
    FETCH_VERSION, PRODUCE_VERSION, TIMESTAMP_MS, append, batch, create_topic, fetch,
    fetch_request, fetched_records, list_offset, produce, produce_request, values_from,
};
use tests::{Target, eventually};

#[test]
fn offsets_grow_by_one_per_record() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "grow", 2, &[]);
    assert_eq!(append(&mut wire, "grow", 0, &["a", "b", "c"]), 0);
    assert_eq!(append(&mut wire, "grow", 0, &["d"]), 3);
    assert_eq!(append(&mut wire, "grow", 1, &["e"]), 0);
    assert_eq!(values_from(&mut wire, "grow", 0, 0), ["a", "b", "c", "d"]);
    assert_eq!(list_offset(&mut wire, "grow", 0, -1).2, 4);
    assert_eq!(list_offset(&mut wire, "grow", 0, -2).2, 0);
}

#[test]
fn a_fetch_inside_a_batch_gives_the_whole_batch() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "inside", 1, &[]);
    append(&mut wire, "inside", 0, &["a", "b", "c"]);
    let offsets: Vec<i64> = fetched_records(&fetch(&mut wire, "inside", 0, 2))
        .iter()
        .map(|(offset, _)| *offset)
        .collect();
    assert_eq!(offsets, [0, 1, 2]);
}

#[test]
fn a_fetch_outside_the_log_is_out_of_range() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "range", 1, &[]);
    append(&mut wire, "range", 0, &["a"]);
    for (offset, expected) in [
        (-1, ErrorCode::OFFSET_OUT_OF_RANGE),
        (1, ErrorCode::NONE),
        (2, ErrorCode::OFFSET_OUT_OF_RANGE),
    ] {
        assert_eq!(
            fetch(&mut wire, "range", 0, offset).error_code,
            expected,
            "offset {offset}"
        );
    }
    assert_eq!(
        fetch(&mut wire, "range", 9, 0).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    assert_eq!(
        fetch(&mut wire, "no-such", 0, 0).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}

#[test]
fn a_waiting_fetch_returns_with_the_append() {
    let target = Target::start();
    let (mut producer, mut consumer) = (target.connect(), target.connect());
    create_topic(&mut producer, "poll", 1, &[]);
    let watch = Stopwatch::start();
    consumer.send(
        FETCH_VERSION,
        Request::Fetch(fetch_request("poll", 0, 0, 20_000)),
    );
    append(&mut producer, "poll", 0, &["now"]);
    let (_, Response::Fetch(answer)) = consumer.receive(ApiKey::Fetch, FETCH_VERSION) else {
        panic!("a fetch")
    };
    assert_eq!(fetched_records(&answer.responses[0].partitions[0]).len(), 1);
    assert!(
        watch.elapsed() < Duration::from_secs(10),
        "the fetch slept on: {:?}",
        watch.elapsed()
    );
}

#[test]
fn a_waiting_fetch_returns_empty_when_its_time_is_over() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "empty", 1, &[]);
    let watch = Stopwatch::start();
    let answer = wire.call(FETCH_VERSION, fetch_request("empty", 0, 0, 300));
    assert!(fetched_records(&answer.responses[0].partitions[0]).is_empty());
    assert!(
        watch.elapsed() >= Duration::from_millis(290),
        "it did not wait: {:?}",
        watch.elapsed()
    );
}

#[test]
fn replies_leave_in_the_order_of_requests() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "order", 1, &[]);
    let mut sent = Vec::new();
    // A long poll in front, answers that are ready at once behind it.
    sent.push((
        ApiKey::Fetch,
        FETCH_VERSION,
        wire.send(
            FETCH_VERSION,
            Request::Fetch(fetch_request("order", 0, 0, 400)),
        ),
    ));
    for round in 0..20 {
        let produced = produce_request(
            "order",
            0,
            batch(&["x"]),
            if round % 2 == 0 { 1 } else { -1 },
        );
        sent.push((
            ApiKey::Produce,
            PRODUCE_VERSION,
            wire.send(PRODUCE_VERSION, Request::Produce(produced)),
        ));
        sent.push((
            ApiKey::Metadata,
            12,
            wire.send(12, Request::Metadata(MetadataRequest::default())),
        ));
    }
    for (key, version, correlation_id) in sent {
        assert_eq!(wire.receive(key, version).0, correlation_id, "{key:?}");
    }
}

#[test]
fn acks_0_is_not_answered() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "silent", 1, &[]);
    wire.send(
        PRODUCE_VERSION,
        Request::Produce(produce_request("silent", 0, batch(&["a"]), 0)),
    );
    // Were it answered, this would be the answer to another request.
    assert_eq!(append(&mut wire, "silent", 0, &["b"]), 1);
}

#[test]
fn other_acks_than_0_1_all_are_refused() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "acks", 1, &[]);
    let answer = wire.call(
        PRODUCE_VERSION,
        produce_request("acks", 0, batch(&["a"]), 2),
    );
    let partition = &answer.responses[0].partition_responses[0];
    assert_eq!(
        (partition.error_code, partition.base_offset),
        (ErrorCode::INVALID_REQUIRED_ACKS, -1)
    );
}

#[test]
fn a_batch_over_the_limit_is_too_large() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "large", 1, &[("max.message.bytes", "1000")]);
    let answer = produce(&mut wire, "large", 0, batch(&["x".repeat(1000).as_str()]));
    assert_eq!(
        (answer.error_code, answer.base_offset),
        (ErrorCode::MESSAGE_TOO_LARGE, -1)
    );
    append(&mut wire, "large", 0, &["x".repeat(800).as_str()]);
}

#[test]
fn one_batch_comes_even_where_it_is_larger_than_asked_for() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "kip74", 1, &[]);
    append(&mut wire, "kip74", 0, &["x".repeat(5000).as_str()]);
    append(&mut wire, "kip74", 0, &["second"]);
    let mut request = fetch_request("kip74", 0, 0, 0);
    request.max_bytes = 1;
    request.topics[0].partitions[0].partition_max_bytes = 1;
    let answer = wire.call(FETCH_VERSION, request);
    assert_eq!(fetched_records(&answer.responses[0].partitions[0]).len(), 1);
}

#[test]
fn a_damaged_batch_is_refused() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "crc", 1, &[]);
    let mut damaged = batch(&["value"]).to_vec();
    *damaged.last_mut().expect("bytes") ^= 1;
    let answer = produce(&mut wire, "crc", 0, damaged.into());
    assert_eq!(
        (answer.error_code, answer.base_offset),
        (ErrorCode::CORRUPT_MESSAGE, -1)
    );
    assert_eq!(append(&mut wire, "crc", 0, &["good"]), 0);
}

#[test]
fn every_codec_is_kept_as_the_producer_sent_it() {
    let target = Target::start();
    let mut wire = target.connect();
    for codec in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let topic = format!("codec-{}", codec.name());
        create_topic(&mut wire, &topic, 1, &[]);
        let mut builder = BatchBuilder::new().compression(codec, None);
        for value in ["a".repeat(500), "b".repeat(500)] {
            builder
                .append(TIMESTAMP_MS, None, Some(value.as_bytes()), &[])
                .expect("it fits");
        }
        assert_eq!(
            produce(&mut wire, &topic, 0, builder.build().expect("a batch")).error_code,
            ErrorCode::NONE
        );
        let data = fetch(&mut wire, &topic, 0, 0);
        let bytes = data.records.as_ref().expect("records").to_bytes();
        assert_eq!(i16::from(bytes[22] & 7), codec.bits(), "{topic}");
        assert_eq!(fetched_records(&data).len(), 2);
    }
}

#[test]
fn metadata_creates_a_topic_only_where_asked_to() {
    let target = Target::start();
    let mut wire = target.connect();
    let ask = |create: bool| {
        let topic = MetadataRequestTopic {
            name: Some(Str::from_static("auto")),
            ..MetadataRequestTopic::default()
        };
        MetadataRequest {
            topics: Some(vec![topic]),
            allow_auto_topic_creation: create,
            ..MetadataRequest::default()
        }
    };
    assert_eq!(
        wire.call(12, ask(false)).topics[0].error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    let partitions = eventually("the topic is created", || {
        let answer = wire.call(12, ask(true));
        answer.topics[0]
            .error_code
            .is_none()
            .then(|| answer.topics[0].partitions.len())
    });
    assert_eq!(partitions, 4);
}

#[test]
fn a_recreated_topic_is_another_and_empty() {
    let target = Target::start();
    let mut wire = target.connect();
    let id = |wire: &mut tests::Wire| {
        let topic = MetadataRequestTopic {
            name: Some(Str::from_static("again")),
            ..MetadataRequestTopic::default()
        };
        wire.call(
            12,
            MetadataRequest {
                topics: Some(vec![topic]),
                ..MetadataRequest::default()
            },
        )
        .topics[0]
            .topic_id
    };
    create_topic(&mut wire, "again", 1, &[]);
    append(&mut wire, "again", 0, &["old"]);
    let first = id(&mut wire);
    let state = DeleteTopicState {
        name: Some(Str::from_static("again")),
        ..DeleteTopicState::default()
    };
    let deleted = wire.call(
        6,
        DeleteTopicsRequest {
            topics: vec![state],
            timeout_ms: 10_000,
            ..DeleteTopicsRequest::default()
        },
    );
    assert_eq!(deleted.responses[0].error_code, ErrorCode::NONE);
    create_topic(&mut wire, "again", 1, &[]);
    assert_ne!(id(&mut wire), first);
    assert_eq!(append(&mut wire, "again", 0, &["new"]), 0);
    assert_eq!(values_from(&mut wire, "again", 0, 0), ["new"]);
}
