//! Restarts: clean ones, `kill -9`, and files that were damaged in between.

use std::fs::{self, File};
use std::path::PathBuf;

use protocol::ErrorCode;
use tests::messages::{append, create_topic, fetch, list_offset, values_from};
use tests::{Broker, eventually};

/// The active segment of a partition.
fn segment(broker: &Broker, partition: &str) -> PathBuf {
    broker
        .data_dir()
        .join(partition)
        .join("00000000000000000000.log")
}

#[test]
fn everything_acknowledged_is_there_after_a_kill() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "kept", 3, &[("retention.ms", "99999999")]);
    for round in 0..50 {
        append(&mut wire, "kept", round % 3, &[&format!("{round}")]);
    }
    for _ in 0..3 {
        broker.kill();
        broker.start_again();
        let mut wire = broker.connect();
        let all: Vec<Vec<String>> = (0..3)
            .map(|partition| values_from(&mut wire, "kept", partition, 0))
            .collect();
        for (partition, values) in all.iter().enumerate() {
            let expected: Vec<String> = (0..50)
                .filter(|round| round % 3 == partition)
                .map(|round| round.to_string())
                .collect();
            assert_eq!(values, &expected, "partition {partition}");
        }
    }
}

#[test]
fn a_clean_stop_exits_0_and_goes_on_where_it_stood() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "stop", 1, &[]);
    append(&mut wire, "stop", 0, &["a", "b"]);
    assert_eq!(broker.stop().code(), Some(0), "{}", broker.output());
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(append(&mut wire, "stop", 0, &["c"]), 2);
    assert_eq!(values_from(&mut wire, "stop", 0, 0), ["a", "b", "c"]);
}

#[test]
fn a_torn_tail_is_cut_off() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "torn", 1, &[]);
    append(&mut wire, "torn", 0, &["whole"]);
    append(&mut wire, "torn", 0, &["torn in half"]);
    broker.kill();
    let path = segment(&broker, "torn-0");
    let length = fs::metadata(&path).expect("the segment").len();
    File::options()
        .write(true)
        .open(&path)
        .expect("the segment")
        .set_len(length - 5)
        .expect("truncated");
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(values_from(&mut wire, "torn", 0, 0), ["whole"]);
    assert_eq!(append(&mut wire, "torn", 0, &["next"]), 1);
}

#[test]
fn lost_indexes_are_rebuilt() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "index", 1, &[]);
    for round in 0..200 {
        append(&mut wire, "index", 0, &[&format!("{round:0>200}")]);
    }
    assert_eq!(broker.stop().code(), Some(0));
    for kind in ["index", "timeindex"] {
        let _ = fs::remove_file(segment(&broker, "index-0").with_extension(kind));
    }
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(values_from(&mut wire, "index", 0, 150).len(), 50);
    assert_eq!(
        list_offset(&mut wire, "index", 0, tests::messages::TIMESTAMP_MS).2,
        0
    );
}

#[test]
fn damage_in_the_middle_is_never_served_as_data() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "damage", 1, &[]);
    create_topic(&mut wire, "healthy", 1, &[]);
    for value in ["first", "second", "third"] {
        append(&mut wire, "damage", 0, &[value]);
    }
    append(&mut wire, "healthy", 0, &["fine"]);
    broker.kill();
    let path = segment(&broker, "damage-0");
    let mut bytes = fs::read(&path).expect("the segment");
    let at = bytes
        .windows(6)
        .position(|window| window == b"second")
        .expect("the record");
    bytes[at] ^= 0x20;
    fs::write(&path, bytes).expect("written");
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(values_from(&mut wire, "healthy", 0, 0), ["fine"]);
    let data = fetch(&mut wire, "damage", 0, 0);
    let text = data
        .records
        .as_ref()
        .map(|records| records.to_bytes())
        .unwrap_or_default();
    let served = data.error_code.is_none() && text.windows(6).any(|window| window == b"Second");
    assert!(!served, "a damaged record was served");
    let named = eventually("the log names the damaged partition", || {
        let output = broker.output();
        output.contains("damage").then_some(output)
    });
    assert!(named.contains("damage-0"), "{named}");
}

#[test]
fn deleted_topics_stay_deleted_and_free_their_space() {
    use protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
    let mut broker = Broker::start("log.segment.delete.delay.ms=0");
    let mut wire = broker.connect();
    create_topic(&mut wire, "gone", 2, &[]);
    append(&mut wire, "gone", 0, &["x"]);
    let state = DeleteTopicState {
        name: Some("gone".into()),
        ..DeleteTopicState::default()
    };
    let request = DeleteTopicsRequest {
        topics: vec![state],
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    assert_eq!(
        wire.call(6, request).responses[0].error_code,
        ErrorCode::NONE
    );
    let left = |broker: &Broker| {
        let entries = fs::read_dir(broker.data_dir())
            .expect("the data directory")
            .flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("gone"))
            .count()
    };
    eventually("the directories are gone", || {
        (left(&broker) == 0).then_some(())
    });
    broker.kill();
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(
        list_offset(&mut wire, "gone", 0, -1).0,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}
