//! `server.properties`: what is effective, what is only known, what is refused, and with which words.

use std::process::Command;

use tests::binary::outrigger;
use tests::process::Process;
use tests::{Broker, broker};

/// Checks a configuration; gives whether it is fine and what was said.
fn check(properties: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = broker::command(folder.path(), properties, 0);
    command.arg("--check-config");
    let output = command.output().expect("outrigger runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn what_is_refused_and_how() {
    let cases = [
        ("log.retention.hourss=1", "log.retention.hours"),
        ("num.partitions=none", "num.partitions"),
        ("num.partitions=0", "num.partitions"),
        ("log.segment.bytes=3", "log.segment.bytes"),
        ("log.cleanup.policy=compost", "log.cleanup.policy"),
    ];
    for (properties, named) in cases {
        let (fine, said) = check(properties);
        assert!(!fine, "{properties} was accepted: {said}");
        assert!(said.contains(named), "{properties}: {said}");
    }
}

#[test]
fn every_problem_is_named_at_once() {
    let (fine, said) = check("num.partitions=none\nlog.segment.bytes=few\nno.such.key=1");
    assert!(!fine);
    for named in ["num.partitions", "log.segment.bytes", "no.such.key"] {
        assert!(said.contains(named), "{named} is missing: {said}");
    }
}

#[test]
fn kafkas_own_file_is_accepted() {
    let properties = "process.roles=broker,controller\ncontroller.quorum.bootstrap.servers=localhost:9093\n\
                      controller.listener.names=CONTROLLER\nnum.network.threads=3\nnum.io.threads=8\nlog.retention.hours=168\n\
                      num.recovery.threads.per.data.dir=1\nshare.coordinator.state.topic.replication.factor=1";
    let (fine, said) = check(properties);
    assert!(fine, "{said}");
}

#[test]
fn an_unknown_property_stops_the_start_with_the_nearest_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = broker::command(folder.path(), "auto.create.topic.enable=false", 0);
    let mut process = Process::start(&mut command, &folder.path().join("out"));
    let status = process.wait();
    assert!(!status.success());
    assert!(
        process.output().contains("auto.create.topics.enable"),
        "{}",
        process.output()
    );
}

#[test]
fn the_default_configuration_is_one_that_starts() {
    let output = Command::new(outrigger())
        .args(["broker", "--print-default-config"])
        .output()
        .expect("outrigger runs");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().filter(|line| {
        ![
            "listeners",
            "log.dir",
            "log.dirs",
            "node.id",
            "broker.id",
            "advertised.listeners",
            "outrigger.endpoints.file",
        ]
        .iter()
        .any(|key| line.starts_with(&format!("{key}=")))
    });
    let properties: Vec<&str> = lines.collect();
    assert!(properties.len() > 50, "only {} lines", properties.len());
    let mut broker = Broker::start(&properties.join("\n"));
    assert!(broker.process().ended().is_none());
}

#[test]
fn the_advertised_address_is_what_metadata_says() {
    let broker = Broker::start("advertised.listeners=PLAINTEXT://broker.example:19092");
    let answer = broker
        .connect()
        .call(12, protocol::messages::metadata::MetadataRequest::default());
    assert_eq!(
        (answer.brokers[0].host.as_str(), answer.brokers[0].port),
        ("broker.example", 19092)
    );
}

#[test]
fn the_preset_of_msk_creates_no_topics_and_clamps_replication() {
    use protocol::ErrorCode;
    use protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
    use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
    let broker = Broker::start("outrigger.preset=msk");
    let mut wire = broker.connect();
    let topic = MetadataRequestTopic {
        name: Some("auto".into()),
        ..MetadataRequestTopic::default()
    };
    let answer = wire.call(
        12,
        MetadataRequest {
            topics: Some(vec![topic]),
            ..MetadataRequest::default()
        },
    );
    assert_eq!(
        answer.topics[0].error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    let topic = CreatableTopic {
        name: "three".into(),
        num_partitions: 1,
        replication_factor: 3,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        ..CreateTopicsRequest::default()
    };
    let answer = wire.call(7, request);
    assert_eq!(
        answer.topics[0].error_code,
        ErrorCode::NONE,
        "{:?}",
        answer.topics[0].error_message
    );
}
